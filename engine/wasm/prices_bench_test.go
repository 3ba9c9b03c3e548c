//go:build unix

package wasm_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
)

// BenchmarkHostPrices compares the processor time of calls that spend all their fuel, most of it on the host's work, with
// that of one that spends it in a loop: nothing may take more than twice as long. BenchmarkPrices of internal/fuel
// does the same for instructions.
func BenchmarkHostPrices(b *testing.B) {
	dearest := 0.0
	for b.Loop() {
		plain := spend(b, "step_loops")
		for _, guest := range []string{
			"wasi_random_loops", "wasi_random_straight", "wasi_paths_loops", "wasi_prints_loops", "host_loops",
			"step_loops_in_calls", "step_loops_in_copies", "step_loops_in_quotients", "step_loops_in_references", "step_call_tree",
		} {
			ratio := spend(b, guest) / plain
			if testing.Verbose() {
				fmt.Printf("%-30s %.2f\n", guest, ratio)
			}
			if dearest = max(dearest, ratio); ratio > 2 {
				b.Errorf("%s takes %.2f times as long as a loop of the same fuel", guest, ratio)
			}
		}
	}
	b.ReportMetric(dearest, "x-plain-loop")
}

// spend returns the time in which a guest spends its fuel: the shortest of some calls.
func spend(b *testing.B, guest string) float64 {
	b.Helper()
	m := load(b, newRuntime(b, wasm.Config{Instances: 1, Fuel: 1e9}), guest, assembled(b, guest))
	shortest := math.Inf(1)
	for range 5 {
		start := processorTime(b)
		if _, err := m.Step(context.Background(), misbehave, new(signer)); err == nil {
			b.Fatalf("%s ends by itself", guest)
		}
		shortest = min(shortest, processorTime(b)-start)
	}
	return shortest
}
