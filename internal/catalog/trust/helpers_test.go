package trust_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// about is a manifest with something more in it.
func about(name, version, more string) string {
	return `{"name": "` + name + `", "version": "` + version + `", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}]` + more + `}`
}

// calling is the manifest's part of a plugin that calls a vendor.
const calling = `, "hosts": ["https://api.example.com"], "host_functions": ["sign"], "secrets": [{"name": "app_key", "uses": ["sha256"]}]`

// module puts a module into a folder.
func module(t testing.TB, dir, text string) catalog.Plugin {
	t.Helper()
	d, err := manifest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	code, err := plugintest.Hollow(text)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, d.Name+".wasm")
	write(t, path, string(code))
	return read(t, path)
}

// executable puts an executable and its manifest into a folder.
func executable(t testing.TB, dir, name, code, text string) catalog.Plugin {
	t.Helper()
	write(t, filepath.Join(dir, name), code)
	write(t, filepath.Join(dir, name+".manifest.json"), text)
	return read(t, filepath.Join(dir, name))
}

func read(t testing.TB, path string) catalog.Plugin {
	t.Helper()
	f := catalog.File(path)
	if f.Err != nil {
		t.Fatal(f.Err)
	}
	return f.Plugin
}

func find(t testing.TB, dir string) []catalog.Found {
	t.Helper()
	found, err := catalog.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// causeOf is why a plugin is refused, "" when it is not.
func causeOf(t testing.TB, err error) (cause catalog.Cause, says string) {
	t.Helper()
	if err == nil {
		return "", ""
	}
	var e *catalog.PluginError
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	return e.Cause, e.Error()
}
