package wasm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Runtime loads WebAssembly modules. It is safe for concurrent use.
type Runtime struct {
	cfg   Config
	wz    wazero.Runtime
	cache *diskCache // nil without one
}

var _ catalog.Runtime = (*Runtime)(nil)

// New makes a runtime. It fails when a value of the configuration means nothing or the cache folder cannot be used.
func New(cfg Config) (*Runtime, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	ctx := context.Background()
	r := &Runtime{cfg: cfg.withDefaults()}
	rc := wazero.NewRuntimeConfig()
	if r.cfg.CacheDir != "" {
		cache, err := openCache(r.cfg.CacheDir)
		if err != nil {
			return nil, err
		}
		r.cache = cache
		rc = rc.WithCompilationCache(cache.CompilationCache)
	}
	r.wz = wazero.NewRuntimeWithConfig(ctx, rc)
	priced := experimental.WithFunctionListenerFactory(ctx, tollBooth{})
	if _, err := wasi_snapshot_preview1.Instantiate(priced, r.wz); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	if err := instantiateHostFunctions(priced, r.wz); err != nil {
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

// Load compiles a module, checks its exports and imports against the contract and starts a first instance. Its error is
// a *catalog.PluginError.
func (r *Runtime) Load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	fail := func(cause catalog.Cause, detail string, err error) error {
		return &catalog.PluginError{Plugin: p.Manifest.Name, Cause: cause, Detail: detail, Err: err}
	}
	if detail := otherThanModule(p.Code); detail != "" {
		return nil, fail(catalog.NotAPlugin, detail, nil)
	}
	metered, err := fuel.Instrument(p.Code)
	if err != nil {
		return nil, fail(catalog.NotAPlugin, err.Error(), err)
	}
	if n := tableEntries(metered); n > maxTableEntries {
		return nil, fail(catalog.OutOfMemory, fmt.Sprintf("the module declares tables of %d entries, at most %d are allowed", n, maxTableEntries), nil)
	}
	compiled, err := r.compile(ctx, metered)
	if err != nil {
		return nil, fail(catalog.NotAPlugin, "the module does not compile: "+firstLine(err), err)
	}
	if cause, detail := r.judge(compiled); cause != "" {
		_ = compiled.Close(ctx)
		return nil, fail(cause, detail, nil)
	}
	m := newModule(r, p.Manifest, compiled)
	if err := m.start(ctx); err != nil {
		_ = m.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return m, nil
}

// compile tries twice where a cache can be at fault: a damaged entry is gone the second time, and of an entry that could
// not be written (a full disk) wazero has kept the code.
func (r *Runtime) compile(ctx context.Context, module []byte) (wazero.CompiledModule, error) {
	compiled, err := r.wz.CompileModule(ctx, module)
	if r.cache == nil {
		return compiled, err
	}
	if err != nil {
		_ = r.cache.verify()
		compiled, err = r.wz.CompileModule(ctx, module)
	}
	if err == nil {
		r.cache.seal()
	}
	return compiled, err
}

// otherThanModule says what a file is that is plainly no module; "" when it may be one.
func otherThanModule(code []byte) string {
	switch {
	case len(code) == 0:
		return "the file is empty"
	case bytes.HasPrefix(code, []byte("\x00asm\x0d\x00\x01\x00")):
		return "the file is a WebAssembly component; build a core module for wasip1"
	case bytes.HasPrefix(code, []byte("\x7fELF")):
		return "the file is a native executable; build it with GOOS=wasip1 GOARCH=wasm, or load it as a process plugin"
	case bytes.HasPrefix(bytes.TrimSpace(code), []byte("(module")):
		return "the file is WebAssembly text; assemble it"
	case !bytes.HasPrefix(code, []byte("\x00asm")):
		return "the file is no WebAssembly module"
	}
	return ""
}

// firstLine keeps wazero's diagnosis and drops its stack.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
