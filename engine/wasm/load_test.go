package wasm_test

import (
	"context"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

func TestLoadRefusesWhatIsNoProvider(t *testing.T) {
	good := assembled(t, "good")
	r := newRuntime(t, wasm.Config{Instances: 1, Fuel: 1e6})
	neighbour := load(t, r, "neighbour", good)
	for _, c := range []struct {
		name, guest string
		code        []byte // when there is no guest
		cause       catalog.Cause
		text        string
	}{
		{name: "an empty file", cause: catalog.NotAPlugin, text: "the file is empty"},
		{name: "a text", code: []byte("#!/bin/sh\n"), cause: catalog.NotAPlugin, text: "no WebAssembly module"},
		{name: "WebAssembly text", code: []byte("(module)"), cause: catalog.NotAPlugin, text: "assemble it"},
		{name: "an ELF executable", code: []byte("\x7fELF\x02\x01\x01\x00"), cause: catalog.NotAPlugin, text: "native executable"},
		{name: "a component", code: []byte("\x00asm\x0d\x00\x01\x00"), cause: catalog.NotAPlugin, text: "component"},
		{name: "a module cut short", code: good[:len(good)-5], cause: catalog.NotAPlugin, text: "malformed module"},
		{name: "a header alone", code: good[:8], cause: catalog.MissingExport, text: "no ocrmux provider"},
		{name: "half a header", code: good[:6], cause: catalog.NotAPlugin, text: "malformed module"},
		{name: "no ABI marker", guest: "lacks_marker", cause: catalog.MissingExport, text: "exports no function ocrmux_abi_v1"},
		{name: "no allocator", guest: "lacks_alloc", cause: catalog.MissingExport, text: "exports no function ocrmux_alloc"},
		{name: "no step", guest: "lacks_step", cause: catalog.MissingExport, text: "exports no function ocrmux_step"},
		{name: "no memory", guest: "lacks_memory", cause: catalog.MissingExport, text: "exports no memory"},
		{name: "a memory that is not exported", guest: "hides_memory", cause: catalog.MissingExport, text: "exports no memory"},
		{name: "two memories", guest: "two_memories", cause: catalog.NotAPlugin, text: "does not compile"},
		{name: "an imported memory", guest: "imports_memory", cause: catalog.UnknownImport, text: "imports a memory"},
		{name: "a marker of another type", guest: "signature_marker", cause: catalog.MissingExport, text: "ocrmux_abi_v1 has another signature"},
		{name: "an allocator of another type", guest: "signature_alloc", cause: catalog.MissingExport, text: "ocrmux_alloc has another signature"},
		{name: "a step of another type", guest: "signature_step", cause: catalog.MissingExport, text: "ocrmux_step has another signature"},
		{name: "an accept of another type", guest: "signature_accept", cause: catalog.MissingExport, text: "ocrmux_accept has another signature"},
		{name: "a reply of another type", guest: "signature_reply", cause: catalog.MissingExport, text: "ocrmux_reply has another signature"},
		{name: "an _initialize of another type", guest: "signature_initialize", cause: catalog.MissingExport, text: "_initialize has another signature"},
		{name: "another major version", guest: "marker_v2", cause: catalog.WrongABI, text: "exports ocrmux_abi_v2 instead of ocrmux_abi_v1: the provider speaks ABI 2, this ocrmux 1: upgrade ocrmux"},
		{name: "an older major version", guest: "marker_v0", cause: catalog.WrongABI, text: "exports ocrmux_abi_v0 instead of ocrmux_abi_v1: the provider speaks ABI 0, this ocrmux 1: get a newer build"},
		{name: "a marker that traps", guest: "marker_traps", cause: catalog.StartFailed, text: "ocrmux_abi_v1: wasm error: unreachable"},
		{name: "a marker that never returns", guest: "marker_loops", cause: catalog.StartFailed, text: "ocrmux_abi_v1: the call needed more than 1000000 instructions"},
		{name: "an import of another module", guest: "imports_unknown", cause: catalog.UnknownImport, text: "imports env.teleport"},
		{name: "an import of a newer host function", guest: "imports_newer_function", cause: catalog.WrongABI, text: "imports ocrmux_v1.teleport, which this ocrmux (ABI 1.0) does not have: upgrade ocrmux"},
		{name: "an import of another major version", guest: "imports_v2", cause: catalog.WrongABI, text: "imports ocrmux_v2.sign: the provider speaks ABI 2, this ocrmux 1: upgrade ocrmux"},
		{name: "an import WASI does not have", guest: "imports_unknown_wasi", cause: catalog.UnknownImport, text: "imports wasi_snapshot_preview1.teleport"},
		{name: "an import of another type", guest: "imports_wrong_signature", cause: catalog.UnknownImport, text: "ocrmux_v1.sign with another signature"},
		{name: "a start section that never ends", guest: "start_loops", cause: catalog.StartFailed, text: "does not start, or not within 268435456 instructions"},
		{name: "a start section that traps", guest: "start_traps", cause: catalog.StartFailed, text: "unreachable"},
		{name: "an _initialize that never ends", guest: "initialize_loops", cause: catalog.StartFailed, text: "_initialize: the call needed more than 1000000 instructions"},
		{name: "an _initialize that traps", guest: "initialize_traps", cause: catalog.StartFailed, text: "_initialize: wasm error: unreachable"},
		{name: "an _initialize that exits", guest: "initialize_exits", cause: catalog.StartFailed, text: "_initialize: the module exited with status 3"},
		{name: "data outside the memory", guest: "data_outside_memory", cause: catalog.StartFailed, text: "data[1]"},
		{name: "more memory than allowed", guest: "memory_above_limit", cause: catalog.OutOfMemory, text: "begins with 272 pages of memory, at most 256 are allowed"},
		{name: "a larger table than allowed", guest: "table_above_limit", cause: catalog.OutOfMemory, text: "tables of 100000000 entries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.guest != "" {
				c.code = assembled(t, c.guest)
			}
			m, err := r.Load(context.Background(), plugin("bad", c.code))
			if err == nil {
				_ = m.Close(context.Background())
			}
			wantFailure(t, err, c.cause, c.text)
			wantCard(t, neighbour)
		})
	}
	wantStatus(t, neighbour, catalog.Status{State: catalog.Ready, Instances: 1})
}

