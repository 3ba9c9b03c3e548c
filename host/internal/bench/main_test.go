package bench

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// role of this program when it starts itself: see roles.
const role = "OCRMUX_BENCH_ROLE"

// work is shared by all benchmarks: a temporary folder, and what is built into it once.
var work = struct {
	dir   string
	once  sync.Once
	built error
}{}

func TestMain(m *testing.M) {
	if as, ok := roles()[os.Getenv(role)]; ok {
		play(as())
		return
	}
	dir, err := os.MkdirTemp("", "ocrmux-bench-")
	if err != nil {
		panic(err)
	}
	work.dir = dir
	code := m.Run()
	_ = os.RemoveAll(dir) // a temporary folder
	os.Exit(code)
}

// built builds the program and the plugins when they are first needed.
func built(tb testing.TB) {
	tb.Helper()
	work.once.Do(func() { work.built = buildAll(tb) })
	if work.built != nil {
		tb.Fatal(work.built)
	}
}

func program() string { return filepath.Join(work.dir, "ocrmux") }

// plugin returns the module of a vendor.
func plugin(name string) string { return filepath.Join(work.dir, name+".wasm") }

// newer is the folder with jumdata's module as another version.
func newer() string { return filepath.Join(work.dir, "newer") }

const otherVersion = "1.0.1"

func buildAll(tb testing.TB) error {
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program(), "../../cmd/ocrmux")
	cmd.Env, cmd.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	for _, name := range []string{"jumdata", "duguang"} {
		plugintest.WASM(tb, filepath.Join("../../../plugins", name), work.dir)
	}
	text, _, err := build.Manifest("../../../plugins/jumdata")
	if err != nil {
		return err
	}
	var manifest map[string]any
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	manifest["version"] = otherVersion
	file := filepath.Join(work.dir, "newer.json")
	if text, err = json.Marshal(manifest); err != nil {
		return err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	_, err = build.Embed(plugin("jumdata"), file, newer())
	return err
}
