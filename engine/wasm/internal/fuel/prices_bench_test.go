package fuel_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// sample is a loop whose time is mostly that of one kind of instruction. Its function "run" takes the number of turns.
type sample struct {
	name   string
	units  int // of the instruction in each turn
	module []byte
	memory func([]byte) // fills the memory, may be nil
}

// Locals of every sample after the number of turns: an accumulator and a further operand of each type, zero at first
// unless the sample sets them.
const (
	turns = iota
	acc
	_
	_
	_
	_
	arg
	locals = arg + 5
)

var localTypes = []byte{i32, i64, f32, f64, v128}

// of gives the local of that type, from acc or arg.
func of(base int, t byte) int { return base + slices.Index(localTypes, t) }

// looping writes a function that runs a body as often as its parameter says.
func looping(before, body code) asmFunc {
	return asmFunc{
		params: []byte{i32}, locals: append(slices.Clone(localTypes), localTypes...), export: "run",
		body: cat(before, op(asmLoop, void), body,
			op(asmGet, turns), const32(1), op(0x6b), op(asmTee, turns), op(asmBrIf, 0), op(asmEnd)),
	}
}

// plainLoop is what all else is compared with.
func plainLoop() sample {
	return sample{name: "plain loop", module: asmModule{funcs: []asmFunc{looping(nil, nil)}}.bytes()}
}

const unrolled = 64

