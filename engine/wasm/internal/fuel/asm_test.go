package fuel_test

import "slices"

// Value types, and opcodes that tests write.
const (
	i32, i64, f32, f64, v128, void = 0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x40

	asmUnreachable, asmNop, asmBlock, asmLoop, asmIf, asmElse, asmEnd = 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b
	asmBr, asmBrIf, asmBrTable, asmReturn, asmCall, asmIndirect       = 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11
	asmDrop, asmSelect                                                = 0x1a, 0x1b
	asmGet, asmSet, asmTee, asmGlobalGet, asmGlobalSet                = 0x20, 0x21, 0x22, 0x23, 0x24
	asmConst32, asmConst64                                            = 0x41, 0x42
)

// code is a piece of a function's body.
type code []byte

func (c code) times(n int) code { return slices.Repeat(c, n) }

func cat(parts ...code) code { return slices.Concat(parts...) }

// op writes an opcode and small numbers after it.
func op(b byte, numbers ...int) code {
	c := code{b}
	for _, n := range numbers {
		c = leb(c, n)
	}
	return c
}

// const32 writes an i32.const.
func const32(n int32) code { return sleb(code{asmConst32}, int64(n)) }

// const64 writes an i64.const.
func const64(n int64) code { return sleb(code{asmConst64}, n) }

// sleb appends n as signed LEB128.
func sleb(b []byte, n int64) []byte {
	for n < -64 || n >= 64 {
		b = append(b, byte(n)&0x7f|0x80)
		n >>= 7
	}
	return append(b, byte(n)&0x7f)
}

// asmFunc is a function of a module that a test assembles.
type asmFunc struct {
	params, results []byte
	locals          []byte
	body            code // without its last end
	export          string
}

// asmModule is a module that a test assembles: functions, of which the type of each has its index, and whatever else is
// given.
type asmModule struct {
	funcs   []asmFunc
	pages   int    // of memory, which may grow to 256; 0: none
	table   int    // entries of a table of functions, which may grow to 1<<20; 0: none
	elems   []int  // an active segment at 0
	passive []int  // a passive segment
	data    []byte // a passive segment
	text    []byte // an active segment at 0
	globals []byte // types, each mutable and zero
	types   []asmFunc
}

func section(out []byte, id byte, n int, content []byte) []byte {
	if n == 0 {
		return out
	}
	content = append(leb(nil, n), content...)
	return append(append(append(out, id), leb(nil, len(content))...), content...)
}

func (m asmModule) bytes() []byte {
	var types, funcs, exports, codes, globals []byte
	named := 0
	for i, f := range append(slices.Clone(m.funcs), m.types...) {
		types = append(types, 0x60)
		types = append(leb(types, len(f.params)), f.params...)
		types = append(leb(types, len(f.results)), f.results...)
		if i >= len(m.funcs) {
			continue
		}
		funcs = leb(funcs, i)
		if f.export != "" {
			exports = append(leb(exports, len(f.export)), f.export...)
			exports = leb(append(exports, 0), i)
			named++
		}
		body := leb(nil, len(f.locals))
		for _, t := range f.locals {
			body = append(body, 1, t)
		}
		body = append(append(body, f.body...), asmEnd)
		codes = append(leb(codes, len(body)), body...)
	}
	if m.pages > 0 {
		exports = append(exports, "\x06memory\x02\x00"...)
		named++
	}
	for _, t := range m.globals {
		globals = append(globals, t, 1)
		globals = append(append(globals, zero[t]...), asmEnd)
	}
	out := section([]byte(header), 1, len(m.funcs)+len(m.types), types)
	out = section(out, 3, len(m.funcs), funcs)
	if m.table > 0 {
		out = section(out, 4, 1, leb(leb([]byte{0x70, 1}, m.table), 1<<20))
	}
	if m.pages > 0 {
		out = section(out, 5, 1, leb(leb([]byte{1}, m.pages), 256))
	}
	out = section(out, 6, len(m.globals), globals)
	out = section(out, 7, named, exports)
	var elements []byte
	for i, list := range [][]int{m.elems, m.passive} {
		if i == 0 {
			elements = append(elements, 0, asmConst32, 0, asmEnd)
		} else {
			elements = append(elements, 1, 0)
		}
		elements = leb(elements, len(list))
		for _, f := range list {
			elements = leb(elements, f)
		}
	}
	if m.table > 0 {
		out = section(out, 9, 2, elements)
	}
	if m.data != nil {
		out = append(out, 12, 1, 1)
	}
	out = section(out, 10, len(m.funcs), codes)
	if m.data != nil {
		out = section(out, 11, 1, append(leb([]byte{1}, len(m.data)), m.data...))
	} else if m.text != nil {
		out = section(out, 11, 1, append(leb([]byte{0, asmConst32, 0, asmEnd}, len(m.text)), m.text...))
	}
	return out
}

// zero has the instruction that gives zero of each type.
var zero = map[byte]code{
	i32: {asmConst32, 0}, i64: {asmConst64, 0}, f32: {0x43, 0, 0, 0, 0}, f64: {0x44, 0, 0, 0, 0, 0, 0, 0, 0},
	v128: append(code{0xfd, 0x0c}, make(code, 16)...),
}
