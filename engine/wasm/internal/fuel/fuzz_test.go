package fuel_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// Whatever the bytes: a typed error or a module of bounded size, always the same; one that compiles if the input does;
// and one that ends, whatever is called in it.
func FuzzInstrument(f *testing.F) {
	for _, name := range wasmNames(f, "") {
		f.Add(wasm(f, name))
	}
	config := wazero.NewRuntimeConfigInterpreter().WithMemoryLimitPages(16).WithCoreFeatures(api.CoreFeaturesV2)
	f.Fuzz(func(t *testing.T, module []byte) {
		metered, err := fuel.Instrument(module)
		if err != nil {
			if located := (*fuel.Error)(nil); !errors.As(err, &located) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		out := metered.Code
		if len(out) > 20*len(module)+100 {
			t.Fatalf("%d bytes became %d", len(module), len(out))
		}
		if again := instrument(t, module); !bytes.Equal(out, again) {
			t.Fatal("two runs gave different modules")
		}
		if _, err := fuel.Instrument(out); !errors.Is(err, fuel.ErrNameTaken) {
			t.Fatalf("the outcome can be instrumented again: %v", err)
		}

		ctx := context.Background()
		runtime := wazero.NewRuntimeWithConfig(ctx, config)
		defer runtime.Close(ctx)
		if _, err := runtime.CompileModule(ctx, module); err != nil {
			return
		}
		compiled, err := runtime.CompileModule(ctx, out)
		if err != nil {
			t.Fatalf("compiles no more: %v", err)
		}
		if metered.Making > 1<<24 {
			return // its tables may take a gigabyte
		}
		if err := fuel.Instantiate(ctx, runtime); err != nil {
			t.Fatal(err)
		}
		tank := new(fuel.Tank)
		tank.Fill(10_000)
		ctx = tank.With(ctx)
		m, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
		if err != nil {
			return
		}
		for name, function := range m.ExportedFunctionDefinitions() {
			tank.Attach(m)
			tank.Fill(10_000)
			_, _ = m.ExportedFunction(name).Call(ctx, make([]uint64, len(function.ParamTypes()))...)
		}
	})
}
