package fuel

import "strings"

// maxValues is the limit that browsers set for the parameters, and for the results, of one function. It keeps a call, which
// costs 1 like any instruction, from moving an unlimited number of values.
const maxValues = 1_000

// rewriter writes the metered module to out, section by section in their order.
type rewriter struct {
	out []byte

	params    []uint32 // number of parameters of each type
	functions reader   // what is left of the function section: the type of each body to come
	bodies    uint32   // bodies to come
	globals   uint32   // globals of the module itself, imported and defined: also the index of the counter
	mutable   []uint32 // those of them that a host can put back, in the order of state.Globals
	state     State
	hasGlobal bool // the counter is written
	hasExport bool // so is its export
}

// addMissing writes the sections that carry the counter and its export, if their place is past and the module had none.
func (w *rewriter) addMissing(place int) {
	if place > secGlobal && !w.hasGlobal {
		w.globalSection(0, nil)
	}
	if place > secExport && !w.hasExport {
		w.exportSection(0, nil)
	}
}

// section writes one section, given whole (as in the module, with its head) and as a reader of its contents.
func (w *rewriter) section(id byte, whole []byte, sec reader) error {
	switch id {
	case secGlobal:
		n := sec.count()
		entries := sec.bytes()
		w.readGlobals(&sec, n)
		w.globalSection(n, entries)
		return sec.err
	case secExport:
		n := sec.count()
		entries := sec.bytes()
		w.exportSection(n, entries)
		w.readExports(&sec, n)
		return sec.err
	case secCode:
		w.codeSection(&sec)
		return sec.err
	case secType:
		w.readTypes(&sec)
	case secImport:
		w.readImports(&sec)
	case secFunction:
		w.bodies = sec.count()
		w.functions = sec
	case secTable, secMemory, secElement, secData:
		sec.count()
	}
	w.out = append(w.out, whole...)
	return sec.err
}

// readTypes learns how many parameters each function type has.
func (w *rewriter) readTypes(r *reader) {
	n := r.count()
	w.params = make([]uint32, 0, n)
	for range n {
		at := r.pos
		if form := r.byte(); form != 0x60 {
			r.fail(at, ErrUnsupported, "type of form %#x", form)
		}
		params := r.count()
		for range params {
			r.valueType()
		}
		results := r.count()
		for range results {
			r.valueType()
		}
		if params > maxValues || results > maxValues {
			r.fail(at, ErrUnsupported, "type of more than %d parameters or results", maxValues)
		}
		if r.err != nil {
			return
		}
		w.params = append(w.params, params)
	}
	r.atEnd()
}

// readImports learns how many globals are imported.
func (w *rewriter) readImports(r *reader) {
	for range r.count() {
		at := r.pos
		r.name()
		if string(r.name()) == Global {
			r.fail(at, ErrNameTaken, "import")
		}
		switch kind := r.byte(); kind {
		case 0: // function
			r.u32()
		case 1: // table
			r.valueType()
			r.limits()
		case 2: // memory
			r.limits()
		case 3: // global
			typ := r.valueType()
			w.global(typ, r.byte() == 1, true)
		default:
			r.fail(at, ErrUnsupported, "import of kind %#x", kind)
		}
		if r.err != nil {
			return
		}
	}
	r.atEnd()
}

// readExports refuses a module that exports the counter, by its name or by the index it is about to get.
func (w *rewriter) readExports(r *reader, n uint32) {
	for range n {
		at := r.pos
		if name := string(r.name()); name == Global || strings.HasPrefix(name, statePrefix) {
			r.fail(at, ErrNameTaken, "export")
		}
		kind := r.byte()
		if i := r.u32(); kind == 3 && i >= w.globals {
			r.fail(at, ErrMalformed, "export of global %d of %d", i, w.globals)
		}
		if r.err != nil {
			return
		}
	}
	r.atEnd()
}

// globalSection writes the global section: n entries and the counter.
func (w *rewriter) globalSection(n uint32, entries []byte) {
	start := w.begin(secGlobal)
	w.out = append(appendU32(w.out, n+1), entries...)
	w.out = append(w.out, typeI64, 1, opI64Const, 0, 0, 0, 0, 0, opEnd)
	putPadded(w.out[len(w.out)-6:], Startup)
	w.end(start)
	w.hasGlobal = true
}

// exportSection writes the export section: n entries and the counter.
func (w *rewriter) exportSection(n uint32, entries []byte) {
	start := w.begin(secExport)
	w.out = append(appendU32(w.out, n+w.exported()), entries...)
	w.exportState()
	w.end(start)
}

// codeSection writes the metered function bodies.
func (w *rewriter) codeSection(r *reader) {
	n := r.count()
	if r.err == nil && n != w.bodies {
		r.fail(r.pos, ErrMalformed, "%d bodies for %d functions", n, w.bodies)
		return
	}
	start := w.begin(secCode)
	m := newMeter(appendU32(w.out, n), w.globals)
	for ; w.bodies > 0 && r.err == nil; w.bodies-- {
		at := w.functions.pos
		typ := w.functions.u32()
		if uint64(typ) >= uint64(len(w.params)) {
			w.functions.fail(at, ErrMalformed, "type %d of %d", typ, len(w.params))
		}
		if r.err = w.functions.err; r.err != nil {
			return
		}
		body := r.part(r.u32())
		size := len(m.out)
		m.out = append(m.out, 0, 0, 0, 0, 0)
		if r.err == nil {
			r.err = m.function(body, w.params[typ])
		}
		putPadded(m.out[size:], uint64(len(m.out)-size-5))
	}
	w.out = m.out
	w.state.Lasting = w.state.Lasting || m.lasting
	w.end(start)
	r.atEnd()
}

// begin writes the head of a section and returns where its contents start.
func (w *rewriter) begin(id byte) int {
	w.out = append(w.out, id, 0, 0, 0, 0, 0)
	return len(w.out)
}

// end writes the size of the section whose contents start at start.
func (w *rewriter) end(start int) {
	putPadded(w.out[start-5:], uint64(len(w.out)-start))
}
