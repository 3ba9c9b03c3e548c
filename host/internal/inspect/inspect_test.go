package inspect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

const header = "\x00asm\x01\x00\x00\x00"

// everyImport imports one of each kind: function, table, memory with a maximum, global.
const everyImport = header + "\x01\x04\x01\x60\x00\x00" +
	"\x02\x1e\x04" + "\x01a\x01f\x00\x00" + "\x01a\x01t\x01\x70\x00\x01" + "\x01a\x01m\x02\x01\x01\x02" + "\x01a\x01g\x03\x7f\x00"

// marked returns a module that exports a function with a marker's name of 13 bytes.
func marked(name string) string {
	return header + "\x07\x11\x01" + "\x0d" + name + "\x00\x00"
}

const card = `{"name": "x", "version": "1.0.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard", "sides": ["front"]}]}`

func TestWASMImportsListsImports(t *testing.T) {
	t.Parallel()
	got, err := wasmImports([]byte(everyImport))
	if diff := cmp.Diff([]string{"a.f", "a.t", "a.m", "a.g"}, got); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if got, err := wasmImports([]byte(header)); err != nil || got != nil {
		t.Errorf("a module without imports: %v, %v", got, err)
	}
}

func TestWASMImportsFailsForACutOffModule(t *testing.T) {
	t.Parallel()
	start := strings.Index(everyImport, "\x02\x1e")
	for n := start + 1; n < len(everyImport); n++ {
		if _, err := wasmImports([]byte(everyImport[:n])); !errors.Is(err, errCut) {
			t.Errorf("at byte %d: %v", n, err)
		}
	}
}

func TestFileDescribesAModule(t *testing.T) {
	t.Parallel()
	module, err := manifest.Embed([]byte(everyImport), []byte(card))
	if err != nil {
		t.Fatal(err)
	}
	p, err := File(write(t, "x.wasm", string(module)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Kind != catalog.WASM || p.Manifest.Name != "x" || len(p.Imports) != 4 || len(p.SHA256) != 64 || p.Size != int64(len(module)) {
		t.Errorf("got %+v", p)
	}
}

func TestFileReportsAModuleOfAnotherMajor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, module, says string }{
		{"this one", marked("ocrmux_abi_v1"), ""},
		{"a newer one", marked("ocrmux_abi_v2"), "the module exports ocrmux_abi_v2 instead of ocrmux_abi_v1: the provider uses ABI 2, but this program uses ABI 1: upgrade ocrmux"},
		{"none", header, "the module exports no function ocrmux_abi_v1"},
		{"exports that are cut off", header + "\x07\x05\x01\x0docr", "the module's exports cannot be read: the module is cut off"},
	} {
		module, err := manifest.Embed([]byte(tt.module), []byte(card))
		if err != nil {
			t.Fatal(err)
		}
		p, err := File(write(t, "x.wasm", string(module)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.Problems, "\n"); (tt.says == "") != (got == "") || !strings.HasPrefix(got, tt.says) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.says)
		}
	}
}

func TestFileDescribesAnExecutable(t *testing.T) {
	t.Parallel()
	path := write(t, "x", "#!/bin/sh\n")
	if err := os.WriteFile(path+".manifest.json", []byte(card), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".manifest.json"} {
		p, err := File(name)
		if err != nil || p.Kind != catalog.Process || p.Manifest.Name != "x" || p.File != path {
			t.Errorf("%+v, %v", p, err)
		}
	}
}

func TestFileReportsAPluginForANewerHost(t *testing.T) {
	t.Parallel()
	module, err := manifest.Embed([]byte(marked("ocrmux_abi_v1")), []byte(strings.Replace(card, `"major": 1`, `"major": 1, "minor": 99`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := File(write(t, "x.wasm", string(module)))
	if err != nil || len(p.Problems) != 1 || !strings.Contains(p.Problems[0], "upgrade ocrmux") {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestFileRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"a text":                       "hello",
		"nothing":                      "",
		"a module without manifest":    everyImport,
		"a module that ends too early": header[:6],
	} {
		if p, err := File(write(t, "x", content)); err == nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func FuzzWASMImportsAndExports(f *testing.F) {
	f.Add([]byte(everyImport))
	f.Add([]byte(header + "\x02\xff\xff\xff\xff\x0f"))
	f.Add([]byte(marked("ocrmux_abi_v1")))
	f.Fuzz(func(t *testing.T, module []byte) {
		names, err := wasmImports(module)
		if err == nil && len(names) > len(module) {
			t.Errorf("%d imports in %d bytes", len(names), len(module))
		}
		names, err = wasmExports(module)
		if err == nil && len(names) > len(module) {
			t.Errorf("%d exports in %d bytes", len(names), len(module))
		}
	})
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileDescribesAProviderFileAndItsProblems(t *testing.T) {
	t.Parallel()
	good := "manifest: " + card + "\nrequest: {path: /a}\ncard: {fields: {name: /name}}\n"
	p, err := File(write(t, "x.provider.yaml", good))
	if err != nil || p.Kind != catalog.Declarative || p.Manifest.Name != "x" || p.Problems != nil {
		t.Errorf("%+v, %v", p, err)
	}
	p, err = File(write(t, "x.provider.yaml", strings.Replace(good, "/name", "name", 1)+"anwser: {}\n"))
	if err != nil || len(p.Problems) != 1 || !strings.HasPrefix(p.Problems[0], "x.provider.yaml:4:1: ") {
		t.Errorf("%+v, %v", p, err)
	}
	for _, text := range []string{"[", "request: {}\n"} {
		if p, err := File(write(t, "x.provider.yaml", text)); err == nil {
			t.Errorf("%q: got %+v", text, p)
		}
	}
}
