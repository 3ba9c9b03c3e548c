package fuel

import "strings"

// maxValues is the limit that browsers set for the parameters, and for the results, of one function.
const maxValues = 1_000

// signature is how many values a function takes and gives.
type signature struct{ params, results uint32 }

// rewriter writes the metered module to out, section by section in their order.
type rewriter struct {
	out []byte

	types    []signature
	funcs    []uint32 // the type of each function of the module itself, imported ones first
	imported uint32   // functions imported: also the new index of the host's function that the meter calls
	bodies   uint32   // functions whose body is to come
	globals  uint32   // globals of the module itself, imported and defined: also the index of the counter
	making   uint64   // the price of an instance
	efforts  efforts
	mutable  []uint32 // the globals that a host can put back, in the order of state.Globals
	state    State

	hasType, hasImport, hasGlobal, hasExport bool // the sections that change are written
}

// addMissing writes the sections that the meter needs, if their place is past and the module had none.
func (w *rewriter) addMissing(place int) {
	if place > secType && !w.hasType {
		w.typeSection(0, nil)
	}
	if place > secImport && !w.hasImport {
		w.importSection(0, nil)
	}
	if place > secGlobal && !w.hasGlobal {
		w.globalSection(&reader{module: []byte{0}, end: 1})
	}
	if place > secExport && !w.hasExport {
		start := w.begin(secExport)
		w.out = appendU32(w.out, w.exported())
		w.exportState()
		w.end(start)
	}
}

// section writes one section, given whole (as in the module, with its head) and as a reader of its contents.
func (w *rewriter) section(id byte, whole []byte, sec reader) error {
	switch id {
	case secCustom:
		w.customSection(whole, sec)
		return nil
	case secType:
		entries := sec
		w.typeSection(w.readTypes(&sec), afterCount(entries))
		return sec.err
	case secImport:
		entries := sec
		w.importSection(w.readImports(&sec), afterCount(entries))
		return sec.err
	case secGlobal:
		w.globalSection(&sec)
		return sec.err
	case secExport:
		w.exportSection(&sec)
		return sec.err
	case secStart:
		start := w.begin(secStart)
		w.out = appendU32(w.out, w.moved(w.functionAt(&sec)))
		w.end(start)
		sec.atEnd()
		return sec.err
	case secElement:
		w.elementSection(&sec)
		return sec.err
	case secCode:
		w.codeSection(&sec)
		return sec.err
	case secFunction:
		w.readFunctions(&sec)
	case secTable:
		w.readTables(&sec)
	case secMemory:
		w.readMemories(&sec)
	case secData:
		w.readData(&sec)
	}
	w.out = append(w.out, whole...)
	return sec.err
}

// afterCount returns the contents of a section without the number that they start with.
func afterCount(sec reader) []byte {
	sec.count()
	return sec.bytes()
}

// readTypes learns how many values each function type moves.
func (w *rewriter) readTypes(r *reader) uint32 {
	n := r.few(maxEntries, "types")
	w.types = make([]signature, 0, n)
	for range n {
		at := r.pos
		if form := r.byte(); form != 0x60 {
			r.fail(at, ErrUnsupported, "type of form %#x", form)
		}
		typ := signature{params: r.valueTypes(), results: r.valueTypes()}
		if typ.params > maxValues || typ.results > maxValues {
			r.fail(at, ErrUnsupported, "type of more than %d parameters or results", maxValues)
		}
		if r.err != nil {
			break
		}
		w.types = append(w.types, typ)
	}
	r.atEnd()
	return n
}

// readImports learns which functions and globals are imported.
func (w *rewriter) readImports(r *reader) uint32 {
	n := r.few(maxEntries, "imports")
	for range n {
		at := r.pos
		module, name := r.name(), r.name()
		if string(name) == Global || string(module) == ImportModule {
			r.fail(at, ErrNameTaken, "import")
		}
		switch kind := r.byte(); kind {
		case 0: // function
			w.funcs = append(w.funcs, w.typeIndex(r))
			w.imported++
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
			break
		}
	}
	r.atEnd()
	return n
}

func (w *rewriter) readFunctions(r *reader) {
	w.bodies = r.few(maxFunctions, "functions")
	for range w.bodies {
		if w.funcs = append(w.funcs, w.typeIndex(r)); r.err != nil {
			return
		}
	}
	r.atEnd()
}

