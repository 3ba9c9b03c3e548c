package fuel_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sort"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// values returns n value types.
func values(n int) []byte { return code{i64}.times(n) }

// bombs make modules that have much of one thing.
func bombs() map[string]func(n int) asmModule {
	one := func(f asmFunc) asmModule {
		f.export = "f"
		return asmModule{funcs: []asmFunc{f}, globals: []byte{i64}}
	}
	many := func(n int, f asmFunc) (m asmModule) {
		for range n {
			m.funcs = append(m.funcs, f)
		}
		return m
	}
	trapping := func(n int, c code) asmModule {
		m := one(asmFunc{body: c.times(n)})
		m.funcs = append(m.funcs, asmFunc{})
		m.pages, m.table = 1, 1
		return m
	}
	again := cat(op(asmGlobalGet, 0), op(0xa7), op(asmBrIf, 0)) // to the innermost block, perhaps
	next := func(i, locals int) code {
		return cat(op(asmGet, i%locals), const64(1), op(0x7c), op(asmSet, i*7%locals))
	}
	all := func(n int, c func(i int) code) (out code) {
		for i := range n {
			out = append(out, c(i)...)
		}
		return out
	}
	nested := func(kind byte, n, locals int) asmModule {
		return one(asmFunc{locals: values(locals), body: cat(code{kind, void}.times(n), all(locals, func(i int) code { return next(i, locals) }), cat(again, code{asmEnd}).times(n))})
	}
	return map[string]func(n int) asmModule{
		"straight code": func(n int) asmModule {
			return one(asmFunc{locals: values(20), body: all(n*20, func(i int) code { return next(i, 20) })})
		},
		"straight code of 1,000 locals": func(n int) asmModule {
			return one(asmFunc{locals: values(1000), body: all(n*20, func(i int) code { return next(i, 1000) })})
		},
		"deep operands": func(n int) asmModule {
			return one(asmFunc{body: cat(op(asmGlobalGet, 0).times(n), code{0x7c}.times(n-1), code{asmDrop})})
		},
		"nested loops":                 func(n int) asmModule { return nested(asmLoop, n, 1) },
		"nested loops of 50 locals":    func(n int) asmModule { return nested(asmLoop, n, 50) },
		"nested loops of 1,000 locals": func(n int) asmModule { return nested(asmLoop, n, 1000) },
		"nested blocks of 50 locals":   func(n int) asmModule { return nested(asmBlock, n, 50) },
		"nested empty blocks": func(n int) asmModule {
			return one(asmFunc{body: cat(code{asmBlock, void}.times(n), code{asmEnd}.times(n))})
		},
		"loops in a row": func(n int) asmModule {
			return one(asmFunc{locals: values(50), body: all(n, func(i int) code { return cat(code{asmLoop, void}, next(i, 50), again, code{asmEnd}) })})
		},
		"blocks in a row": func(n int) asmModule {
			return one(asmFunc{locals: values(50), body: all(n, func(i int) code { return cat(code{asmBlock, void}, again, next(i, 50), code{asmEnd}) })})
		},
		"loops of 1,000 locals in a row": func(n int) asmModule {
			return one(asmFunc{locals: values(1000), body: all(n, func(int) code {
				return cat(code{asmLoop, void}, all(1000, func(i int) code { return next(i, 1000) }), again, code{asmEnd})
			})})
		},
		"calls": func(n int) asmModule {
			f := asmFunc{locals: values(20), body: all(n, func(i int) code {
				return cat(op(asmGet, i%20), op(asmGet, (i+1)%20), op(asmCall, 1), op(asmSet, i*7%20))
			})}
			m := one(f)
			m.funcs = append(m.funcs, asmFunc{params: values(2), results: values(1), body: op(asmGet, 0)})
			return m
		},
		"calls of 1,000 parameters": func(n int) asmModule {
			m := one(asmFunc{body: cat(const64(1).times(1000), op(asmCall, 1)).times(n)})
			m.funcs = append(m.funcs, asmFunc{params: values(1000)})
			return m
		},
		"calls that pass 1,000 values on": func(n int) asmModule {
			m := one(asmFunc{body: cat(const64(1).times(1000), op(asmCall, 1).times(n), code{asmDrop}.times(1000))})
			m.funcs = append(m.funcs, asmFunc{params: values(1000), results: values(1000), body: all(1000, func(i int) code { return op(asmGet, i) })})
			return m
		},
		"a table of branches": func(n int) asmModule {
			return one(asmFunc{body: cat(code{asmBlock, void}, op(asmGlobalGet, 0), op(0xa7), op(asmBrTable, n), code{0}.times(n+1), code{asmEnd})})
		},
		"tables of 100 branches": func(n int) asmModule {
			return one(asmFunc{body: cat(code{asmBlock, void}, op(asmGlobalGet, 0), op(0xa7), op(asmBrTable, 100), code{0}.times(101), code{asmEnd}).times(n)})
		},
		"blocks of 100 values": func(n int) asmModule {
			m := one(asmFunc{body: cat(code{asmBlock, 1}, const64(1).times(100), again, code{asmEnd}, code{asmDrop}.times(100)).times(n)})
			m.types = []asmFunc{{results: values(100)}}
			return m
		},
		"ifs below live operands": func(n int) asmModule {
			return one(asmFunc{body: cat(op(asmGlobalGet, 0).times(n), cat(op(asmGlobalGet, 0), op(0xa7), code{asmIf, void, asmEnd}).times(n), code{0x7c}.times(n-1), code{asmDrop})})
		},
		"loads": func(n int) asmModule {
			return trapping(n, cat(op(asmGlobalGet, 0), op(0xa7), op(0x28, 0, 0), code{asmDrop}))
		},
		"divisions": func(n int) asmModule {
			return trapping(n, cat(op(asmGlobalGet, 0), op(asmGlobalGet, 0), code{0x7f, asmDrop}))
		},
		"truncations":    func(n int) asmModule { return trapping(n, cat(op(asmGlobalGet, 0), code{0xb9, 0xb0, asmDrop})) },
		"indirect calls": func(n int) asmModule { return trapping(n, cat(op(asmGlobalGet, 0), op(0xa7), op(asmIndirect, 1, 0))) },
		"fills": func(n int) asmModule {
			return trapping(n, cat(cat(op(asmGlobalGet, 0), op(0xa7)).times(3), op(0xfc, 11, 0)))
		},
		"functions": func(n int) asmModule { return many(n, asmFunc{}) },
		"functions of 500 and 500 values": func(n int) asmModule {
			return many(n, asmFunc{params: values(500), results: values(500), body: code{asmUnreachable}})
		},
		"functions of 10,000 unused locals": func(n int) asmModule { return many(n, asmFunc{locals: values(10_000), body: code{asmNop}}) },
		"functions of 200 blocks": func(n int) asmModule {
			m := many(n, asmFunc{locals: values(20), body: all(200, func(i int) code { return cat(code{asmBlock, void}, again, next(i, 20), code{asmEnd}) })})
			m.globals = []byte{i64}
			return m
		},
		"exports": func(n int) (m asmModule) {
			for i := range n {
				m.funcs = append(m.funcs, asmFunc{export: fmt.Sprint("f", i)})
			}
			return m
		},
		"types":         func(n int) asmModule { return asmModule{types: make([]asmFunc, n)} },
		"globals":       func(n int) asmModule { return asmModule{globals: values(n)} },
		"elements":      func(n int) asmModule { return asmModule{funcs: make([]asmFunc, 1), table: 1, passive: make([]int, n)} },
		"table entries": func(n int) asmModule { return asmModule{table: n} },
	}
}

