package distribution_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/distribution"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// about returns the manifest of a plugin x.
func about(version, more string) string {
	return `{"name": "x", "version": "` + version + `", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}]` + more + `}`
}

func module(t *testing.T, dir, text string) catalog.Plugin {
	t.Helper()
	code, err := plugintest.Hollow(text)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "x.wasm"), string(code))
	return read(t, filepath.Join(dir, "x.wasm"))
}

// executable returns the test program as a plugin.
func executable(t *testing.T, dir, text string) catalog.Plugin {
	t.Helper()
	code, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "x"), string(code))
	write(t, filepath.Join(dir, "x.manifest.json"), text)
	return read(t, filepath.Join(dir, "x"))
}

// providerFile returns a declarative provider.
func providerFile(t *testing.T, dir string) catalog.Plugin {
	t.Helper()
	const name = "tokens.provider.yaml"
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "engine", "declarative", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, name), string(text))
	return read(t, filepath.Join(dir, name))
}

func read(t *testing.T, path string) catalog.Plugin {
	t.Helper()
	f := catalog.File(path)
	if f.Err != nil {
		t.Fatal(f.Err)
	}
	return f.Plugin
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) ref(t *testing.T, name string) distribution.Reference {
	t.Helper()
	ref, err := distribution.ParseReference(b.Address + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func open(t *testing.T, ref distribution.Reference) *distribution.Remote {
	t.Helper()
	r, err := distribution.Open(ref, distribution.Access{PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func push(t *testing.T, ref distribution.Reference, p catalog.Plugin) distribution.Pushed {
	t.Helper()
	pushed, err := open(t, ref).Push(t.Context(), p, distribution.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pushed
}

// pull pulls for this platform.
func pull(t *testing.T, ref distribution.Reference, dir string, o distribution.PullOptions) (*distribution.Pulled, error) {
	t.Helper()
	o.Platform = distribution.Here()
	return open(t, ref).Pull(t.Context(), dir, o)
}

// install pulls and installs.
func install(t *testing.T, ref distribution.Reference, dir string, lock *trust.Lock, o distribution.PullOptions) {
	t.Helper()
	o.Lock = lock
	p, err := pull(t, ref, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Install(t.Context(), lock), p.Close()); err != nil {
		t.Fatal(err)
	}
}

// files returns the contents of a folder by name, including hidden files.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			out[e.Name()] = "a folder"
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(text)
	}
	return out
}

func without(m map[string]string, name string) map[string]string {
	m = maps.Clone(m)
	delete(m, name)
	return m
}

func causeOf(t *testing.T, err error) (distribution.Cause, string) {
	t.Helper()
	var e *distribution.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	return e.Cause, e.Error()
}
