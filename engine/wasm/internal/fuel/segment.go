package fuel

import "slices"

// readTables charges for what tables hold when an instance is made.
func (w *rewriter) readTables(r *reader) {
	for range r.few(maxEntries, "tables") {
		r.valueType()
		if w.making += uint64(r.limits()) * priceOfRoom; r.err != nil {
			return
		}
	}
	r.atEnd()
}

// readMemories charges for the memory that an instance begins with.
func (w *rewriter) readMemories(r *reader) {
	for range r.count() {
		if w.making += uint64(r.limits()) << shiftOfPage; r.err != nil {
			return
		}
	}
	r.atEnd()
}

// constant copies a constant expression, up to its end, and renumbers the functions in it. It takes what the
// specification's version 2.0 does.
func (w *rewriter) constant(r *reader) {
	for r.err == nil {
		at := r.pos
		op := r.byte()
		switch op {
		case opGlobalGet:
			// One that is out of range would be in range, and ours, afterwards.
			if i := r.u32(); i >= w.globals {
				r.fail(at, ErrMalformed, "global %d of %d", i, w.globals)
			}
		case opRefFunc:
			w.out = appendU32(append(w.out, op), w.moved(w.functionAt(r)))
			continue
		case opVector:
			if r.vector(at) != vectorConst {
				r.fail(at, ErrUnsupported, "instruction in a constant")
			}
		case opI32Const, opI64Const, opF32Const, opF64Const, opRefNull:
			r.immediates(at, op)
		case opEnd:
		default:
			r.fail(at, ErrUnsupported, "instruction %#x in a constant", op)
		}
		if r.err == nil {
			w.out = append(w.out, r.module[at:r.pos]...)
		}
		if op == opEnd {
			return
		}
	}
}

// elementSection writes the element segments. Each is read when an instance is made, also one that is only for table.init.
func (w *rewriter) elementSection(r *reader) {
	const passive, explicit, expressions = 1, 2, 4 // bits of the kind; passive and explicit together: declared only
	start := w.begin(secElement)
	segments := r.few(maxEntries, "element segments")
	w.out = appendU32(w.out, segments)
	for range segments {
		at := r.pos
		kind := r.u32()
		if kind > passive|explicit|expressions {
			r.fail(at, ErrUnsupported, "element segment of kind %d", kind)
		}
		w.out = appendU32(w.out, kind)
		if kind&passive == 0 {
			if kind&explicit != 0 {
				w.out = appendU32(w.out, r.u32())
			}
			w.constant(r)
		}
		if kind&(passive|explicit) != 0 { // the type of the elements
			w.out = append(w.out, r.byte())
		}
		n := r.few(maxEntries, "elements")
		w.out = appendU32(w.out, n)
		w.making += priceOfSegment + uint64(n)*priceOfElement
		for range n {
			if kind&expressions != 0 {
				w.constant(r)
			} else {
				w.out = appendU32(w.out, w.moved(w.functionAt(r)))
			}
			if r.err != nil {
				return
			}
		}
	}
	w.end(start)
	r.atEnd()
}

// readData charges for the data segments, of which the active ones are copied when an instance is made.
func (w *rewriter) readData(r *reader) {
	const passive, explicit = 1, 2
	before := len(w.out) // the section is copied as it is: no function is named where an address is wanted
	defer func() { w.out = w.out[:before] }()
	for range r.few(maxEntries, "data segments") {
		at := r.pos
		kind := r.u32()
		if kind > explicit {
			r.fail(at, ErrUnsupported, "data segment of kind %d", kind)
		}
		if kind == explicit {
			r.zero()
		}
		if kind != passive {
			w.constant(r)
		}
		n := r.u32()
		r.skip(n)
		if w.making += priceOfSegment + uint64(n)/bytesForOne; r.err != nil {
			return
		}
	}
	r.atEnd()
}

// customSection writes a custom section. That of names numbers functions anew; one that cannot be read is left out.
func (w *rewriter) customSection(whole []byte, sec reader) {
	if string(sec.name()) != "name" {
		w.out = append(w.out, whole...)
		return
	}
	before := len(w.out)
	start := w.begin(secCustom)
	w.out = append(w.out, "\x04name"...)
	for sec.more() {
		at := sec.pos
		id := sec.byte()
		part := sec.part(sec.u32())
		if id != 1 && id != 2 { // neither functions nor their locals
			if id == 0 && sec.err == nil { // the module's own name; other parts are proposals, whose numbers may be of functions
				w.out = append(w.out, sec.module[at:sec.pos]...)
			}
			continue
		}
		inner := w.begin(id)
		n := part.count()
		w.out = appendU32(w.out, n)
		for range n {
			w.out = appendU32(w.out, w.moved(part.u32()))
			from := part.pos
			if id == 1 {
				part.name()
			} else {
				for range part.count() {
					part.u32()
					part.name()
				}
			}
			if part.err != nil {
				break
			}
			w.out = append(w.out, part.module[from:part.pos]...)
		}
		if part.atEnd(); part.err != nil {
			sec.err = part.err
			break
		}
		w.end(inner)
	}
	w.end(start)
	if sec.err != nil {
		w.out = slices.Delete(w.out, before, len(w.out))
	}
}
