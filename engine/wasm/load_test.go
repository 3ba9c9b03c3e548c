package wasm_test

import (
	"context"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

//attacks:testdata/imports_*.wat
//attacks:testdata/start_*.wat
//attacks:testdata/initialize_*.wat
//attacks:testdata/marker_*.wat
//attacks:testdata/*_above_limit.wat
//attacks:testdata/data_outside_memory.wat
//attacks:testdata/two_memories.wat
func TestLoadRefusesWhatIsNoProvider(t *testing.T) {
	good := assembled(t, "good")
	r := newRuntime(t, wasm.Config{Instances: 1, Fuel: 1e7})
	neighbour := load(t, r, "neighbour", good)
	for _, c := range []struct {
		name, guest string
		code        []byte // when there is no guest
		cause       catalog.Cause
		says        message.Code
		text        string
	}{
		{name: "an empty file", cause: catalog.NotAPlugin, says: message.PluginFileEmpty},
		{name: "a text", code: []byte("#!/bin/sh\n"), cause: catalog.NotAPlugin, says: message.ModuleOther},
		{name: "WebAssembly text", code: []byte("(module)"), cause: catalog.NotAPlugin, says: message.ModuleText},
		{name: "an ELF executable", code: []byte("\x7fELF\x02\x01\x01\x00"), cause: catalog.NotAPlugin, says: message.ModuleNative},
		{name: "a component", code: []byte("\x00asm\x0d\x00\x01\x00"), cause: catalog.NotAPlugin, says: message.ModuleComponent},
		{name: "a module cut short", code: good[:len(good)-5], cause: catalog.NotAPlugin, text: "malformed module"},
		{name: "a header alone", code: good[:8], cause: catalog.MissingExport, says: message.ModuleUnmarked},
		{name: "half a header", code: good[:6], cause: catalog.NotAPlugin, text: "malformed module"},
		{name: "no ABI marker", guest: "lacks_marker", cause: catalog.MissingExport, says: message.ModuleUnmarked, text: "ocrmux_abi_v1"},
		{name: "no allocator", guest: "lacks_alloc", cause: catalog.MissingExport, says: message.ModuleNoFunction, text: "ocrmux_alloc"},
		{name: "no step", guest: "lacks_step", cause: catalog.MissingExport, says: message.ModuleNoFunction, text: "ocrmux_step"},
		{name: "no memory", guest: "lacks_memory", cause: catalog.MissingExport, says: message.ModuleNoMemory},
		{name: "a memory that is not exported", guest: "hides_memory", cause: catalog.MissingExport, says: message.ModuleNoMemory},
		{name: "two memories", guest: "two_memories", cause: catalog.NotAPlugin, says: message.ModuleUncompiled},
		{name: "an imported memory", guest: "imports_memory", cause: catalog.UnknownImport, says: message.ModuleImportsMemory},
		{name: "a marker of another type", guest: "signature_marker", cause: catalog.MissingExport, says: message.ModuleFunctionType, text: "ocrmux_abi_v1"},
		{name: "an allocator of another type", guest: "signature_alloc", cause: catalog.MissingExport, says: message.ModuleFunctionType, text: "ocrmux_alloc"},
		{name: "a step of another type", guest: "signature_step", cause: catalog.MissingExport, says: message.ModuleFunctionType, text: "ocrmux_step"},
		{name: "an accept of another type", guest: "signature_accept", cause: catalog.MissingExport, says: message.ModuleFunctionType, text: "ocrmux_accept"},
		{name: "a reply of another type", guest: "signature_reply", cause: catalog.MissingExport, says: message.ModuleFunctionType, text: "ocrmux_reply"},
		{name: "an _initialize of another type", guest: "signature_initialize", cause: catalog.MissingExport, says: message.ModuleFunctionType, text: "_initialize"},
		{name: "another major version", guest: "marker_v2", cause: catalog.WrongABI, says: message.PluginABINewer, text: "ocrmux_abi_v2"},
		{name: "an older major version", guest: "marker_v0", cause: catalog.WrongABI, says: message.PluginABIOlder, text: "ocrmux_abi_v0"},
		{name: "a marker that traps", guest: "marker_traps", cause: catalog.StartFailed, text: "ocrmux_abi_v1: wasm error: unreachable"},
		{name: "a marker that never returns", guest: "marker_loops", cause: catalog.StartFailed, says: message.ModuleFuel, text: "ocrmux_abi_v1: "},
		{name: "an import of another module", guest: "imports_unknown", cause: catalog.UnknownImport, says: message.ModuleImportUnknown, text: "env.teleport"},
		{name: "an import of a newer host function", guest: "imports_newer_function", cause: catalog.WrongABI, says: message.ModuleImportNewer, text: "ocrmux_v1.teleport"},
		{name: "an import of another major version", guest: "imports_v2", cause: catalog.WrongABI, says: message.PluginABINewer, text: "ocrmux_v2.sign"},
		{name: "an import WASI does not have", guest: "imports_unknown_wasi", cause: catalog.UnknownImport, says: message.ModuleImportUnknown, text: "wasi_snapshot_preview1.teleport"},
		{name: "an import of another type", guest: "imports_wrong_signature", cause: catalog.UnknownImport, says: message.ModuleImportType, text: "ocrmux_v1.sign"},
		{name: "a start section that never ends", guest: "start_loops", cause: catalog.StartFailed, says: message.ModuleNotStarted, text: "10,000,000"},
		{name: "a start section that traps", guest: "start_traps", cause: catalog.StartFailed, text: "unreachable"},
		{name: "an _initialize that never ends", guest: "initialize_loops", cause: catalog.StartFailed, says: message.ModuleFuel, text: "_initialize: "},
		{name: "an _initialize that traps", guest: "initialize_traps", cause: catalog.StartFailed, text: "_initialize: wasm error: unreachable"},
		{name: "an _initialize that exits", guest: "initialize_exits", cause: catalog.StartFailed, says: message.ModuleExited, text: "_initialize: "},
		{name: "data outside the memory", guest: "data_outside_memory", cause: catalog.StartFailed, text: "data[1]"},
		{name: "more memory than allowed", guest: "memory_above_limit", cause: catalog.OutOfMemory, says: message.ModuleMemoryPages, text: "272"},
		{name: "a larger table than allowed", guest: "table_above_limit", cause: catalog.OutOfMemory, says: message.ModuleTables, text: "100000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.guest != "" {
				c.code = assembled(t, c.guest)
			}
			m, err := r.Load(context.Background(), plugin("bad", c.code))
			if err == nil {
				_ = m.Close(context.Background())
			}
			wantFailure(t, err, c.cause, c.says, c.text)
			wantCard(t, neighbour)
		})
	}
	wantStatus(t, neighbour, catalog.Status{State: catalog.Ready, Instances: 1})
}

func TestAModuleBuiltWithANewerMinorLoads(t *testing.T) {
	wantCard(t, load(t, newRuntime(t, wasm.Config{}), "newer", assembled(t, "marker_newer")))
}

//attacks:testdata/initialize_calls_host.wat
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
	wantFailure(t, err, catalog.Cancelled, message.ModuleCallerGone, "")
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
