package build_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

const leastManifest = `{"name": "least", "version": "1.0.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard", "sides": ["front"], "fields": ["name"]}]}`

// emptyModule is a core module without a section.
const emptyModule = "\x00asm\x01\x00\x00\x00"

// folder writes files by their names.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// emptyPath takes every compiler away.
func emptyPath(t *testing.T) { t.Setenv("PATH", t.TempDir()) }

func TestTheLanguageOfAFolder(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  build.Language
	}{
		"a Go module":                        {map[string]string{"go.mod": ""}, build.Go},
		"a Go package inside a module":       {map[string]string{"main.go": ""}, build.Go},
		"a Go program with C files for cgo":  {map[string]string{"main.go": "", "model.c": ""}, build.Go},
		"a crate":                            {map[string]string{"Cargo.toml": "", "src/lib.rs": ""}, build.Rust},
		"a crate that compiles C":            {map[string]string{"Cargo.toml": "", "build.rs": "", "model.c": ""}, build.Rust},
		"Rust without a crate":               {map[string]string{"lib.rs": ""}, build.Rust},
		"a package with the compiler":        {map[string]string{"package.json": `{"devDependencies": {"assemblyscript": "0.28.20"}}`}, build.AssemblyScript},
		"a package that ships the compiler":  {map[string]string{"package.json": `{"dependencies": {"assemblyscript": "^0.28"}}`}, build.AssemblyScript},
		"a configuration of the compiler":    {map[string]string{"asconfig.json": "{}"}, build.AssemblyScript},
		"C":                                  {map[string]string{"adapter.c": ""}, build.C},
		"C beside scripts for its formatter": {map[string]string{"adapter.c": "", "package.json": `{"devDependencies": {"prettier": "3"}}`}, build.C},
		"a package that is no JSON":          {map[string]string{"package.json": `{`}, ""},
		"a manifest alone":                   {map[string]string{"manifest.json": "{}"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := build.Detect(folder(t, c.files))
			if got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
			if unknown := (*build.LanguageError)(nil); c.want == "" && !errors.As(err, &unknown) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAMissingCompilerIsNamedWithWhatToInstall(t *testing.T) {
	emptyPath(t)
	for name, c := range map[string]struct {
		files   map[string]string
		install string
	}{
		"Go":             {map[string]string{"main.go": ""}, "install Go 1.26"},
		"C":              {map[string]string{"adapter.c": ""}, "install the packages clang and lld"},
		"Rust":           {map[string]string{"Cargo.toml": ""}, "install the packages cargo, rustc, libstd-rust-dev-wasm32 and lld"},
		"AssemblyScript": {map[string]string{"asconfig.json": "{}"}, "install the package nodejs"},
	} {
		t.Run(name, func(t *testing.T) {
			c.files[build.ManifestFile] = leastManifest
			_, err := build.WASM(t.Context(), folder(t, c.files), t.TempDir())
			missing := (*build.MissingError)(nil)
			if !errors.As(err, &missing) || string(missing.Language) != name || !strings.Contains(err.Error(), c.install) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARustCompilerWithoutTheLibraryIsPassedOver(t *testing.T) {
	without, with := t.TempDir(), t.TempDir()
	for path, script := range map[string]string{
		filepath.Join(without, "rustc"): "#!/bin/sh\necho /does/not/exist\n",
		filepath.Join(with, "rustc"):    "#!/bin/sh\necho " + with + "\n",
		filepath.Join(with, "cargo"):    "#!/bin/sh\necho \"$RUSTC\" >&2\nexit 1\n",
	} {
		if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := folder(t, map[string]string{build.ManifestFile: leastManifest, "Cargo.toml": ""})
	t.Setenv("PATH", without)
	_, err := build.WASM(t.Context(), dir, t.TempDir())
	if missing := (*build.MissingError)(nil); !errors.As(err, &missing) || !strings.Contains(missing.What, "library") {
		t.Errorf("without the library: %v", err)
	}
	t.Setenv("PATH", without+string(filepath.ListSeparator)+with)
	if _, err := build.WASM(t.Context(), dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), filepath.Join(with, "rustc")) {
		t.Errorf("cargo was not told the other compiler: %v", err)
	}
}

func TestAFolderThatLacksItsSettings(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing to build":        {map[string]string{"adapter.zig": ""}, "ocrmux plugin embed"},
		"Rust without Cargo.toml": {map[string]string{"lib.rs": ""}, "no Cargo.toml"},
	} {
		t.Run(name, func(t *testing.T) {
			c.files[build.ManifestFile] = leastManifest
			_, err := build.WASM(t.Context(), folder(t, c.files), t.TempDir())
			if wrong := (*build.LanguageError)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOnlyGoIsBuiltAsASubprocess(t *testing.T) {
	dir := folder(t, map[string]string{build.ManifestFile: leastManifest, "adapter.c": ""})
	_, err := build.Process(t.Context(), dir, t.TempDir())
	if wrong := (*build.LanguageError)(nil); !errors.As(err, &wrong) || wrong.Language != build.C {
		t.Errorf("got %v", err)
	}
}

func TestAModuleOfAnyToolchainTakesItsManifest(t *testing.T) {
	dir := folder(t, map[string]string{"any.wasm": emptyModule, "m.json": leastManifest, "text.wasm": "(module)", "broken.json": "{"})
	out := filepath.Join(t.TempDir(), "plugins")
	path, err := build.Embed(filepath.Join(dir, "any.wasm"), filepath.Join(dir, "m.json"), out)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(out, "least.wasm"); path != want {
		t.Errorf("got %s, want %s", path, want)
	}
	for range 2 { // the second time it replaces the manifest that is there
		code, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := manifest.Extract(code)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(leastManifest, string(text)); diff != "" {
			t.Error(diff)
		}
		if path, err = build.Embed(path, filepath.Join(dir, "m.json"), out); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := build.Embed(filepath.Join(dir, "text.wasm"), filepath.Join(dir, "m.json"), out); !errors.As(err, new(*manifest.ModuleError)) {
		t.Errorf("no module: %v", err)
	}
	if _, err := build.Embed(filepath.Join(dir, "any.wasm"), filepath.Join(dir, "broken.json"), out); !errors.As(err, new(*manifest.ParseError)) {
		t.Errorf("no manifest: %v", err)
	}
}

func TestWhatTheCompilerPrintedIsInTheError(t *testing.T) {
	dir := folder(t, map[string]string{build.ManifestFile: leastManifest, "go.mod": "module least\n", "main.go": "package main\n\nfunc main() { nonsense }\n"})
	out := t.TempDir()
	_, err := build.WASM(t.Context(), dir, out)
	if err == nil || !strings.Contains(err.Error(), "undefined: nonsense") {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("something is left: %v, %v", left, err)
	}
}
