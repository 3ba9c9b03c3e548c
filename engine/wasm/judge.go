package wasm

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// judge compares a module's exports and imports with the contract. An empty cause means that all is well.
func (r *Runtime) judge(m wazero.CompiledModule) (cause catalog.Cause, detail string) {
	if cause, detail = judgeFunctions(m.ExportedFunctions()); cause != "" {
		return cause, detail
	}
	if cause, detail = r.judgeMemory(m); cause != "" {
		return cause, detail
	}
	return r.judgeImports(m.ImportedFunctions())
}

func judgeFunctions(exports map[string]api.FunctionDefinition) (catalog.Cause, string) {
	if err := manifest.CheckMarker(maps.Keys(exports)); errors.Is(err, manifest.ErrUnmarked) {
		return catalog.MissingExport, err.Error()
	} else if err != nil {
		return catalog.WrongABI, err.Error()
	}
	i32, i64 := []api.ValueType{api.ValueTypeI32}, []api.ValueType{api.ValueTypeI64}
	for _, f := range []struct {
		name     string
		takes    []api.ValueType
		gives    []api.ValueType
		optional bool
	}{
		{abi.ExportMarker, nil, i32, false},
		{abi.ExportAlloc, i32, i32, false},
		{abi.ExportStep, i32, i64, false},
		{abi.ExportAccept, i32, i64, true},
		{abi.ExportReply, i32, i64, true},
		{exportInitialize, nil, nil, true},
	} {
		def, ok := exports[f.name]
		if !ok && f.optional {
			continue
		}
		if !ok {
			return catalog.MissingExport, "the module exports no function " + f.name
		}
		if !slices.Equal(def.ParamTypes(), f.takes) || !slices.Equal(def.ResultTypes(), f.gives) {
			return catalog.MissingExport, fmt.Sprintf("function %s has another signature than the contract's", f.name)
		}
	}
	return "", ""
}

func (r *Runtime) judgeMemory(m wazero.CompiledModule) (catalog.Cause, string) {
	if len(m.ImportedMemories()) != 0 {
		return catalog.UnknownImport, "the module imports a memory; a provider brings its own"
	}
	memory, ok := m.ExportedMemories()["memory"]
	if !ok {
		return catalog.MissingExport, `the module exports no memory named "memory"`
	}
	if least := memory.Min(); least > r.cfg.MemoryPages {
		return catalog.OutOfMemory, fmt.Sprintf("the module begins with %d pages of memory, at most %d are allowed: build it with less, or allow more", least, r.cfg.MemoryPages)
	}
	return "", ""
}

func (r *Runtime) judgeImports(imports []api.FunctionDefinition) (catalog.Cause, string) {
	for _, def := range imports {
		module, name, _ := def.Import()
		var offered api.FunctionDefinition
		if module == abi.ImportModule || module == wasi_snapshot_preview1.ModuleName {
			offered = r.wz.Module(module).ExportedFunctionDefinitions()[name]
		}
		major, ours := manifest.MajorOf(module, "ocrmux_v")
		switch {
		case offered == nil && ours && major != abi.Major:
			return catalog.WrongABI, fmt.Sprintf("the module imports %s.%s: %v", module, name, manifest.OtherMajor("", major, abi.Major))
		case offered == nil && ours:
			return catalog.WrongABI, fmt.Sprintf("the module imports %s.%s, which this ocrmux (ABI %d.%d) does not have: upgrade ocrmux", module, name, abi.Major, abi.Minor)
		case offered == nil:
			return catalog.UnknownImport, fmt.Sprintf("the module imports %s.%s; a provider may import functions of %s and %s only", module, name, abi.ImportModule, wasi_snapshot_preview1.ModuleName)
		case !slices.Equal(def.ParamTypes(), offered.ParamTypes()) || !slices.Equal(def.ResultTypes(), offered.ResultTypes()):
			return catalog.UnknownImport, fmt.Sprintf("the module imports %s.%s with another signature than this host's", module, name)
		}
	}
	return "", ""
}
