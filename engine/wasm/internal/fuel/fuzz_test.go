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
		out, err := fuel.Instrument(module)
		if err != nil {
			if located := (*fuel.Error)(nil); !errors.As(err, &located) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
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
		if declaresTable(module) || startsItself(module) {
			return // the first may take a gigabyte, the second all of the startup fuel
		}
		m, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
		if err != nil {
			return
		}
		for name, function := range m.ExportedFunctionDefinitions() {
			set(t, m, 10_000)
			_, _ = m.ExportedFunction(name).Call(ctx, make([]uint64, len(function.ParamTypes()))...)
		}
	})
}

func declaresTable(module []byte) bool { return hasSection(module, 4) }
func startsItself(module []byte) bool  { return hasSection(module, 8) }

// hasSection tells whether a module that was found well-formed has a section of that id.
func hasSection(module []byte, id byte) bool {
	for i := len(header); i < len(module); {
		if module[i] == id {
			return true
		}
		size := 0
		for shift := 0; ; shift += 7 {
			i++
			size |= int(module[i]&0x7f) << shift
			if module[i] < 0x80 {
				break
			}
		}
		i += 1 + size
	}
	return false
}
