//go:build unix

package wasm_test

import (
	"context"
	"math"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/engine/wasm/testdata/benchguest/provider"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/sdk"
)

// BenchmarkStep measures a step of a Go guest beside the same step in this program: x-native is the ratio to the plain
// call, structs in and structs out; x-native-wire the ratio to one whose messages are encoded and decoded on their way in
// and out as a guest's must be; x-kept the ratio to a guest whose instance is not put back after each step. The ratios
// compare the best of rounds that take turns, so that a busy machine disturbs them little.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		steps []*abi.StepRequest
	}{
		{"start", []*abi.StepRequest{start}},
		{"response", []*abi.StepRequest{answer}},
		{"both", []*abi.StepRequest{start, answer}},
	} {
		b.Run(c.name, func(b *testing.B) {
			stepsOf := func(m catalog.Module) func() {
				return func() {
					for _, in := range c.steps {
						if _, err := m.Step(context.Background(), in, nil); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			guest := stepsOf(shop.load(b, benchGuest, wasm.Config{Instances: 1}))
			keeping := newRuntime(b, wasm.Config{Instances: 1, CacheDir: shop.cache()})
			wasm.KeepInstances(keeping)
			kept := stepsOf(load(b, keeping, "kept", shop.build(b, benchGuest)))
			native := func() {
				for _, in := range c.steps {
					sdk.Step(provider.Provider{}, in, nil)
				}
			}
			wire := func() {
				for _, in := range c.steps {
					if _, err := overWire(in); err != nil {
						b.Fatal(err)
					}
				}
			}
			for range 1000 { // a kept guest's heap reaches its size
				kept()
			}
			times := best(b, guest, native, wire, kept)
			in, out := 0, 0
			for _, request := range c.steps {
				in += len(request.AppendWire(nil))
				out += len(sdk.Step(provider.Provider{}, request, nil).AppendWire(nil))
			}
			b.ReportAllocs()
			for b.Loop() {
				guest()
			}
			b.ReportMetric(times[0], "cpu-ns/op")
			b.ReportMetric(times[0]/times[1], "x-native")
			b.ReportMetric(times[0]/times[2], "x-native-wire")
			b.ReportMetric(times[0]/times[3], "x-kept")
			b.ReportMetric(float64(in), "B-in")
			b.ReportMetric(float64(out), "B-out")
		})
	}
}

// best gives the processor time of one call of each function, in nanoseconds: the best of many rounds in turn. A round is
// long enough for each of them to collect its garbage.
func best(tb testing.TB, fs ...func()) []float64 {
	const rounds, calls = 20, 1000
	times := make([]float64, len(fs))
	for i := range times {
		times[i] = math.Inf(1)
	}
	for range rounds {
		for i, f := range fs {
			began := processorTime(tb)
			for range calls {
				f()
			}
			times[i] = min(times[i], (processorTime(tb)-began)/calls)
		}
	}
	return times
}

// processorTime is what this process has used so far, in nanoseconds.
func processorTime(tb testing.TB) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// overWire is a native step with what the way into a guest costs besides.
func overWire(in *abi.StepRequest) (*abi.Action, error) {
	request := new(abi.StepRequest)
	if err := request.UnmarshalWire(in.AppendWire(nil)); err != nil {
		return nil, err
	}
	action := new(abi.Action)
	return action, action.UnmarshalWire(sdk.Step(provider.Provider{}, request, nil).AppendWire(nil))
}
