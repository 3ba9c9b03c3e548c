package wasm

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/tetratelabs/wazero"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Runtime loads WebAssembly modules. It is safe for concurrent use.
type Runtime struct {
	cfg   Config
	wz    wazero.Runtime
	cache *diskCache // nil without one
	// compiling is held while a module is compiled.
	compiling chan struct{}
	pages     *pageMap // nil where the system has none
	turns     *turns

	putBack func(*image, *instance) error // after each step; replaced by benchmarks
}

var _ catalog.Runtime = (*Runtime)(nil)

// New returns a runtime. It fails if a value of the configuration is invalid or the cache folder cannot be used.
func New(cfg Config) (*Runtime, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	ctx := context.Background()
	r := &Runtime{cfg: cfg.withDefaults(), turns: newTurns(), compiling: make(chan struct{}, 1)}
	rc := wazero.NewRuntimeConfig()
	if r.cfg.CacheDir != "" {
		cache, err := openCache(r.cfg.CacheDir)
		if err != nil {
			return nil, err
		}
		r.cache = cache
		rc = rc.WithCompilationCache(cache.CompilationCache)
	}
	r.wz, r.pages = wazero.NewRuntimeWithConfig(ctx, rc), openPageMap()
	r.putBack = func(img *image, in *instance) error { return img.putBack(in, r.pages) }
	err := errors.Join(fuel.Instantiate(ctx, r.wz), instantiateWASI(ctx, r.wz), instantiateHostFunctions(ctx, r.wz))
	if err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

// Kind returns catalog.WASM.
func (r *Runtime) Kind() catalog.Kind { return catalog.WASM }

// Close releases the compiled code. Modules must be closed before.
func (r *Runtime) Close(ctx context.Context) error {
	r.compiling <- struct{}{} // what nobody waits for any more
	defer func() { <-r.compiling }()
	err := r.wz.Close(ctx)
	r.pages.close()
	if r.cache != nil {
		err = errors.Join(err, r.cache.Close(ctx))
	}
	return err
}

// Load compiles a module, checks its exports and imports against the contract and starts a first instance. It returns when ctx ends.
// Its error is a *catalog.PluginError. A module whose compilation may take more than some seconds or 500 MiB is refused before.
func (r *Runtime) Load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	fail := func(cause catalog.Cause, detail message.Message, err error) error {
		return &catalog.PluginError{Plugin: p.Manifest.Name, Cause: cause, Detail: detail, Err: err}
	}
	if code := noModule(p.Code); code != "" {
		return nil, fail(catalog.NotAPlugin, message.New(code), nil)
	}
	metered, err := fuel.Instrument(p.Code)
	if err != nil {
		return nil, fail(catalog.NotAPlugin, message.Error(err), err)
	}
	if n := tableEntries(metered.Code); n > maxTableEntries {
		return nil, fail(catalog.OutOfMemory, message.New(message.ModuleTables, "entries", n, "allowed", maxTableEntries), nil)
	}
	compiled, err := r.compile(ctx, p.Code, metered.Code)
	var tooMuch *TrialError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fail(catalog.TimedOut, message.New(message.ModuleUncompiled, "reason", err.Error()), err)
	case errors.Is(err, context.Canceled):
		return nil, fail(catalog.Cancelled, message.New(message.ModuleCallerGone), err)
	case errors.As(err, &tooMuch):
		return nil, fail(catalog.NotAPlugin, message.New(message.ModuleTooCostly, "seconds", tooMuch.Seconds, "mebibytes", tooMuch.Bytes>>20), err)
	case err != nil:
		return nil, fail(catalog.NotAPlugin, message.New(message.ModuleUncompiled, "reason", firstLine(err)), err)
	}
	if cause, detail := r.validate(compiled); cause != "" {
		_ = compiled.Close(ctx)
		return nil, fail(cause, detail, nil)
	}
	m := newModule(r, p.Manifest, compiled, metered)
	if err := m.start(ctx); err != nil {
		_ = m.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return m, nil
}

// compile compiles a module, given as it is in its file and with the meter, one at a time, so that several do not add up to more memory
// than one may take. wazero heeds no context while it compiles: when ctx ends, compile returns and the work ends on its own, soon,
// because the module was judged before, and tried.
func (r *Runtime) compile(ctx context.Context, code, module []byte) (wazero.CompiledModule, error) {
	select {
	case r.compiling <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	type result struct {
		compiled wazero.CompiledModule
		err      error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-r.compiling }()
		err := r.try(ctx, code)
		var compiled wazero.CompiledModule
		if err == nil {
			compiled, err = r.compileCached(context.WithoutCancel(ctx), module)
		}
		done <- result{compiled, err}
	}()
	select {
	case x := <-done:
		return x.compiled, x.err
	case <-ctx.Done():
		go func() {
			if x := <-done; x.compiled != nil {
				_ = x.compiled.Close(context.WithoutCancel(ctx))
			}
		}()
		return nil, ctx.Err()
	}
}

// compileCached tries twice where a cache can be at fault: a damaged entry is gone the second time, and of an entry that could
// not be written (a full disk) wazero has kept the code.
func (r *Runtime) compileCached(ctx context.Context, module []byte) (wazero.CompiledModule, error) {
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

// noModule returns the code of the message about a file that is plainly no module, or an empty code.
func noModule(code []byte) message.Code {
	switch {
	case len(code) == 0:
		return message.PluginFileEmpty
	case bytes.HasPrefix(code, []byte("\x00asm\x0d\x00\x01\x00")):
		return message.ModuleComponent
	case bytes.HasPrefix(code, []byte("\x7fELF")):
		return message.ModuleNative
	case bytes.HasPrefix(bytes.TrimSpace(code), []byte("(module")):
		return message.ModuleText
	case !bytes.HasPrefix(code, []byte("\x00asm")):
		return message.ModuleOther
	}
	return ""
}

// firstLine keeps wazero's diagnosis and drops its stack.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