// operands sets the locals to values that keep instructions busy.
func operands(float float64) code {
	f := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(float)))
	F := binary.LittleEndian.AppendUint64(nil, math.Float64bits(float))
	return cat(
		const32(0x12345678), op(asmSet, of(acc, i32)), const32(3), op(asmSet, of(arg, i32)),
		const64(-0x123456789abcdef), op(asmSet, of(acc, i64)), const64(3), op(asmSet, of(arg, i64)),
		code{0x43}, f, op(asmSet, of(acc, f32)), code{0x43, 0, 0, 0x80, 0x3f}, op(asmSet, of(arg, f32)),
		code{0x44}, F, op(asmSet, of(acc, f64)), code{0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, op(asmSet, of(arg, f64)),
		code{0x44}, F, op(0xfd, 0x14), op(asmSet, of(acc, v128)), code{0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, op(0xfd, 0x14), op(asmSet, of(arg, v128)),
	)
}

// chain is a sample in which each instruction waits for the one before.
func chain(o operation, float float64) sample {
	name := fmt.Sprintf("%#02x", o.opcode)
	if o.prefix != 0 {
		name = fmt.Sprintf("%#02x %#02x", o.prefix, o.opcode)
	}
	head := o.takes[0]
	var unit code
	switch {
	case o.gives == void:
		unit = cat(op(asmGet, of(arg, i32)), op(asmGet, of(arg, o.takes[1])), o.code)
		return sample{name: name, units: unrolled, module: asmModule{pages: 1, funcs: []asmFunc{looping(operands(float), unit.times(unrolled))}}.bytes()}
	case o.address && len(o.takes) == 2:
		head = o.takes[1]
		unit = cat(op(asmSet, of(acc, head)), op(asmGet, of(arg, i32)), op(asmGet, of(acc, head)), o.code)
	default:
		for _, t := range o.takes[1:] {
			unit = cat(unit, op(asmGet, of(arg, t)))
		}
		unit = cat(unit, o.code, bridge(o.gives, head))
	}
	before := operands(float)
	if o.divides { // keep the dividend long
		if unit = cat(unit, const32(-0x70000000), op(0x72)); head == i64 {
			unit = cat(unit[:len(unit)-len(const32(-0x70000000))-1], const64(math.MinInt64+12345), op(0x84))
		}
	}
	if o.address {
		before = nil // all addresses are zero, and so is the memory
	}
	body := cat(op(asmGet, of(acc, head)), unit.times(unrolled), op(asmSet, of(acc, head)))
	return sample{name: name, units: unrolled, module: asmModule{pages: 1, funcs: []asmFunc{looping(before, body)}}.bytes()}
}

// random steps a generator in the accumulator and leaves a number below n, a power of two, on the stack.
func random(n int32) code {
	return cat(op(asmGet, of(acc, i64)), const64(6364136223846793005), op(0x7e), const64(1442695040888963407), op(0x7c), op(asmTee, of(acc, i64)),
		const64(40), op(0x88), op(0xa7), const32(n-1), op(0x71))
}

// control lists the samples of instructions that operations does not have.
func control() []sample {
	var list []sample
	loop := func(name string, body code, m asmModule) {
		m.funcs = append([]asmFunc{looping(operands(1), body)}, m.funcs...)
		list = append(list, sample{name: name, module: m.bytes()})
	}
	one := func(name string, unit code, m asmModule) {
		loop(name, unit.times(unrolled), m)
		list[len(list)-1].units = unrolled
	}
	empty := asmFunc{}
	many := func(t byte, n int) []byte { return slices.Repeat([]byte{t}, n) }

	one("nop", op(asmNop), asmModule{})
	one("const and drop", cat(const32(1), op(asmDrop)), asmModule{})
	one("blocks", cat(op(asmBlock, void), op(asmEnd)), asmModule{})
	one("branches forward", cat(op(asmBlock, void), op(asmBr, 0), op(asmEnd)), asmModule{})
	one("if, always taken", cat(op(asmGet, turns), op(asmIf, void), op(asmEnd)), asmModule{})
	one("if, at random", cat(random(2), op(asmIf, void), op(asmGet, of(acc, i64)), const64(1), op(0x7c), op(asmSet, of(acc, i64)), op(asmEnd)), asmModule{})
	one("br_if, at random", cat(op(asmBlock, void), random(2), op(asmBrIf, 0), op(asmGet, of(acc, i64)), const64(1), op(0x7c), op(asmSet, of(acc, i64)), op(asmEnd)), asmModule{})
	one("br_if, never", cat(op(asmBlock, void), op(asmGet, of(arg, i64)), op(0x50), op(asmBrIf, 0), op(asmEnd)), asmModule{})
	table := cat(op(asmBlock, void).times(8), random(8), op(asmBrTable, 7, 0, 1, 2, 3, 4, 5, 6, 7))
	for range 8 {
		table = cat(table, op(asmEnd), op(asmGet, of(acc, i64)), const64(1), op(0x7c), op(asmSet, of(acc, i64)))
	}
	loop("br_table, at random", table.times(4), asmModule{})
	loop("empty inner loops", cat(op(asmLoop, void), op(asmEnd)).times(unrolled), asmModule{})
	one("select", cat(op(asmGet, of(acc, i64)), op(asmGet, of(arg, i64)), op(asmGet, turns), op(asmSelect), op(asmSet, of(acc, i64))), asmModule{})
	one("select of vectors", cat(op(asmGet, of(acc, v128)), op(asmGet, of(arg, v128)), op(asmGet, turns), op(asmSelect), op(asmSet, of(acc, v128))), asmModule{})
	one("globals", cat(op(asmGlobalGet, 0), op(asmGlobalSet, 0)), asmModule{globals: []byte{i64}})
	one("globals, vectors", cat(op(asmGlobalGet, 0), op(asmGlobalSet, 0)), asmModule{globals: []byte{v128}})
	one("call", op(asmCall, 1), asmModule{funcs: []asmFunc{empty}})
	one("call, 10 values", cat(const32(1).times(10), op(asmCall, 1), op(asmDrop).times(10)),
		asmModule{funcs: []asmFunc{{params: many(i32, 10), results: many(i32, 10), body: getAll(10)}}})
	one("call, 100 values", cat(const32(1).times(100), op(asmCall, 1), op(asmDrop).times(100)),
		asmModule{funcs: []asmFunc{{params: many(i32, 100), results: many(i32, 100), body: getAll(100)}}})
	one("call, 100 vectors", cat(op(asmGet, of(acc, v128)).times(100), op(asmCall, 1), op(asmDrop).times(100)),
		asmModule{funcs: []asmFunc{{params: many(v128, 100), results: many(v128, 100), body: getAll(100)}}})
	one("call, 1000 results", cat(op(asmCall, 1), op(asmDrop).times(1000)), asmModule{funcs: []asmFunc{{results: many(i64, 1000), body: const64(1).times(1000)}}})
	one("call, 1000 locals", op(asmCall, 1), asmModule{funcs: []asmFunc{{locals: many(i64, 1000)}}})
	used := cat()
	for i := range 100 {
		used = cat(used, op(asmGet, i), const64(1), op(0x7c), op(asmSet, i))
	}
	one("call, 100 locals in use", op(asmCall, 1), asmModule{funcs: []asmFunc{{locals: many(i64, 100), body: cat(op(asmLoop, void), used, const32(0), op(asmBrIf, 0), op(asmEnd))}}})
	one("call_indirect", cat(const32(0), op(asmIndirect, 1, 0)), asmModule{funcs: []asmFunc{empty}, table: 1, elems: []int{1}})
	one("call_indirect, at random", cat(random(4), op(asmIndirect, 1, 0)),
		asmModule{funcs: []asmFunc{empty, empty, empty, empty}, table: 4, elems: []int{1, 1, 1, 1}})
	one("block of 100 values", cat(op(asmBlock, 1), const64(1).times(100), op(asmGet, turns), op(asmBrIf, 0), op(asmEnd), op(asmDrop).times(100)),
		asmModule{types: []asmFunc{{results: many(i64, 100)}}})
	joins := cat()
	for i := range 100 {
		joins = cat(joins, op(asmGet, locals+i), const64(1), op(0x7c), op(asmSet, locals+i))
	}
	joined := looping(operands(1), cat(op(asmGet, of(acc, i32)), const32(1), op(0x71), op(asmIf, void), joins, op(asmEnd)).times(8))
	joined.locals = append(joined.locals, many(i64, 100)...)
	joined.body = cat(const32(0), op(asmSet, of(acc, i32)), joined.body)
	notTaken := looping(nil, cat(op(asmGet, of(acc, i32)), const32(1), op(0x71), op(asmIf, void), joins, op(asmEnd)).times(8))
	notTaken.locals = joined.locals
	list = append(list, sample{name: "joins of 100 locals", module: asmModule{funcs: []asmFunc{notTaken}}.bytes()})

	one("memory.size", cat(op(0x3f, 0), op(asmDrop)), asmModule{pages: 1})
	one("memory.grow by 0", cat(const32(0), op(0x40, 0), op(asmDrop)), asmModule{pages: 1})
	one("memory.grow by too much", cat(const32(-1), op(0x40, 0), op(asmDrop)), asmModule{pages: 1})
	for _, n := range []int32{0, 1, 64, 1024, 1 << 20, 8 << 20} {
		m := asmModule{pages: 256, data: []byte("x")}
		times := max(1, unrolled/(1+int(n>>10)))
		bulk := func(name string, unit code) { loop(fmt.Sprintf("%s of %d", name, n), unit.times(times), m) }
		bulk("memory.copy", cat(const32(0), const32(n), const32(n), op(0xfc, 10, 0, 0)))
		bulk("memory.copy, overlapping", cat(const32(1), const32(0), const32(n), op(0xfc, 10, 0, 0)))
		bulk("memory.fill", cat(const32(0), const32(n), const32(n), op(0xfc, 11, 0)))
	}
	for _, n := range []int32{0, 64, 1 << 20} {
		m := asmModule{pages: 256, data: make([]byte, n)}
		loop(fmt.Sprintf("memory.init of %d", n), cat(const32(0), const32(0), const32(n), op(0xfc, 8, 0, 0)).times(max(1, unrolled/(1+int(n>>10)))), m)
	}
	one("data.drop", op(0xfc, 9, 0), asmModule{pages: 1, data: []byte("x")})
	withTable := func(n int) asmModule {
		return asmModule{funcs: []asmFunc{empty}, table: max(n, 1), elems: []int{1}, passive: slices.Repeat([]int{1}, n)}
	}
	for _, n := range []int32{0, 1, 64, 100_000} {
		m := withTable(int(n))
		times := max(1, unrolled/(1+int(n>>10)))
		bulk := func(name string, unit code) { loop(fmt.Sprintf("%s of %d", name, n), unit.times(times), m) }
		bulk("table.copy", cat(const32(0), const32(0), const32(n), op(0xfc, 14, 0, 0)))
		bulk("table.init", cat(const32(0), const32(0), const32(n), op(0xfc, 12, 1, 0)))
		bulk("table.fill", cat(const32(0), op(0xd0, 0x70), const32(n), op(0xfc, 17, 0)))
	}
	one("elem.drop", op(0xfc, 13, 1), withTable(8))
	one("table.grow by 0", cat(op(0xd0, 0x70), const32(0), op(0xfc, 15, 0), op(asmDrop)), withTable(1))
	one("table.size", cat(op(0xfc, 16, 0), op(asmDrop)), withTable(1))
	one("table.get and table.set", cat(const32(0), const32(0), op(0x25, 0), op(0x26, 0)), withTable(1))
	one("ref.func", cat(op(0xd2, 1), op(asmDrop)), withTable(1))
	one("ref.null and ref.is_null", cat(op(0xd0, 0x70), op(0xd1), op(asmDrop)), withTable(1))

	// Each load finds the address of the next somewhere else in the memory.
	chase := func(memory []byte) {
		order := rand.New(rand.NewPCG(1, 2)).Perm(len(memory) / 64)
		for i, at := range order {
			binary.LittleEndian.PutUint32(memory[at*64:], uint32(order[(i+1)%len(order)]*64))
		}
	}
	loads := cat(op(asmGet, of(acc, i32)), op(0x28, 0, 0).times(unrolled), op(asmSet, of(acc, i32)))
	for _, pages := range []int{1, 16, 256} {
		list = append(list, sample{name: fmt.Sprintf("loads all over %d KiB", pages*64), module: asmModule{pages: pages, funcs: []asmFunc{looping(nil, loads)}}.bytes(), memory: chase})
	}
	for _, n := range []int{1_000, 10_000, 100_000} {
		loop(fmt.Sprintf("straight code, %d sums", n), cat(op(asmGet, of(acc, i64)), cat(op(asmGet, of(arg, i64)), op(0x7c)).times(n), op(asmSet, of(acc, i64))), asmModule{})
		loop(fmt.Sprintf("straight code, %d quotients", n), cat(op(asmGet, of(acc, i64)), cat(op(asmGet, of(arg, i64)), op(0x80)).times(n), op(asmSet, of(acc, i64))), asmModule{})
		loop(fmt.Sprintf("straight code, %d stores", n), cat(op(asmGet, of(arg, i32)), op(asmGet, of(arg, i64)), op(0x37, 0, 0)).times(n), asmModule{pages: 1})
		loop(fmt.Sprintf("straight code, %d constants", n), cat(op(asmGet, of(acc, i64)), cat(const64(0x123456789abcdef), op(0x85)).times(n), op(asmSet, of(acc, i64))), asmModule{})
	}
	loop("stores all over 16 MiB", cat(random(1<<24), op(asmGet, of(acc, i64)), op(0x3c, 0, 0)).times(unrolled), asmModule{pages: 256})
	return list
}

func getAll(n int) (c code) {
	for i := range n {
		c = cat(c, op(asmGet, i))
	}
	return c
}

// measure returns how long the sample runs for one fuel, in nanoseconds: the shortest of some runs.
func (s sample) measure(tb testing.TB, runtime wazero.Runtime) (nanoseconds, fuelOfTurn float64) {
	tb.Helper()
	tank := new(fuel.Tank)
	tank.Fill(1 << 40)
	ctx := tank.With(context.Background())
	compiled, err := runtime.CompileModule(ctx, instrument(tb, s.module))
	if err != nil {
		tb.Fatalf("%s: %v", s.name, err)
	}
	defer compiled.Close(ctx)
	m, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		tb.Fatalf("%s: %v", s.name, err)
	}
	defer m.Close(ctx)
	tank.Attach(m)
	if s.memory != nil {
		memory := m.ExportedMemory("memory")
		bytes, _ := memory.Read(0, memory.Size())
		s.memory(bytes)
	}
	run := m.ExportedFunction("run")
	nanoseconds = math.Inf(1)
	turns := uint64(1)
	for range 30 {
		tank.Fill(1 << 40)
		start := time.Now()
		if _, err := run.Call(ctx, api.EncodeU32(uint32(turns))); err != nil {
			tb.Fatalf("%s: %v", s.name, err)
		}
		took := time.Since(start)
		if took < 500*time.Microsecond && turns < 1<<24 {
			turns *= 2
			continue
		}
		used := float64(1<<40 - tank.Left())
		nanoseconds, fuelOfTurn = min(nanoseconds, float64(took.Nanoseconds())/used), used/float64(turns)
	}
	return nanoseconds, fuelOfTurn
}