func TestAModuleBuiltWithANewerMinorLoads(t *testing.T) {
	wantCard(t, load(t, newRuntime(t, wasm.Config{}), "newer", assembled(t, "marker_newer")))
}

func TestAModuleMayCallTheHostInVainWhileItStarts(t *testing.T) {
	wantCard(t, load(t, newRuntime(t, wasm.Config{}), "early", assembled(t, "initialize_calls_host")))
}

func TestTheSameFileCanBeLoadedTwice(t *testing.T) {
	ctx, code := context.Background(), assembled(t, "good")
	r := newRuntime(t, wasm.Config{})
	first, second := load(t, r, "first", code), load(t, r, "second", code)
	wantCard(t, first)
	if err := first.Close(ctx); err != nil {
		t.Fatal(err)
	}
	wantCard(t, second)
	if r.Kind() != catalog.WASM {
		t.Errorf("the runtime is of kind %s", r.Kind())
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := newRuntime(t, wasm.Config{}).Load(ctx, plugin("good", assembled(t, "good")))
	wantFailure(t, err, catalog.Cancelled, "gave up")
}

func TestNewRefusesAConfigurationThatMeansNothing(t *testing.T) {
	for name, cfg := range map[string]wasm.Config{
		"Instances":   {Instances: -1},
		"Fuel":        {Fuel: -1},
		"MaxCalls":    {MaxCalls: -1},
		"MemoryPages": {MemoryPages: 1 << 16},
	} {
		if _, err := wasm.New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
