package fuel_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// generator makes valid modules out of bytes that a fuzzer changes. Functions call only those after them, and loops count,
// so every module ends, if not always soon.
type generator struct {
	choices []byte
	funcs   []asmFunc
	current int
	locals  []byte // types of the current function's parameters and locals
	labels  int    // blocks open in the current function, each of no type
	counter int    // local that counts the turns of a loop
	inLoop  bool   // loops do not nest
	size    int    // instructions left to write
}

var byResult = func() map[byte][]operation {
	m := map[byte][]operation{}
	for _, o := range operations() {
		m[o.gives] = append(m[o.gives], o)
	}
	return m
}()

func (g *generator) choose(n int) int {
	if len(g.choices) == 0 || n < 2 {
		return 0
	}
	c := int(g.choices[0])
	g.choices = g.choices[1:]
	if n > 256 && len(g.choices) > 0 {
		c += int(g.choices[0]) << 8
		g.choices = g.choices[1:]
	}
	return c % n
}

func (g *generator) types(least, most int) []byte {
	out := make([]byte, least+g.choose(most-least+1))
	for i := range out {
		out[i] = localTypes[g.choose(len(localTypes))]
	}
	return out
}

func (g *generator) module() asmModule {
	g.funcs = make([]asmFunc, 1+g.choose(4))
	for i := range g.funcs {
		g.funcs[i] = asmFunc{params: g.types(0, 3), results: g.types(0, 2), export: string(rune('a' + i))}
	}
	for i := range g.funcs {
		f := &g.funcs[i]
		f.locals = append(g.types(0, 6), i32) // the last one counts turns
		g.current, g.labels, g.size = i, 0, 200
		g.locals = slices.Concat(f.params, f.locals[:len(f.locals)-1])
		g.counter = len(g.locals)
		f.body = g.statements(4)
		for _, t := range f.results {
			f.body = cat(f.body, g.value(t, 4))
		}
	}
	return asmModule{funcs: g.funcs, pages: 1, table: len(g.funcs), elems: []int{0, len(g.funcs) - 1}, passive: []int{0}, data: []byte("data"), globals: localTypes}
}

func (g *generator) statements(depth int) (c code) {
	for range g.choose(6) {
		c = cat(c, g.statement(depth))
	}
	return c
}

func (g *generator) statement(depth int) code {
	if g.size--; depth == 0 || g.size < 0 {
		return op(asmNop)
	}
	block := func(head code, tail code) code {
		g.labels++
		body := g.statements(depth - 1)
		g.labels--
		return cat(head, body, tail)
	}
	small := func() code { return cat(g.value(i32, depth-1), const32(63), op(0x71)) }
	switch g.choose(15) {
	case 0, 1:
		if len(g.locals) > 0 {
			i := g.choose(len(g.locals))
			return cat(g.value(g.locals[i], depth-1), op(asmSet, i))
		}
	case 2:
		i := g.choose(len(localTypes))
		return cat(g.value(localTypes[i], depth-1), op(asmGlobalSet, i))
	case 3:
		o := byResult[void][g.choose(len(byResult[void]))]
		return g.operation(o, depth)
	case 4:
		return block(op(asmBlock, void), op(asmEnd))
	case 5:
		return cat(g.value(i32, depth-1), block(op(asmIf, void), op(asmEnd)))
	case 6:
		return cat(g.value(i32, depth-1), block(op(asmIf, void), nil), block(op(asmElse), op(asmEnd)))
	case 7:
		if !g.inLoop {
			labels := g.labels
			g.inLoop, g.labels = true, 0 // no branch inside starts a turn
			body := g.statements(depth - 1)
			g.inLoop, g.labels = false, labels
			return cat(const32(5), op(asmSet, g.counter), op(asmBlock, void), op(asmLoop, void), body,
				op(asmGet, g.counter), const32(1), op(0x6b), op(asmTee, g.counter), op(asmBrIf, 0), op(asmEnd), op(asmEnd))
		}
	case 8:
		if g.labels > 0 {
			return cat(g.value(i32, depth-1), op(asmBrIf, g.choose(g.labels)))
		}
	case 9:
		if g.labels > 0 { // the rest of the block is dead
			return cat(g.value(i32, depth-1), op(asmBrTable, 1, g.choose(g.labels), g.choose(g.labels)))
		}
	case 10:
		bulk := []code{op(0xfc, 10, 0, 0), op(0xfc, 11, 0), op(0xfc, 8, 0, 0)}
		return cat(small(), small(), small(), bulk[g.choose(len(bulk))])
	case 11:
		return cat([]code{op(0xd2, 0), op(0xd2, len(g.funcs)-1), cat(const32(0), op(0x25, 0))}[g.choose(3)], op(0xd1), op(asmDrop))
	case 12:
		return cat(g.value(localTypes[g.choose(len(localTypes))], depth-1), op(asmDrop))
	case 13:
		if callee := g.current + 1 + g.choose(4); callee < len(g.funcs) {
			return cat(g.call(callee, depth), op(asmDrop).times(len(g.funcs[callee].results)))
		}
	case 14:
		return cat(const32(int32(g.choose(3))), const32(0), const32(int32(g.choose(2))), op(0xfc, 12, 1, 0))
	}
	return op(asmNop)
}

