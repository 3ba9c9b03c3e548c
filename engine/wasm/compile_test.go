package wasm

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

//attack:module-bounds a module is loaded while another one compiles without end
func TestLoadReturnsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	r, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	r.compiling <- struct{}{} // another module is being compiled
	ctx, cancel := context.WithCancel(t.Context())
	loaded := make(chan error, 1)
	go func() {
		_, err := r.Load(ctx, catalog.Plugin{Manifest: &abi.Descriptor{Name: "x"}, Code: []byte("\x00asm\x01\x00\x00\x00")})
		loaded <- err
	}()
	cancel()
	var failed *catalog.PluginError
	if err := <-loaded; !errors.Is(err, context.Canceled) || !errors.As(err, &failed) || failed.Cause != catalog.Cancelled {
		t.Errorf("got %v", err)
	}
	<-r.compiling
}

func TestLoadGivesUpAModuleThatIsBeingCompiled(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile("../internal/compat/testdata/v1.0/guests/jumdata-rust.wasm")
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if m, err := r.Load(ctx, catalog.Plugin{Manifest: &abi.Descriptor{Name: "x"}, Code: code}); m != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", m, err)
	}
	if err := r.Close(t.Context()); err != nil { // waits for what is still being compiled
		t.Error(err)
	}
}
