package wasm_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestLoadHasAModuleTriedOnce(t *testing.T) {
	t.Parallel()
	dir, tried := t.TempDir(), 0
	cfg := wasm.Config{CacheDir: dir, Instances: 1, Trial: func(_ context.Context, code []byte) error {
		tried++
		return wasm.Try(wasm.Config{CacheDir: dir}, code)
	}}
	for range 2 {
		r := newRuntime(t, cfg)
		wantCard(t, load(t, r, "good", assembled(t, "good")))
	}
	if tried != 1 {
		t.Errorf("the module was tried %d times", tried)
	}
	load(t, newRuntime(t, cfg), "newer", assembled(t, "marker_newer"))
	if tried != 2 {
		t.Errorf("after another module, %d were tried", tried)
	}
}

//attack:module-bounds a module is loaded whose trial was stopped
func TestLoadRefusesAModuleWhoseTrialWasStopped(t *testing.T) {
	t.Parallel()
	killed := errors.New("killed")
	r := newRuntime(t, wasm.Config{CacheDir: t.TempDir(), Trial: func(context.Context, []byte) error {
		return &wasm.TrialError{Seconds: 10, Bytes: 500 << 20, Err: killed}
	}})
	for range 2 { // a refusal leaves no note
		_, err := r.Load(t.Context(), plugin("bad", assembled(t, "good")))
		wantFailure(t, err, catalog.NotAPlugin, message.ModuleTooCostly, "10 s of a processor or 500 MiB")
		if !errors.Is(err, killed) {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestLoadEndsATrialWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := newRuntime(t, wasm.Config{Trial: func(ctx context.Context, _ []byte) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}})
	_, err := r.Load(ctx, plugin("good", assembled(t, "good")))
	wantFailure(t, err, catalog.Cancelled, message.ModuleCallerGone, "")
}

func TestTryEndsWellForAModuleThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	for name, code := range map[string][]byte{"no module": []byte("x"), "two memories": assembled(t, "two_memories"), "a good one": assembled(t, "good")} {
		if err := wasm.Try(wasm.Config{}, code); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
