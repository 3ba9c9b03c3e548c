package wasm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// Runtime loads WebAssembly modules. It is safe for concurrent use.
type Runtime struct {
	cfg   Config
	wz    wazero.Runtime
	cache wazero.CompilationCache
}

var _ catalog.Runtime = (*Runtime)(nil)

// New makes a runtime. It fails when the cache folder cannot be used.
func New(cfg Config) (*Runtime, error) {
	ctx := context.Background()
	r := &Runtime{cfg: cfg.withDefaults()}
	rc := wazero.NewRuntimeConfig().
		WithMemoryLimitPages(r.cfg.MemoryPages).
		WithMemoryCapacityFromMax(true)
	if r.cfg.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(r.cfg.CacheDir)
		if err != nil {
			return nil, fmt.Errorf("the compilation cache cannot be used: %w", err)
		}
		r.cache = cache
		rc = rc.WithCompilationCache(cache)
	}
	r.wz = wazero.NewRuntimeWithConfig(ctx, rc)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r.wz); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	if err := instantiateHostFunctions(ctx, r.wz); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

// Kind is catalog.WASM.
func (r *Runtime) Kind() catalog.Kind { return catalog.WASM }

// Close releases the compiled code. Modules must be closed before.
func (r *Runtime) Close(ctx context.Context) error {
	err := r.wz.Close(ctx)
	if r.cache != nil {
		err = errors.Join(err, r.cache.Close(ctx))
	}
	return err
}

// Load compiles a module, checks its exports and imports against the contract and starts a first instance.
func (r *Runtime) Load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	fail := func(cause catalog.Cause, detail string, err error) error {
		return &catalog.PluginError{Plugin: p.Manifest.Name, Cause: cause, Detail: detail, Err: err}
	}
	metered, err := fuel.Instrument(p.Code)
	if err != nil {
		return nil, fail(catalog.NotAPlugin, err.Error(), err)
	}
	compiled, err := r.wz.CompileModule(ctx, metered)
	if err != nil {
		return nil, fail(catalog.NotAPlugin, "the module does not compile: "+firstLine(err), err)
	}
	if cause, detail := judge(compiled); cause != "" {
		return nil, errors.Join(fail(cause, detail, nil), compiled.Close(ctx))
	}
	m := newModule(r, p.Manifest, compiled)
	if err := m.checkMarker(ctx); err != nil {
		return nil, errors.Join(err, m.Close(ctx))
	}
	return m, nil
}

// judge compares a module's exports and imports with the contract. An empty cause means that all is well.
func judge(m wazero.CompiledModule) (cause catalog.Cause, detail string) {
	exports := m.ExportedFunctions()
	if _, ok := exports[abi.ExportMarker]; !ok {
		for name := range exports {
			if strings.HasPrefix(name, "ocrmux_abi_v") {
				return catalog.WrongABI, fmt.Sprintf("the module exports %s, this host serves %s: use a host that serves both, or build the plugin with an older SDK", name, abi.ExportMarker)
			}
		}
		return catalog.MissingExport, fmt.Sprintf("the module exports no function %s: it is no ocrmux provider, or was not built with the SDK", abi.ExportMarker)
	}
	if len(m.ExportedMemories()) != 1 {
		return catalog.MissingExport, "the module must export exactly one memory"
	}
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	for _, f := range []struct {
		name     string
		takes    []api.ValueType
		gives    []api.ValueType
		optional bool
	}{
		{abi.ExportMarker, nil, []api.ValueType{i32}, false},
		{abi.ExportAlloc, []api.ValueType{i32}, []api.ValueType{i32}, false},
		{abi.ExportStep, []api.ValueType{i32}, []api.ValueType{i64}, false},
		{abi.ExportAccept, []api.ValueType{i32}, []api.ValueType{i64}, true},
		{abi.ExportReply, []api.ValueType{i32}, []api.ValueType{i64}, true},
	} {
		def, ok := exports[f.name]
		if !ok && f.optional {
			continue
		}
		if !ok {
			return catalog.MissingExport, "the module exports no function " + f.name
		}
		if string(def.ParamTypes()) != string(f.takes) || string(def.ResultTypes()) != string(f.gives) {
			return catalog.MissingExport, fmt.Sprintf("function %s has another signature than the contract's", f.name)
		}
	}
	for _, def := range m.ImportedFunctions() {
		module, name, _ := def.Import()
		if module == wasi_snapshot_preview1.ModuleName || module == abi.ImportModule && isHostFunction(name) {
			continue
		}
		if strings.HasPrefix(module, "ocrmux_v") {
			return catalog.WrongABI, fmt.Sprintf("the module imports %s.%s, which this host (ABI %d.%d) does not have: upgrade ocrmux", module, name, abi.Major, abi.Minor)
		}
		return catalog.UnknownImport, fmt.Sprintf("the module imports %s.%s; a provider may import %s and %s only", module, name, abi.ImportModule, wasi_snapshot_preview1.ModuleName)
	}
	return "", ""
}

// firstLine keeps wazero's diagnosis and drops its stack.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