// value writes code that gives a value of that type.
func (g *generator) value(t byte, depth int) code {
	constant := slices.Clone(zero[t])
	switch t {
	case i32:
		constant = const32(int32(g.choose(1<<16)) - 1<<15)
	case i64:
		constant = const64(int64(g.choose(1<<16)) - 1<<15)
	}
	if g.size--; depth <= 0 || g.size < 0 {
		return constant
	}
	switch g.choose(9) {
	case 0:
		return constant
	case 1, 2:
		if i := slices.Index(g.locals, t); i >= 0 {
			return op(asmGet, i)
		}
	case 3:
		return op(asmGlobalGet, slices.Index(localTypes, t))
	case 4:
		return cat(g.value(t, depth-1), g.value(t, depth-1), g.value(i32, depth-1), op(asmSelect))
	case 5:
		return cat(g.value(i32, depth-1), op(asmIf, int(t)), g.value(t, depth-1), op(asmElse), g.value(t, depth-1), op(asmEnd))
	case 6:
		return cat(op(asmBlock, int(t)), g.value(t, depth-1), g.value(i32, depth-1), op(asmBrIf, 0), op(asmEnd))
	case 7:
		if t == i32 {
			return []code{op(0x3f, 0), cat(const32(int32(g.choose(2))), op(0x40, 0)), op(0xfc, 16, 0)}[g.choose(3)]
		}
	}
	list := byResult[t]
	return g.operation(list[g.choose(len(list))], depth)
}

func (g *generator) operation(o operation, depth int) (c code) {
	for i, t := range o.takes {
		c = cat(c, g.value(t, depth-1))
		if i == 0 && o.address {
			c = cat(c, const32(0xffff), op(0x71)) // mostly inside the memory
		}
	}
	return cat(c, o.code)
}

// call calls a function after the current one, by its index or through the table.
func (g *generator) call(callee, depth int) (c code) {
	for _, t := range g.funcs[callee].params {
		c = cat(c, g.value(t, depth-1))
	}
	if callee == len(g.funcs)-1 && g.choose(2) == 1 {
		return cat(c, const32(1), op(asmIndirect, callee, 0))
	}
	return cat(c, op(asmCall, callee))
}

// A metered module does what the module given does, with any arguments and whatever is in it, and nothing runs for nothing.
func FuzzGeneratedModule(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		seed := make([]byte, 400)
		for i := range seed {
			seed[i] = byte(random.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		generated := (&generator{choices: choices}).module()
		module := generated.bytes()
		for _, config := range engines {
			plain, metered := mustStart(t, config(), module), mustStart(t, config(), instrument(t, module))
			for _, fn := range generated.funcs {
				args := make([]uint64, 0, 6)
				for i, p := range fn.params {
					if args = append(args, uint64(i+len(choices))); p == v128 {
						args = append(args, 7)
					}
				}
				metered.tank.Fill(1 << 30)
				got := call(metered, fn.export, args)
				used := 1<<30 - metered.tank.Left()
				if want := call(plain, fn.export, args); !cmp.Equal(want, got) {
					t.Fatalf("%s(%v): %s", fn.export, args, cmp.Diff(want, got))
				}
				if used <= 0 {
					t.Fatalf("%s ran for nothing", fn.export)
				}
			}
		}
		if !bytes.Equal(instrument(t, module), instrument(t, module)) {
			t.Fatal("two runs gave different modules")
		}
	})
}