func newMeteredRuntime(tb testing.TB) wazero.Runtime {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithMemoryLimitPages(256))
	tb.Cleanup(func() { _ = runtime.Close(ctx) })
	if err := fuel.Instantiate(ctx, runtime); err != nil {
		tb.Fatal(err)
	}
	return runtime
}

// making lists modules whose instances take long to make, each for another reason.
func making() map[string][]byte {
	f := asmFunc{}
	text := slices.Repeat([]byte("text"), 1<<20)
	return map[string][]byte{
		"a plain instance":         asmModule{funcs: []asmFunc{f}}.bytes(),
		"100,000 passive elements": asmModule{funcs: []asmFunc{f}, table: 1, elems: []int{0}, passive: make([]int, 100_000)}.bytes(),
		"100,000 active elements":  asmModule{funcs: []asmFunc{f}, table: 100_000, elems: make([]int, 100_000)}.bytes(),
		"a table of 1,000,000":     asmModule{funcs: []asmFunc{f}, table: 1_000_000}.bytes(),
		"10,000 globals":           asmModule{funcs: []asmFunc{f}, globals: slices.Repeat([]byte{i64}, 10_000)}.bytes(),
		"10,000 functions":         asmModule{funcs: make([]asmFunc, 9_900)}.bytes(),
		"1,000 exports":            asmModule{funcs: named(900)}.bytes(),
		"256 pages and 4 MiB":      asmModule{funcs: []asmFunc{f}, pages: 256, text: text}.bytes(),
		"256 pages":                asmModule{funcs: []asmFunc{f}, pages: 256}.bytes(),
	}
}

