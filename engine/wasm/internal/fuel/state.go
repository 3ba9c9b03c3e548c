package fuel

import "strconv"

// statePrefix begins the names under which the mutable globals of a module are exported. No module may use it itself.
const statePrefix = "ocrmux_global_"

// State says what the code of a module can change, besides the bytes of its memory.
type State struct {
	// Globals are the names under which its mutable globals are exported, all of them numbers. The counter is not among them.
	Globals []string
	// Lasting means that it can change what a host cannot put back: tables, segments that are dropped, and mutable globals
	// that are imported, references or vectors, of which a host sees an address or one half.
	Lasting bool
}

// global learns of the next global, imported or not.
func (w *rewriter) global(typ byte, mutable, imported bool) {
	number := typ >= 0x7c && typ <= 0x7f // f64 f32 i64 i32
	switch {
	case !mutable:
	case imported, !number:
		w.state.Lasting = true
	default:
		w.state.Globals = append(w.state.Globals, statePrefix+strconv.Itoa(int(w.globals)))
		w.mutable = append(w.mutable, w.globals)
	}
	w.globals++
}

// exportState writes the exports of the counter and of what is to be put back.
func (w *rewriter) exportState() {
	export := func(name string, index uint32) {
		w.out = append(append(w.out, byte(len(name))), name...)
		w.out = appendU32(append(w.out, 3), index)
	}
	export(Global, w.globals)
	for i, index := range w.mutable {
		export(w.state.Globals[i], index)
	}
	w.hasExport = true
}

// exported is how many exports exportState writes.
func (w *rewriter) exported() uint32 { return 1 + uint32(len(w.mutable)) }

// lasting tells whether a misc instruction changes what cannot be put back.
func lasting(misc byte) bool {
	return misc == miscDataDrop || misc >= miscTableInit && misc != miscTableSize
}