// typeIndex reads the index of a type of the module itself.
func (w *rewriter) typeIndex(r *reader) uint32 {
	at := r.pos
	i := r.u32()
	if uint64(i) >= uint64(len(w.types)) {
		r.fail(at, ErrMalformed, "type %d of %d", i, len(w.types))
	}
	return i
}

// typeAt reads the index of a type and returns the type.
func (w *rewriter) typeAt(r *reader) signature {
	i := w.typeIndex(r)
	if r.err != nil {
		return signature{}
	}
	return w.types[i]
}

// functionAt reads the index of a function of the module itself.
func (w *rewriter) functionAt(r *reader) uint32 {
	at := r.pos
	i := r.u32()
	if uint64(i) >= uint64(len(w.funcs)) {
		r.fail(at, ErrMalformed, "function %d of %d", i, len(w.funcs))
	}
	return i
}

// moved returns the new index of a function: the host's function comes after the imported ones, before all others.
func (w *rewriter) moved(i uint32) uint32 {
	if i >= w.imported {
		return i + 1
	}
	return i
}

// typeSection writes n types and that of the host's function, which takes and gives nothing.
func (w *rewriter) typeSection(n uint32, entries []byte) {
	start := w.begin(secType)
	w.out = append(appendU32(w.out, n+1), entries...)
	w.out = append(w.out, 0x60, 0, 0)
	w.end(start)
	w.hasType = true
}

// importSection writes n imports and the host's function.
func (w *rewriter) importSection(n uint32, entries []byte) {
	start := w.begin(secImport)
	w.out = append(appendU32(w.out, n+1), entries...)
	w.out = append(append(w.out, byte(len(ImportModule))), ImportModule...)
	w.out = append(append(w.out, byte(len(importRefill))), importRefill...)
	w.out = appendU32(append(w.out, 0), uint32(len(w.types)))
	w.end(start)
	w.hasImport = true
}

// globalSection writes the globals and the counter, which is empty at first.
func (w *rewriter) globalSection(r *reader) {
	start := w.begin(secGlobal)
	n := r.few(maxGlobals, "globals")
	w.making += uint64(n) * priceOfGlobal
	w.out = appendU32(w.out, n+1)
	for range n {
		from := r.pos
		typ := r.valueType()
		mutable := r.byte() == 1
		if r.err != nil {
			return
		}
		w.out = append(w.out, r.module[from:r.pos]...)
		w.constant(r)
		w.global(typ, mutable, false)
	}
	w.out = append(w.out, typeI64, 1, opI64Const, 0, opEnd)
	w.end(start)
	w.hasGlobal = true
	r.atEnd()
}

// exportSection writes the exports and the counter. It refuses a module that exports the counter, by its name or by the
// index it is about to get.
func (w *rewriter) exportSection(r *reader) {
	start := w.begin(secExport)
	n := r.few(maxExports, "exports")
	w.out = appendU32(w.out, n+w.exported())
	w.making += uint64(n+w.exported()) * priceOfExport
	for range n {
		at := r.pos
		if name := string(r.name()); name == Global || strings.HasPrefix(name, statePrefix) {
			r.fail(at, ErrNameTaken, "export")
		}
		kind := r.byte()
		if r.err != nil {
			return
		}
		w.out = append(w.out, r.module[at:r.pos]...)
		if kind == 0 {
			w.out = appendU32(w.out, w.moved(w.functionAt(r)))
			continue
		}
		i := r.u32()
		if kind == 3 && i >= w.globals {
			r.fail(at, ErrMalformed, "export of global %d of %d", i, w.globals)
		}
		w.out = appendU32(w.out, i)
	}
	w.exportState()
	w.end(start)
	r.atEnd()
}

// codeSection writes the metered function bodies.
func (w *rewriter) codeSection(r *reader) {
	n := r.count()
	if r.err == nil && n != w.bodies {
		r.fail(r.pos, ErrMalformed, "%d bodies for %d functions", n, w.bodies)
		return
	}
	start := w.begin(secCode)
	m := newMeter(w, appendU32(w.out, n))
	for ; w.bodies > 0 && r.err == nil; w.bodies-- {
		typ := w.types[w.funcs[len(w.funcs)-int(w.bodies)]]
		body := r.part(r.u32())
		size := len(m.out)
		m.out = append(m.out, 0, 0, 0, 0, 0)
		if r.err == nil {
			r.err = m.function(body, typ)
		}
		putPadded(m.out[size:], uint64(len(m.out)-size-5))
		m.effort.bytes = uint64(len(m.out) - size - 5)
		w.efforts.add(&m.effort)
		w.efforts.judge(r)
	}
	w.out = m.out
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