func named(n int) []asmFunc {
	list := make([]asmFunc, n)
	for i := range list {
		list[i].export = fmt.Sprint(i)
	}
	return list
}

// makes returns how long making an instance takes for one fuel, in nanoseconds: the shortest of some.
func makes(tb testing.TB, runtime wazero.Runtime, name string, module []byte) float64 {
	tb.Helper()
	ctx := context.Background()
	metered, err := fuel.Instrument(module)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	compiled, err := runtime.CompileModule(ctx, metered.Code)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	defer compiled.Close(ctx)
	best := math.Inf(1)
	for range 10 {
		start := time.Now()
		m, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		if memory := m.ExportedMemory("memory"); memory != nil { // the first use of each part is a price of the instance
			for at := uint32(0); at < memory.Size(); at += 4096 {
				memory.WriteByte(at, 1)
			}
		}
		best = min(best, float64(time.Since(start).Nanoseconds()))
		_ = m.Close(ctx)
	}
	return best / float64(metered.Making)
}

// BenchmarkPrices compares the time that everything takes for the same fuel with that of a plain loop. Nothing may take
// more than twice as long. With -v it reports each, otherwise the dearest.
func BenchmarkPrices(b *testing.B) {
	runtime := newMeteredRuntime(b)
	dearest := 0.0
	for b.Loop() {
		plain, _ := plainLoop().measure(b, runtime)
		report := func(name string, ratio float64) {
			if testing.Verbose() {
				fmt.Printf("%-40s %.2f\n", name, ratio)
			}
			if dearest = max(dearest, ratio); ratio > 2 {
				b.Errorf("%s takes %.2f times as long as a plain loop of the same fuel", name, ratio)
			}
		}
		for name, module := range making() {
			report(name, makes(b, runtime, name, module)/plain)
		}
		samples := control()
		for _, o := range operations() {
			samples = append(samples, chain(o, 1))
		}
		for _, s := range samples {
			nanoseconds, _ := s.measure(b, runtime)
			report(s.name, nanoseconds/plain)
		}
	}
	b.ReportMetric(dearest, "x-plain-loop")
}
