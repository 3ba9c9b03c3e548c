package fuel_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

func TestGuestsThatNeverEndAreStopped(t *testing.T) {
	for engine, config := range engines {
		for _, name := range append(wasmNames(t, "endless_"), "call_tree") {
			if name == "endless_start" {
				continue // has a test of its own
			}
			t.Run(name+" "+engine, func(t *testing.T) {
				m := mustStart(t, config(), instrument(t, wasm(t, name)))
				// Less than a recursion needs to overflow the stack, which holds 2,000 frames in the interpreter.
				for range 2 {
					_, err := m.call(3_000, "run")
					if !errors.Is(err, fuel.ErrExhausted) || !m.tank.Exhausted() {
						t.Fatalf("got %v, with %d left", err, m.tank.Left())
					}
				}
			})
		}
	}
}

func TestAStartSectionThatNeverEndsIsStopped(t *testing.T) {
	if _, err := start(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, "endless_start"))); err == nil {
		t.Fatal("the module started")
	}
}

func TestOtherFailuresAreNotTakenForExhaustion(t *testing.T) {
	for _, tt := range []struct{ name, module string }{
		{"a trap of the guest's own", "trap"},
		{"a stack overflow", "endless_recursion"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mustStart(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, tt.module)))
			_, err := m.call(1<<40, "run")
			if err == nil || errors.Is(err, fuel.ErrExhausted) || m.tank.Exhausted() {
				t.Errorf("got %v, with %d left", err, m.tank.Left())
			}
		})
	}
}

func TestPrices(t *testing.T) {
	const entry, block = 2, 1 // a function and its first basic block; each other basic block
	for _, tt := range []struct {
		name, function string
		args           []uint64
		want           int64
	}{
		{"an empty function costs its entry", "empty", nil, entry},
		{"eight locals cost 1", "locals", nil, entry + 1},
		{"straight code costs its instructions", "four_instructions", nil, entry + 4},
		{"blocks and ends are free", "nested_blocks", nil, entry + 1},
		{"of two arms the taken one is paid: first", "arms", []uint64{1}, entry + 1 + 8 + block + 4 + block + 1},
		{"of two arms the taken one is paid: second", "arms", []uint64{0}, entry + 1 + 8 + block + 1 + block + 1},
		{"a loop pays at each turn", "loop", []uint64{10}, entry + 10*(block+1+5)},
		{"code that cannot be reached is free", "dead_code", nil, entry + 1},
		{"a call pays for the values that it moves", "calls_with_values", nil, entry + 2 + 10 + 3 + entry + 1 + 1},
		{"a branch pays for the values that it moves", "branch_with_values", nil, entry + 2 + 2 + 1 + 2 + block + 2},
		{"where a block ends, locals that were set in it are paid", "joins", []uint64{0}, entry + 1 + 8 + block + 3 + 1},
		{"filling pays 1 for 4 bytes", "fill", []uint64{160}, entry + 3 + 100 + 40},
		{"copying pays 1 for 4 bytes", "copy", []uint64{1 << 16}, entry + 3 + 100 + 1<<14},
		{"filling a table pays 2 an element", "table_fill", []uint64{3}, entry + 3 + 100 + 6},
		{"growing a table pays 1,024 an element", "table_grow", []uint64{2}, entry + 3 + 256 + 2048},
		{"growing memory pays for the pages", "memory_grow", []uint64{2}, entry + 2 + 256 + 2<<17},
		{"growing memory by too much pays for none", "memory_grow", []uint64{1 << 20}, entry + 2 + 256},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mustStart(t, wazero.NewRuntimeConfigInterpreter(), instrument(t, wasm(t, "prices")))
			const given = 1 << 30
			if _, err := m.call(given, tt.function, tt.args...); err != nil {
				t.Fatal(err)
			}
			if got := given - m.tank.Left(); got != tt.want {
				t.Errorf("cost %d, want %d", got, tt.want)
			}
		})
	}
}

func TestALengthIsPaidBeforeTheWorkIsDone(t *testing.T) {
	m := mustStart(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, "prices")))
	_, err := m.call(1000, "fill", api.EncodeU32(1<<32-1))
	if !errors.Is(err, fuel.ErrExhausted) {
		t.Fatalf("want exhaustion before the fill is out of bounds, got %v with %d left", err, m.tank.Left())
	}
}

func TestFuelThatJustSufficesIsEnough(t *testing.T) {
	m := mustStart(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, "prices")))
	for _, turns := range []uint64{10, fuel.Portion} { // within one portion, and with refills
		if _, err := m.call(1<<40, "loop", turns); err != nil {
			t.Fatal(err)
		}
		needed := 1<<40 - m.tank.Left()
		if _, err := m.call(needed, "loop", turns); err != nil || m.tank.Left() != 0 {
			t.Errorf("%d for %d: %v, %d left", needed, needed, err, m.tank.Left())
		}
		if _, err := m.call(needed-1, "loop", turns); !errors.Is(err, fuel.ErrExhausted) {
			t.Errorf("%d for %d: %v, %d left", needed-1, needed, err, m.tank.Left())
		}
	}
	if m.tank.Fill(-5); m.tank.Left() != 0 || m.tank.Exhausted() {
		t.Errorf("less than none: %d left", m.tank.Left())
	}
}

