package wasm_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// workshop builds the Go guests, each once and when it is first wanted, and keeps what was compiled of them.
type workshop struct {
	dir string

	mu    sync.Mutex
	built map[string][]byte
}

var shop workshop

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "ocrmux-wasm")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		shop = workshop{dir: dir, built: map[string][]byte{}}
		return m.Run()
	}())
}

// build makes a module of a main package, given relative to this folder.
func (w *workshop) build(tb testing.TB, pkg string) []byte {
	tb.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if code := w.built[pkg]; code != nil {
		return code
	}
	path := filepath.Join(w.dir, filepath.Base(pkg)+".wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg)
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
	code, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	w.built[pkg] = code
	return code
}

// load builds a Go guest and loads it, from the compilation cache when it can. Under the race detector it skips the test:
// compiling one takes half a minute then, and the host's side is the same for the guests in .wat.
func (w *workshop) load(tb testing.TB, pkg string, cfg wasm.Config) catalog.Module {
	tb.Helper()
	if underRace {
		tb.Skip("Go guests are not compiled under the race detector")
	}
	cfg.CacheDir = w.cache()
	return load(tb, newRuntime(tb, cfg), filepath.Base(pkg), w.build(tb, pkg))
}

// cache is the folder that keeps what was compiled.
func (w *workshop) cache() string { return filepath.Join(w.dir, "cache") }
