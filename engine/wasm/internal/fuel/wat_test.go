package fuel_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

//go:generate sh testdata/assemble.sh

// wasm reads an assembled module from testdata.
func wasm(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".wasm"))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// wasmNames returns the names of the assembled modules whose names start with prefix.
func wasmNames(tb testing.TB, prefix string) []string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", prefix+"*.wasm"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no modules named %s*: %v", prefix, err)
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(filepath.Base(p), ".wasm")
	}
	return paths
}

func instrument(tb testing.TB, module []byte) []byte {
	tb.Helper()
	out, err := fuel.Instrument(module)
	if err != nil {
		tb.Fatal(err)
	}
	return out.Code
}

// engines are wazero's two ways to run a module.
var engines = map[string]func() wazero.RuntimeConfig{
	"compiled":    wazero.NewRuntimeConfigCompiler,
	"interpreted": wazero.NewRuntimeConfigInterpreter,
}

// guest is an instance with the tank that it is called with.
type guest struct {
	api.Module
	tank *fuel.Tank
	ctx  context.Context
}

// call calls an exported function with n fuel in the tank.
func (g *guest) call(n int64, export string, args ...uint64) ([]uint64, error) {
	g.tank.Fill(n)
	return g.ExportedFunction(export).Call(g.ctx, args...)
}

// start runs a module, plain or metered, in a runtime of its own, with the imports of the modules in testdata at hand.
func start(tb testing.TB, config wazero.RuntimeConfig, module []byte) (*guest, error) {
	tb.Helper()
	tank := new(fuel.Tank)
	tank.Fill(1 << 28)
	ctx := tank.With(context.Background())
	runtime := wazero.NewRuntimeWithConfig(ctx, config.WithMemoryLimitPages(256))
	tb.Cleanup(func() { _ = runtime.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	if err := fuel.Instantiate(ctx, runtime); err != nil {
		tb.Fatal(err)
	}
	if _, err := runtime.InstantiateWithConfig(ctx, wasm(tb, "env"), wazero.NewModuleConfig().WithName("env")); err != nil {
		tb.Fatal(err)
	}
	compiled, err := runtime.CompileModule(ctx, module)
	if err != nil {
		tb.Fatalf("compile: %v", err)
	}
	m, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, err
	}
	tank.Attach(m)
	return &guest{m, tank, ctx}, nil
}

func mustStart(tb testing.TB, config wazero.RuntimeConfig, module []byte) *guest {
	tb.Helper()
	m, err := start(tb, config, module)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}