func TestACallWithoutATankIsStopped(t *testing.T) {
	m := mustStart(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, "prices")))
	m.tank.Fill(0)
	if _, err := m.ExportedFunction("empty").Call(context.Background()); !errors.Is(err, fuel.ErrExhausted) {
		t.Errorf("got %v", err)
	}
}

func TestARefillLooksAtTheDeadline(t *testing.T) {
	for engine, config := range engines {
		t.Run(engine, func(t *testing.T) {
			m := mustStart(t, config(), instrument(t, wasm(t, "endless_loop")))
			ctx, cancel := context.WithCancel(m.ctx)
			cancel()
			m.tank.Fill(1 << 60)
			_, err := m.ExportedFunction("run").Call(ctx)
			if !errors.Is(err, context.Canceled) || m.tank.Exhausted() {
				t.Errorf("got %v, with %d left", err, m.tank.Left())
			}
			if used := 1<<60 - m.tank.Left(); used > 2*fuel.Portion {
				t.Errorf("it ran on for %d", used)
			}
		})
	}
}

// Calls every exported function of every same_*.wat many times, with the counter and without it.
func TestResultsStayTheSame(t *testing.T) {
	for engine, config := range engines {
		for _, name := range wasmNames(t, "same_") {
			t.Run(name+" "+engine, func(t *testing.T) {
				plain := mustStart(t, config(), wasm(t, name))
				metered := mustStart(t, config(), instrument(t, wasm(t, name)))
				metered.tank.Fill(1 << 50)
				random := rand.New(rand.NewPCG(1, 2))

				functions := plain.ExportedFunctionDefinitions()
				for range 200 {
					for _, export := range slices.Sorted(maps.Keys(functions)) {
						args := arguments(random, functions[export].ParamTypes())
						want, got := call(plain, export, args), call(metered, export, args)
						if diff := gocmp.Diff(want, got); diff != "" {
							t.Fatalf("%s%v (-plain +metered):\n%s", export, args, diff)
						}
						if metered.tank.Exhausted() {
							t.Fatalf("%s%v used up all fuel", export, args)
						}
					}
				}
			})
		}
	}
}

// outcome is all that a caller can see of a call.
type outcome struct {
	Results []uint64
	Error   string
	Size    uint32   // of the memory
	Hash    [32]byte // of the memory's first page
}

func call(m *guest, export string, args []uint64) outcome {
	results, err := m.ExportedFunction(export).Call(m.ctx, args...)
	o := outcome{Results: results}
	if err != nil {
		o.Error, _, _ = strings.Cut(err.Error(), "\n") // without the stack trace
	}
	if memory := m.ExportedMemory("memory"); memory != nil {
		page, _ := memory.Read(0, 1<<16)
		o.Size, o.Hash = memory.Size(), sha256.Sum256(page)
	}
	return o
}

// arguments makes up arguments that are small more often than not.
func arguments(random *rand.Rand, types []api.ValueType) []uint64 {
	args := make([]uint64, len(types))
	for i, typ := range types {
		n := random.Uint64() >> cmp.Or(random.IntN(3)*30, 60)
		switch typ {
		case api.ValueTypeI32:
			n = api.EncodeU32(uint32(n))
		case api.ValueTypeF32:
			n = api.EncodeF32(float32(n) / 8)
		case api.ValueTypeF64:
			n = api.EncodeF64(float64(n) / 8)
		}
		args[i] = n
	}
	return args
}

func TestMakingAnInstanceCostsWhatItHolds(t *testing.T) {
	f := asmFunc{}
	plain := asmModule{funcs: []asmFunc{f}}
	for _, tt := range []struct {
		name   string
		module asmModule
		least  int64 // above a plain one
	}{
		{"passive elements", asmModule{funcs: []asmFunc{f}, table: 1, elems: []int{0}, passive: make([]int, 100_000)}, 200_000_000},
		{"active elements", asmModule{funcs: []asmFunc{f}, table: 100_000, elems: make([]int, 100_000)}, 200_000_000},
		{"table entries", asmModule{funcs: []asmFunc{f}, table: 1_000_000}, 10_000_000},
		{"pages", asmModule{funcs: []asmFunc{f}, pages: 100}, 100 << 17},
		{"data", asmModule{funcs: []asmFunc{f}, pages: 1, text: make([]byte, 1_000)}, 250},
		{"globals", asmModule{funcs: []asmFunc{f}, globals: []byte{i32, i64}}, 1_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			price := func(m asmModule) int64 {
				metered, err := fuel.Instrument(m.bytes())
				if err != nil {
					t.Fatal(err)
				}
				return metered.Making
			}
			if more := price(tt.module) - price(plain); more < tt.least {
				t.Errorf("costs %d more than a plain one, want %d", more, tt.least)
			}
		})
	}
}
