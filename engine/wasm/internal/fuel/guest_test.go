package fuel_test

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// goGuest builds testdata/guest.
func goGuest(tb testing.TB) []byte {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "guest.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-o", path, "./testdata/guest")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build the guest: %v\n%s", err, out)
	}
	module, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return module
}

// compileOnce configures runtimes that share what they compiled.
func compileOnce(tb testing.TB) wazero.RuntimeConfig {
	tb.Helper()
	cache := wazero.NewCompilationCache()
	tb.Cleanup(func() { _ = cache.Close(context.Background()) })
	return wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache)
}

func TestAGoGuest(t *testing.T) {
	module := goGuest(t)
	metered := instrument(t, module)
	config := compileOnce(t)
	calls := []struct {
		function string
		arg      uint64
	}{{"step", 3}, {"primes", 5000}, {"tree", 10}, {"step", 1}}

	type use struct{ result, fuel uint64 }
	run := func(t *testing.T, module []byte) []use {
		m := mustStart(t, config, module)
		var uses []use
		for _, c := range calls {
			results, err := m.call(1<<30, c.function, c.arg)
			if err != nil {
				t.Fatalf("%s(%d): %v", c.function, c.arg, err)
			}
			uses = append(uses, use{results[0], uint64(1<<30 - m.tank.Left())})
		}
		return uses
	}

	plain, first := run(t, module), run(t, metered)
	t.Run("computes the same", func(t *testing.T) {
		for i, c := range calls {
			if plain[i].result != first[i].result {
				t.Errorf("%s(%d) is %d plain, %d metered", c.function, c.arg, plain[i].result, first[i].result)
			}
		}
	})
	t.Run("uses exactly the same fuel in another instance", func(t *testing.T) {
		second := run(t, metered)
		for i, c := range calls {
			if first[i] != second[i] {
				t.Errorf("%s(%d) used %d, then %d", c.function, c.arg, first[i].fuel, second[i].fuel)
			}
		}
	})
	for _, c := range []struct {
		function string
		args     []uint64
	}{{"spin", nil}, {"tree", []uint64{60}}} {
		t.Run("is stopped in "+c.function, func(t *testing.T) {
			m := mustStart(t, config, metered)
			if _, err := m.call(10_000_000, c.function, c.args...); !errors.Is(err, fuel.ErrExhausted) {
				t.Fatalf("got %v with %d left", err, m.tank.Left())
			}
		})
	}
}

// BenchmarkGoGuest calls a Go guest plain, metered and with close-on-context-done in turn, so that all see the same machine,
// and reports the fastest call of each: the plain one in time, the others as multiples of it.
func BenchmarkGoGuest(b *testing.B) {
	module := goGuest(b)
	config := compileOnce(b)
	for _, function := range []struct {
		name string
		arg  uint64
	}{{"step", 2}, {"primes", 5000}, {"tree", 12}} {
		b.Run(function.name, func(b *testing.B) {
			plain := mustStart(b, config, module)
			metered := mustStart(b, config, instrument(b, module))
			watched := mustStart(b, config.WithCloseOnContextDone(true), module)
			cancellable, cancel := context.WithCancel(watched.ctx)
			defer cancel()
			watched.ctx = cancellable

			fastest := [3]time.Duration{math.MaxInt64, math.MaxInt64, math.MaxInt64}
			for b.Loop() {
				for i, m := range []*guest{plain, metered, watched} {
					start := time.Now()
					if _, err := m.call(1<<40, function.name, function.arg); err != nil {
						b.Fatal(err)
					}
					fastest[i] = min(fastest[i], time.Since(start))
				}
			}
			one := float64(fastest[0])
			b.ReportMetric(0, "ns/op") // of all three together: says nothing
			b.ReportMetric(one, "plain-ns")
			b.ReportMetric(float64(fastest[1])/one, "x-fuel")
			b.ReportMetric(float64(fastest[2])/one, "x-close-on-done")
			b.ReportMetric(float64(1<<40-metered.tank.Left())/float64(fastest[1]), "fuel/ns")
		})
	}
}

// BenchmarkInstrument meters a whole Go module.
func BenchmarkInstrument(b *testing.B) {
	module := goGuest(b)
	b.SetBytes(int64(len(module)))
	b.ReportAllocs()
	for b.Loop() {
		instrument(b, module)
	}
	b.ReportMetric(float64(len(instrument(b, module)))/float64(len(module)), "x-size")
}
