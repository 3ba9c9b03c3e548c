package wasm_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// ending is a context that is done after it was looked at a few times.
type ending struct {
	context.Context
	looks atomic.Int64
	err   error
}

func (e *ending) Err() error {
	if e.looks.Add(-1) < 0 {
		return e.err
	}
	return nil
}

const muchFuel = 1 << 60 // years of it

// Each of these would go on for years.
func TestACallIsStoppedWhenItsTimeIsOver(t *testing.T) {
	//attack-each:module-bounds
	for _, guest := range []string{
		"step_loops", "step_call_tree", "step_loops_in_calls", "step_loops_in_references", "alloc_loops", "host_loops",
		"wasi_paths_loops", "wasi_prints_loops", "wasi_random_loops",
	} {
		//attack-each:
		t.Run(guest, func(t *testing.T) {
			m := load(t, newRuntime(t, wasm.Config{Instances: 1, Fuel: muchFuel}), guest, assembled(t, guest))
			for cause, err := range map[catalog.Cause]error{catalog.TimedOut: context.DeadlineExceeded, catalog.Cancelled: context.Canceled} {
				ctx := &ending{Context: context.Background(), err: err}
				ctx.looks.Store(3)
				_, got := m.Step(ctx, misbehave, new(signer))
				wantFailure(t, got, cause, message.ModuleStopped, "")
				wantCard(t, m)
			}
		})
	}
}

func TestLoadIsStoppedWhenItsTimeIsOver(t *testing.T) {
	//attack-each:module-bounds
	for _, guest := range []string{"start_loops", "initialize_loops", "marker_loops"} {
		//attack-each:
		t.Run(guest, func(t *testing.T) {
			ctx := &ending{Context: context.Background(), err: context.DeadlineExceeded}
			ctx.looks.Store(3)
			_, err := newRuntime(t, wasm.Config{Fuel: muchFuel}).Load(ctx, plugin("late", assembled(t, guest)))
			wantFailure(t, err, catalog.TimedOut, "", "")
		})
	}
}

//attack:module-bounds costs more to start than a call may use
func TestMakingAnInstanceIsPaidFor(t *testing.T) {
	for fuel, ok := range map[int64]bool{100_000: false, 1_000_000: true} {
		r := newRuntime(t, wasm.Config{Fuel: fuel})
		m, err := r.Load(context.Background(), plugin("dear", assembled(t, "good")))
		if ok {
			if err != nil {
				t.Fatal(err)
			}
			_ = m.Close(context.Background())
			continue
		}
		wantFailure(t, err, catalog.StartFailed, message.ModuleNotStarted, "out of fuel")
	}
}
