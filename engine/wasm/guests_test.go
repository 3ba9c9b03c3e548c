package wasm_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

//go:generate sh testdata/assemble.sh

// The guests in testdata behave when their input is empty and misbehave when it is not.
var (
	behave    = &abi.StepRequest{}
	misbehave = &abi.StepRequest{Context: &abi.Context{Nonce: "0123456789abcdef0123456789abcdef"}, Start: &abi.Start{Document: abi.DocumentIDCard}}
	card      = &abi.Action{Done: &abi.Done{Side: abi.SideFront}}
)

func newRuntime(tb testing.TB, cfg wasm.Config) *wasm.Runtime {
	tb.Helper()
	r, err := wasm.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return r
}

// assembled reads testdata/NAME.wasm.
func assembled(tb testing.TB, name string) []byte {
	tb.Helper()
	code, err := os.ReadFile(filepath.Join("testdata", name+".wasm"))
	if err != nil {
		tb.Fatal(err)
	}
	return code
}

func plugin(name string, code []byte) catalog.Plugin {
	return catalog.Plugin{Kind: catalog.WASM, Path: name + ".wasm", Code: code, SHA256: sha256.Sum256(code), Manifest: &abi.Descriptor{Name: name}}
}

func load(tb testing.TB, r *wasm.Runtime, name string, code []byte) catalog.Module {
	tb.Helper()
	m, err := r.Load(context.Background(), plugin(name, code))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return m
}

// wantFailure fails unless err is a PluginError with this cause, a message with this code, and this in its text.
func wantFailure(tb testing.TB, err error, cause catalog.Cause, code message.Code, text string) {
	tb.Helper()
	var failure *catalog.PluginError
	if !errors.As(err, &failure) {
		tb.Fatalf("got the error %v, want a PluginError with the cause %s", err, cause)
	}
	if failure.Cause != cause || code != "" && !failure.Detail.Has(code) || !strings.Contains(failure.Error(), text) {
		tb.Errorf("got %s %q, want the cause %s, the code %q and %q", failure.Detail.Code(), failure, cause, code, text)
	}
	if strings.Contains(failure.Error(), "\n") {
		tb.Errorf("the text has more than one line: %q", failure)
	}
}

// wantCard fails unless a step without input gives the card.
func wantCard(tb testing.TB, m catalog.Module) {
	tb.Helper()
	got, err := m.Step(context.Background(), behave, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(card, got); diff != "" {
		tb.Error(diff)
	}
}

func wantStatus(tb testing.TB, m catalog.Module, want catalog.Status) {
	tb.Helper()
	got := m.Status()
	if want.Memory == 0 && want.Instances > 0 {
		got.Memory = 0 // how large guests are is not what most tests are about
	}
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Error(diff)
	}
}

// hostFunc is a host made of one function.
type hostFunc func(ctx context.Context, call *abi.HostCall) *abi.HostReply

func (f hostFunc) Call(ctx context.Context, call *abi.HostCall) *abi.HostReply { return f(ctx, call) }

// signer is a host that signs whatever it is asked to and counts.
type signer struct{ calls atomic.Int64 }

func (s *signer) Call(context.Context, *abi.HostCall) *abi.HostReply {
	s.calls.Add(1)
	return &abi.HostReply{Sign: &abi.SignReply{Value: bytes.Repeat([]byte{0xab}, 32)}}
}
