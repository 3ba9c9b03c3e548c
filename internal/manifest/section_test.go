package manifest_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

const header = "\x00asm\x01\x00\x00\x00"

// module is the smallest module with something in it: a memory, its export, and a custom section that is not ours.
const module = header + "\x05\x03\x01\x00\x01" + "\x07\x0a\x01\x06memory\x02\x00" + "\x00\x06\x04noteX"

func TestEmbedAndExtract(t *testing.T) {
	first, err := manifest.Embed([]byte(module), []byte(`{"name":"first"}`))
	if err != nil {
		t.Fatal(err)
	}
	second, err := manifest.Embed(first, []byte(`{"name":"second"}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := manifest.Extract(second)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != `{"name":"second"}` {
		t.Errorf("extracted %s", got)
	}
	if !strings.HasPrefix(string(second), module) || bytes.Contains(second, []byte("first")) {
		t.Error("the module was changed, or the earlier manifest is still in it")
	}

	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCustomSections(true))
	defer runtime.Close(ctx)
	compiled, err := runtime.CompileModule(ctx, second)
	if err != nil {
		t.Fatal(err)
	}
	var theirs []byte
	for _, s := range compiled.CustomSections() {
		if s.Name() == abi.ManifestSection {
			theirs = s.Data()
		}
	}
	if !bytes.Equal(theirs, got) {
		t.Errorf("wazero finds %q", theirs)
	}
}

func TestAnEmptyManifestIsFound(t *testing.T) {
	wasm, err := manifest.Embed([]byte(module), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := manifest.Extract(wasm); err != nil || len(got) != 0 {
		t.Errorf("extracted %q, %v", got, err)
	}
}

func TestExtractSaysWhatIsWrong(t *testing.T) {
	ours := "\x00\x12\x0focrmux.manifest{}"
	large, err := manifest.Embed([]byte(header), make([]byte, abi.MaxManifestBytes))
	if err != nil {
		t.Fatal(err)
	}
	large = bytes.Replace(large, []byte("\x90\x80\x10\x0focrmux"), []byte("\x91\x80\x10\x0focrmux"), 1) // one byte longer
	tests := []struct {
		name, wasm string
		kind       manifest.ModuleKind
	}{
		{"nothing", "", manifest.KindNotWasm},
		{"an executable", "\x7fELF", manifest.KindNotWasm},
		{"a text module", "(module)", manifest.KindNotWasm},
		{"a component", "\x00asm\x0d\x00\x01\x00" + ours, manifest.KindComponent},
		{"a version to come", "\x00asm\x02\x00\x00\x00", manifest.KindNotWasm},
		{"a header that is cut off", "\x00asm\x01", manifest.KindMalformed},
		{"a module without the section", module, manifest.KindNoManifest},
		{"a section of another name", header + "\x00\x12\x0focrmux.manifesx{}", manifest.KindNoManifest},
		{"a section that is not custom", header + "\x01\x12\x0focrmux.manifest{}", manifest.KindNoManifest},
		{"the section twice", header + ours + ours, manifest.KindAmbiguous},
		{"a section cut off", header + ours[:len(ours)-1], manifest.KindMalformed},
		{"a section's id alone", header + "\x00", manifest.KindMalformed},
		{"a section of four gigabytes", header + "\x00\xff\xff\xff\xff\x0f", manifest.KindMalformed},
		{"a length over 32 bits", header + "\x00\xff\xff\xff\xff\x1f", manifest.KindMalformed},
		{"a length that does not end", header + "\x00\x80\x80\x80\x80\x80\x00", manifest.KindMalformed},
		{"a name longer than its section", header + "\x00\x01\x7f" + strings.Repeat("x", 200), manifest.KindMalformed},
		{"a custom section without a name", header + "\x00\x00", manifest.KindMalformed},
		{"a manifest that is too large", string(large) + "x", manifest.KindTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := manifest.Extract([]byte(tt.wasm))
			var e *manifest.ModuleError
			if !errors.As(err, &e) || e.Kind != tt.kind {
				t.Errorf("error is %v, want %s", err, tt.kind)
			}
			if e != nil && (e.Kind == manifest.KindNoManifest || e.Kind == manifest.KindAmbiguous) {
				return // a module that Embed makes good
			}
			if e != nil && e.Kind == manifest.KindTooLarge {
				return
			}
			if _, err := manifest.Embed([]byte(tt.wasm), []byte(`{}`)); !errors.As(err, &e) || e.Kind != tt.kind {
				t.Errorf("Embed: error is %v, want %s", err, tt.kind)
			}
		})
	}
	t.Run("a manifest that is too large is not embedded", func(t *testing.T) {
		_, err := manifest.Embed([]byte(module), make([]byte, abi.MaxManifestBytes+1))
		if e := (*manifest.ModuleError)(nil); !errors.As(err, &e) || e.Kind != manifest.KindTooLarge {
			t.Error(err)
		}
	})
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(module))
	f.Add([]byte(header + "\x00\x12\x0focrmux.manifest{}"))
	f.Add([]byte(header + "\x00\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, wasm []byte) {
		_, err := manifest.Extract(wasm)
		var e *manifest.ModuleError
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error is a %T", err)
		}
		embedded, embedErr := manifest.Embed(wasm, []byte(`{"name":"x"}`))
		if embedErr != nil {
			if err == nil {
				t.Fatalf("a module with a manifest takes no other: %v", embedErr)
			}
			return
		}
		got, err := manifest.Extract(embedded)
		if err != nil || string(got) != `{"name":"x"}` {
			t.Fatalf("what was embedded comes out as %q, %v", got, err)
		}
	})
}
