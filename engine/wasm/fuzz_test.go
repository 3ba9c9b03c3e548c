package wasm_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// FuzzLoad holds whatever the file contains against the promise of the runtime: it is served, or refused as a PluginError,
// and its neighbour goes on.
//
//attack:module-failure modules that were changed at random
func FuzzLoad(f *testing.F) {
	guests, err := filepath.Glob("testdata/*.wasm")
	if err != nil || len(guests) == 0 {
		f.Fatalf("no guests: %v", err)
	}
	for _, path := range guests {
		code, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(code)
	}
	ctx := context.Background()
	r := newRuntime(f, wasm.Config{Instances: 1, Fuel: 1e7, MemoryPages: 32})
	neighbour := load(f, r, "neighbour", assembled(f, "good"))
	f.Fuzz(func(t *testing.T, code []byte) {
		m, err := r.Load(ctx, plugin("fuzzed", code))
		if err == nil {
			if _, err = m.Step(ctx, misbehave, new(signer)); err == nil {
				_, err = m.Step(ctx, behave, nil)
			}
			if err := m.Close(ctx); err != nil {
				t.Error(err)
			}
		}
		var failure *catalog.PluginError
		if err != nil && !errors.As(err, &failure) {
			t.Errorf("%v is no PluginError", err)
		}
		wantCard(t, neighbour)
	})
}