func TestInstrumentRefusesModulesThatAreTooCostlyToCompile(t *testing.T) {
	t.Parallel()
	bombs := bombs()
	for name, n := range map[string]int{
		//attack-each:module-bounds
		"straight code": 80_000, "straight code of 1,000 locals": 80_000, "nested loops": 5_000, "nested loops of 50 locals": 5_000,
		"nested loops of 1,000 locals": 400, "nested blocks of 50 locals": 10_000, "nested empty blocks": 40_000, "loops in a row": 6_000,
		"blocks in a row": 10_000, "loops of 1,000 locals in a row": 400, "calls": 130_000, "calls of 1,000 parameters": 1_200,
		"calls that pass 1,000 values on": 600, "a table of branches": 150_000, "tables of 100 branches": 1_400, "blocks of 100 values": 10_000,
		"ifs below live operands": 20_000, "loads": 50_000, "divisions": 50_000, "truncations": 50_000, "indirect calls": 30_000, "fills": 5_000,
		"functions": 10_001, "functions of 500 and 500 values": 300, "functions of 200 blocks": 1_200, "exports": 1_001, "types": 100_001,
		"globals": 1_001, "elements": 100_001,
		//attack-each:
	} {
		if _, err := fuel.Instrument(bombs[name](n).bytes()); !errors.Is(err, fuel.ErrTooCostly) {
			t.Errorf("%d %s: %v", n, name, err)
		}
		if _, err := fuel.Instrument(bombs[name](max(2, n/40)).bytes()); err != nil {
			t.Errorf("%d %s: %v", max(2, n/40), name, err)
		}
	}
}

// largest returns the largest module of a kind that is accepted.
func largest(make func(int) asmModule) (n int, metered *fuel.Module) {
	accepted := func(n int) bool {
		m, err := fuel.Instrument(make(n).bytes())
		if err == nil {
			metered = m
		}
		return err == nil
	}
	n = sort.Search(17, func(i int) bool { return !accepted(1 << i) }) // a power of 2 that is too much
	low := 1 << max(0, n-1)
	if n == 17 {
		accepted(low)
		return low, metered
	}
	n = low + sort.Search(low, func(i int) bool { return !accepted(low + i + 1) })
	accepted(n)
	return n, metered
}

// BenchmarkCompile compiles the largest module of each kind that is accepted. It reports milliseconds, the memory that the system gave,
// and how large the module is.
func BenchmarkCompile(b *testing.B) {
	for name, make := range bombs() {
		b.Run(name, func(b *testing.B) {
			n, metered := largest(make)
			ctx := context.Background()
			for b.Loop() {
				runtime.GC()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				wz := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
				compiled, err := wz.CompileModule(ctx, metered.Code)
				runtime.ReadMemStats(&after)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/(1<<20), "MiB-allocated")
				b.ReportMetric(float64(n), "things")
				_ = compiled.Close(ctx)
				_ = wz.Close(ctx)
			}
		})
	}
}
