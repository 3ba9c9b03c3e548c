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
					set(t, m, 3_000)
					_, err := m.ExportedFunction("run").Call(context.Background())
					if err == nil {
						t.Fatal("the call returned")
					}
					if !fuel.Exhausted(m) {
						t.Fatalf("stopped for another reason, with %d left: %v", fuel.Left(m), err)
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
			set(t, m, 1<<40)
			if _, err := m.ExportedFunction("run").Call(context.Background()); err == nil {
				t.Fatal("the call returned")
			}
			if fuel.Exhausted(m) {
				t.Error("Exhausted, with fuel left")
			}
		})
	}
}

func TestPrices(t *testing.T) {
	for _, tt := range []struct {
		name, function string
		args           []uint64
		want           int64
	}{
		{"an empty function costs 1", "empty", nil, 1},
		{"eight locals cost 1", "locals", nil, 1 + 1},
		{"straight code costs its instructions", "four_instructions", nil, 1 + 4},
		{"blocks and ends are free", "nested_blocks", nil, 1 + 1},
		{"of two arms the taken one is paid: first", "arms", []uint64{1}, 1 + 2 + 4 + 1},
		{"of two arms the taken one is paid: second", "arms", []uint64{0}, 1 + 2 + 1 + 1},
		{"a loop pays at each turn", "loop", []uint64{10}, 1 + 10*(1+5)},
		{"code that cannot be reached is free", "dead_code", nil, 1 + 1},
		{"filling pays 1 for 16 bytes", "fill", []uint64{160}, 1 + 4 + 10},
		{"copying pays 1 for 16 bytes", "copy", []uint64{1 << 16}, 1 + 4 + 1<<12},
		{"filling a table pays 1 an element", "table_fill", []uint64{3}, 1 + 4 + 3},
		{"growing a table pays 1,024 an element", "table_grow", []uint64{2}, 1 + 4 + 1000 + 2048},
		{"growing memory pays a fixed price", "memory_grow", []uint64{2}, 1 + 3 + 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mustStart(t, wazero.NewRuntimeConfigInterpreter(), instrument(t, wasm(t, "prices")))
			set(t, m, 1_000_000)
			if _, err := m.ExportedFunction(tt.function).Call(context.Background(), tt.args...); err != nil {
				t.Fatal(err)
			}
			if got := 1_000_000 - fuel.Left(m); got != tt.want {
				t.Errorf("cost %d, want %d", got, tt.want)
			}
		})
	}
}

func TestALengthIsPaidBeforeTheWorkIsDone(t *testing.T) {
	m := mustStart(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, "prices")))
	set(t, m, 1000)
	_, err := m.ExportedFunction("fill").Call(context.Background(), api.EncodeU32(1<<32-1))
	if err == nil || !fuel.Exhausted(m) {
		t.Fatalf("want exhaustion before the fill is out of bounds, got %v with %d left", err, fuel.Left(m))
	}
}

func TestFuelThatJustSufficesIsEnough(t *testing.T) {
	m := mustStart(t, wazero.NewRuntimeConfigCompiler(), instrument(t, wasm(t, "prices")))
	loop := m.ExportedFunction("loop")
	set(t, m, 61)
	if _, err := loop.Call(context.Background(), 10); err != nil || fuel.Left(m) != 0 {
		t.Errorf("61 for 61: %v, %d left", err, fuel.Left(m))
	}
	set(t, m, 60)
	if _, err := loop.Call(context.Background(), 10); err == nil || !fuel.Exhausted(m) {
		t.Errorf("60 for 61: %v, %d left", err, fuel.Left(m))
	}
	set(t, m, -5)
	if fuel.Left(m) != 0 || fuel.Exhausted(m) {
		t.Errorf("less than none: %d left", fuel.Left(m))
	}
}

func TestAModuleWithoutCounterSaysSo(t *testing.T) {
	m := mustStart(t, wazero.NewRuntimeConfigInterpreter(), wasm(t, "prices"))
	if err := fuel.Set(m, 1); !errors.Is(err, fuel.ErrNotInstrumented) {
		t.Errorf("Set: %v", err)
	}
	if fuel.Left(m) != 0 || fuel.Exhausted(m) {
		t.Errorf("Left %d, Exhausted %v", fuel.Left(m), fuel.Exhausted(m))
	}
}

// Calls every exported function of every same_*.wat many times, with the counter and without it.
func TestResultsStayTheSame(t *testing.T) {
	for engine, config := range engines {
		for _, name := range wasmNames(t, "same_") {
			t.Run(name+" "+engine, func(t *testing.T) {
				plain := mustStart(t, config(), wasm(t, name))
				metered := mustStart(t, config(), instrument(t, wasm(t, name)))
				set(t, metered, 1<<40)
				random := rand.New(rand.NewPCG(1, 2))

				functions := plain.ExportedFunctionDefinitions()
				for range 200 {
					for _, export := range slices.Sorted(maps.Keys(functions)) {
						args := arguments(random, functions[export].ParamTypes())
						want, got := call(plain, export, args), call(metered, export, args)
						if diff := gocmp.Diff(want, got); diff != "" {
							t.Fatalf("%s%v (-plain +metered):\n%s", export, args, diff)
						}
						if fuel.Exhausted(metered) {
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

func call(m api.Module, export string, args []uint64) outcome {
	results, err := m.ExportedFunction(export).Call(context.Background(), args...)
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

func set(tb testing.TB, m api.Module, n int64) {
	tb.Helper()
	if err := fuel.Set(m, n); err != nil {
		tb.Fatal(err)
	}
}
