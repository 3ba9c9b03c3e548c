package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

func TestEngineServesBesideABrokenPlugin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const about = `{"name": "NAME", "version": "1.0.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}]}`
	put := func(name, code, manifestText string) {
		module, err := manifest.Embed([]byte(code), []byte(strings.ReplaceAll(manifestText, "NAME", name)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".wasm"), module, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const empty = "\x00asm\x01\x00\x00\x00"
	put("empty", empty, about)
	put("newer", empty, strings.Replace(about, `"major": 1`, `"major": 3`, 1))
	copyFile(t, filepath.Join(built.modules, "actor.wasm"), filepath.Join(dir, "actor.wasm"))
	copyFile(t, filepath.Join(built.modules, "jumdata.wasm"), filepath.Join(dir, "renamed.wasm"))
	copyFile(t, filepath.Join(built.modules, "jumdata.wasm"), filepath.Join(dir, "jumdata.wasm"))

	endpoint := vendor(t, map[string]http.HandlerFunc{"/": says(goodCard)})
	e := open(t, func(c *engine.Config) {
		c.Plugins, c.Unlocked = dir, true
		c.Providers = map[string]engine.ProviderConfig{"empty": {}, "newer": {}, "works": actor(endpoint), "twin": actor(endpoint), "second": {Plugin: "renamed"}}
	})
	var got []string
	for _, p := range e.Providers() {
		got = append(got, fmt.Sprintf("%s of %s: %s, %.120s", p.Name, p.Plugin, p.State, p.Reason))
	}
	want := []string{
		"empty of empty: broken, plugin empty: missing_export: the module exports no function ocrmux_abi_v1: it is no ocrmux provider, or was not built w",
		`newer of newer: broken, plugin newer: wrong_abi: provider "newer" uses ABI 3, but this program uses ABI 1: upgrade ocrmux, or get a build of the`,
		`second of renamed: broken, plugin renamed: bad_manifest: the manifest names "jumdata", but the file is named "renamed": rename one`,
		"twin of actor: ready, ",
		"works of actor: ready, ",
		"jumdata of jumdata: not_configured, needs app_id and app_secret",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, a := range r.Attempts {
		words := strings.Split(a.Reason.String(), ": ") // what follows is in the state above
		got = append(got, fmt.Sprintf("%s %s, %s", a.Provider, a.Outcome, strings.Join(words[:min(2, len(words))], ": ")))
	}
	want = []string{
		"empty skipped, is not loaded: plugin empty", "newer skipped, is not loaded: plugin newer",
		"second skipped, is not loaded: plugin renamed", "twin recognized, next after second was skipped",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	request := act(t, "read")
	request.Provider = "empty"
	r, err = e.Recognize(t.Context(), request)
	f := failure(t, r, err)
	var plugin *catalog.PluginError
	if verdict(f.Failure) != "unavailable, billed no, fault operator" || !errors.As(err, &plugin) || plugin.Cause != catalog.MissingExport {
		t.Errorf("got %s, %v", verdict(f.Failure), err)
	}
}

func TestEngineListsAPluginWithoutRuntimeAsBroken(t *testing.T) {
	t.Parallel()
	e := open(t, func(c *engine.Config) {
		for _, r := range c.Runtimes {
			if err := r.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		c.Runtimes = nil
		c.Providers = map[string]engine.ProviderConfig{"actor": actor("https://ocr.example")}
	})
	if p := e.Providers()[0]; p.State != catalog.Broken || p.Reason.String() != "plugin actor: unavailable: no runtime for wasm plugins was given to the engine" {
		t.Errorf("got %+v", p)
	}
}

func TestEngineListsProviders(t *testing.T) {
	t.Parallel()
	e := openActor(t, "https://ocr.example")
	want := engine.ProviderInfo{
		Name: "actor", Plugin: "actor", Kind: catalog.WASM, Version: "1.0.0", ABI: "1.0", State: catalog.Ready, Instances: 1,
		Documents: []engine.DocumentInfo{{Document: "cn.idcard", Sides: []engine.Side{engine.Front}, Extras: []string{"portrait"}}, {Document: "xx.ticket"}},
	}
	got := e.Providers()[0]
	if got.Manifest == nil || got.Manifest.Name != "actor" {
		t.Errorf("the manifest is %+v", got.Manifest)
	}
	got.Manifest = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEngineServesManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%5 == 0 {
			panic(http.ErrAbortHandler)
		}
		says(goodCard)(w, r)
	}})
	e := openActor(t, endpoint)
	acts := []string{"read", "loop", "panic", "cached", "host functions", "huge state", "log", "no action"}
	requests := make([]engine.Request, len(acts))
	for i, name := range acts {
		requests[i] = act(t, name)
	}
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			for _, request := range requests {
				if r, err := e.Recognize(t.Context(), request); err != nil {
					failure(t, r, err)
				}
				e.Providers()
			}
		})
	}
	calls.Wait()
	if p := e.Providers()[0]; p.State != catalog.Ready || p.Instances > 2 {
		t.Errorf("afterwards the provider is %+v", p)
	}
}

