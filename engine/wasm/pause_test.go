package wasm

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

//attack:module-processors guests that never end, in loops, calls and calls of the host
func TestAGuestPausesHoweverItUsesItsFuel(t *testing.T) {
	const portions = 10
	for _, guest := range []string{"step_loops", "step_call_tree", "wasi_random_loops", "wasi_prints_loops", "host_loops"} {
		t.Run(guest, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			code, err := os.ReadFile(filepath.Join("testdata", guest+".wasm"))
			if err != nil {
				t.Fatal(err)
			}
			r, err := New(Config{Instances: 1, Fuel: portions * fuel.Portion})
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := r.Load(ctx, catalog.Plugin{Code: code, Manifest: &abi.Descriptor{Name: guest}})
			if err != nil {
				t.Fatal(err)
			}
			m := loaded.(*module)
			in, err := m.take(ctx)
			if err != nil {
				t.Fatal(err)
			}
			pauses, pause := 0, in.tank.Pause
			in.tank.Pause = func() { pauses++; pause() }
			if _, err := m.call(ctx, in, in.step, m.madeUp()[0].AppendWire(nil), nil); err == nil {
				t.Error("the call ended")
			}
			m.put(in, true)
			if pauses < portions/2 || pauses > portions {
				t.Errorf("the guest paused %d times while it used %d portions of fuel", pauses, portions)
			}
			if free := r.turns.free; free != newTurns().free {
				t.Errorf("%d processors are free after the call, want all", free)
			}
			if err := m.Close(ctx); err != nil {
				t.Error(err)
			}
			if err := r.Close(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}
