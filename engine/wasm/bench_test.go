package wasm_test

import (
	"context"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/engine/wasm/testdata/benchguest/provider"
	"github.com/ocrmux/ocrmux/sdk"
)

// BenchmarkStep measures a step of a Go guest against the same call in this program: structs in, structs out (native),
// and with both messages encoded and decoded as a guest must (native wire). x-native and x-native-wire are the ratios.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		steps []*abi.StepRequest
	}{
		{"start", []*abi.StepRequest{start}},
		{"response", []*abi.StepRequest{answer}},
		{"both", []*abi.StepRequest{start, answer}},
	} {
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
		b.Run(c.name, func(b *testing.B) {
			m := shop.load(b, benchGuest, wasm.Config{Instances: 1})
			ctx := context.Background()
			in, out := 0, 0
			step := func() {
				for _, request := range c.steps {
					if _, err := m.Step(ctx, request, nil); err != nil {
						b.Fatal(err)
					}
				}
			}
			for _, request := range c.steps {
				in += len(request.AppendWire(nil))
				out += len(sdk.Step(provider.Provider{}, request, nil).AppendWire(nil))
			}
			for range 1000 { // the guest's heap reaches its size
				step()
			}
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
			perStep := float64(b.Elapsed()) / float64(b.N)
			b.ReportMetric(perStep/each(b.N, native), "x-native")
			b.ReportMetric(perStep/each(b.N, wire), "x-native-wire")
			b.ReportMetric(float64(in), "B-in")
			b.ReportMetric(float64(out), "B-out")
		})
	}
}

// each is the time of one f in nanoseconds, over n of them.
func each(n int, f func()) float64 {
	began := time.Now()
	for range n {
		f()
	}
	return float64(time.Since(began)) / float64(n)
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
