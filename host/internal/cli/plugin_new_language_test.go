//go:build !race

// The providers run as guests, so the race detector finds nothing and would take four times as long.

package cli_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/internal/testenv"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestPluginNewInOtherLanguagesBuildsAndConforms(t *testing.T) {
	for language, prepare := range map[string]func(t *testing.T, dir string){
		"c":              func(*testing.T, string) {},
		"rust":           func(t *testing.T, _ string) { t.Setenv("RUSTFLAGS", "-D warnings") },
		"assemblyscript": borrowCompiler,
	} {
		t.Run(language, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "acme-"+language)
			p := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
			if status := p.Run(t.Context(), []string{"plugin", "new", filepath.Base(dir), "--lang", language, "--dir", dir}); status != cli.StatusOK {
				t.Fatalf("status %d", status)
			}
			prepare(t, dir)
			sdktest.ConformanceFile(t, plugintest.WASM(t, dir, t.TempDir()), dir)
		})
	}
}

// borrowCompiler uses the compiler that is installed for the example, which pins the same version: tests download nothing.
func borrowCompiler(t *testing.T, dir string) {
	const example = "../../../examples/provider-assemblyscript"
	for _, name := range []string{"package.json", "package-lock.json"} {
		ours, err := os.ReadFile(filepath.Join(example, name))
		written, err2 := os.ReadFile(filepath.Join(dir, name))
		if err := errors.Join(err, err2); err != nil || string(ours) != string(written) {
			t.Fatalf("%s is not the example's: %v", name, err)
		}
	}
	modules, err := filepath.Abs(filepath.Join(example, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(modules); err != nil {
		testenv.Missing(t, "run npm ci in examples/%s", filepath.Base(example))
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
}
