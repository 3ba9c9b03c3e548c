package wasm

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
)

// validate compares a module's exports and imports with the contract. It returns an empty cause for a valid module.
func (r *Runtime) validate(m wazero.CompiledModule) (cause catalog.Cause, detail message.Message) {
	if cause, detail = validateExports(m.ExportedFunctions()); cause != "" {
		return cause, detail
	}
	if cause, detail = r.validateMemory(m); cause != "" {
		return cause, detail
	}
	return r.validateImports(m.ImportedFunctions())
}

func validateExports(exports map[string]api.FunctionDefinition) (catalog.Cause, message.Message) {
	if err := manifest.CheckMarker(maps.Keys(exports)); errors.Is(err, manifest.ErrUnmarked) {
		return catalog.MissingExport, message.Error(err)
	} else if err != nil {
		return catalog.WrongABI, message.Error(err)
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
			return catalog.MissingExport, message.New(message.ModuleNoFunction, "function", f.name)
		}
		if !slices.Equal(def.ParamTypes(), f.takes) || !slices.Equal(def.ResultTypes(), f.gives) {
			return catalog.MissingExport, message.New(message.ModuleFunctionType, "function", f.name)
		}
	}
	return "", message.Message{}
}

func (r *Runtime) validateMemory(m wazero.CompiledModule) (catalog.Cause, message.Message) {
	if len(m.ImportedMemories()) != 0 {
		return catalog.UnknownImport, message.New(message.ModuleImportsMemory)
	}
	memory, ok := m.ExportedMemories()["memory"]
	if !ok {
		return catalog.MissingExport, message.New(message.ModuleNoMemory)
	}
	if least := memory.Min(); least > r.cfg.MemoryPages {
		return catalog.OutOfMemory, message.New(message.ModuleMemoryPages, "pages", least, "allowed", r.cfg.MemoryPages)
	}
	return "", message.Message{}
}

func (r *Runtime) validateImports(imports []api.FunctionDefinition) (catalog.Cause, message.Message) {
	for _, def := range imports {
		module, name, _ := def.Import()
		if module == fuel.ImportModule {
			continue // ours: a guest's own was refused by the meter
		}
		full := module + "." + name
		var offered api.FunctionDefinition
		if module == abi.ImportModule || module == wasiModule {
			offered = r.wz.Module(module).ExportedFunctionDefinitions()[name]
		}
		major, ours := manifest.MajorOf(module, "ocrmux_v")
		switch {
		case offered == nil && ours && major != abi.Major:
			return catalog.WrongABI, message.New(message.ModuleImportOtherABI, "import", full, "reason", manifest.OtherMajor("", major, abi.Major).Message())
		case offered == nil && ours:
			return catalog.WrongABI, message.New(message.ModuleImportNewer, "import", full, "abi", fmt.Sprintf("%d.%d", abi.Major, abi.Minor))
		case offered == nil:
			return catalog.UnknownImport, message.New(message.ModuleImportUnknown, "import", full, "ours", abi.ImportModule, "wasi", wasiModule)
		case !slices.Equal(def.ParamTypes(), offered.ParamTypes()) || !slices.Equal(def.ResultTypes(), offered.ResultTypes()):
			return catalog.UnknownImport, message.New(message.ModuleImportType, "import", full)
		}
	}
	return "", message.Message{}
}