func TestRecognizeEndsWhenTheCallerGivesUp(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}})
	e := openActor(t, endpoint)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	r, err := e.Recognize(ctx, act(t, "get"))
	if f := failure(t, r, err); verdict(f.Failure) != "timeout, billed unknown, fault caller" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %s: %v", verdict(f.Failure), err)
	}
	r, err = e.Recognize(ctx, act(t, "get"))
	if f := failure(t, r, err); verdict(f.Failure) != "timeout, billed no, fault caller" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %s: %v", verdict(f.Failure), err)
	}
}

func TestEngineCloseWaitsForCallsAndLeavesNothingBehind(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-answer
		says(goodCard)(w, r)
	}})
	cfg := config(t)
	cfg.Providers = map[string]engine.ProviderConfig{"actor": actor(endpoint)}
	e, err := engine.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	request := act(t, "get")
	go func() { _, err := e.Recognize(t.Context(), request); read <- err }()
	<-arrived
	closed := make(chan error, 2)
	for range 2 {
		go func() { closed <- e.Close(t.Context()) }()
	}
	// New calls are refused as soon as the end begins, while the one that runs is waited for.
	for {
		r, err := e.Recognize(t.Context(), engine.Request{})
		f := failure(t, r, err).Failure
		if f.Message.String() == "the engine is closed" {
			if verdict(f) != "unavailable, billed no, fault operator" {
				t.Errorf("got %s", verdict(f))
			}
			break
		}
		runtime.Gosched()
	}
	select {
	case <-closed:
		t.Error("Close did not wait for the running call")
	default:
	}
	close(answer)
	if err := <-read; err != nil {
		t.Errorf("the running call failed: %v", err)
	}
	for range 2 {
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
	if err := e.Close(t.Context()); err != nil {
		t.Errorf("closing again: %v", err)
	}
	if p := e.Providers()[0]; p.State != catalog.Closed {
		t.Errorf("a closed engine's provider is %s", p.State)
	}
	noGoroutineLeft(t)
}

// noGoroutineLeft waits for goroutines that were told to end, and fails for one that runs the engine's code for good. Tests that
// wait for their turn do not count.
func noGoroutineLeft(t *testing.T) {
	t.Helper()
	stacks, left := make([]byte, 1<<20), []string(nil)
	for range 10_000 {
		left = left[:0]
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if runsEngine(stack) && !strings.Contains(stack, "testing.(*T).Parallel(") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("the engine's goroutines run on:\n%s", strings.Join(left, "\n\n"))
}

// runsEngine reports whether a stack has a function of the engine. The lines with files are indented, and a checkout may lie anywhere.
func runsEngine(stack string) bool {
	for line := range strings.Lines(stack) {
		if !strings.HasPrefix(line, "\t") && (strings.Contains(line, "ocrmux/engine.") || strings.Contains(line, "ocrmux/engine/")) {
			return true
		}
	}
	return false
}

func TestEngineCloseGivesUpWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}})
	cfg := config(t)
	cfg.Providers = map[string]engine.ProviderConfig{"actor": actor(endpoint)}
	e, err := engine.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read := make(chan error, 1)
	request := act(t, "get")
	go func() { _, err := e.Recognize(ctx, request); read <- err }()
	<-arrived
	over, stop := context.WithCancel(t.Context())
	stop()
	if err := e.Close(over); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	cancel()
	<-read
}

func TestOpenClosesItsRuntimesWhenItFails(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Egress.MaxIdle = -1
	if _, err := engine.Open(t.Context(), cfg); err == nil {
		t.Fatal("there is no error")
	}
	found, err := catalog.Find(built.modules)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := cfg.Runtimes[0].Load(t.Context(), found[0].Plugin); err == nil {
		t.Error("the runtime still loads modules", m.Close(t.Context()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cfg = config(t)
	cfg.Providers = map[string]engine.ProviderConfig{"actor": actor("https://ocr.example")}
	if _, err := engine.Open(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func TestEngineSendsAndReadsTheSameWithModuleAndProcess(t *testing.T) {
	t.Parallel()
	var results []string
	for _, plugins := range []string{built.modules, built.processes} {
		e, vendor := openJumdata(t, func(c *engine.Config) { c.Plugins = plugins })
		r, err := e.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(bmpOf(t, 80, 50)), Side: engine.Front})
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, fmt.Sprintf("%+v %v %d", r.Fields, *r.Rotation, len(vendor.last())))
	}
	if diff := cmp.Diff(results[0], results[1]); diff != "" {
		t.Errorf("(-wasm +process):\n%s", diff)
	}
}
