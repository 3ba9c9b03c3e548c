package sdktest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi/manifest"
)

// GoldenModule runs the exchanges dir/testdata/*.txtar through a built module with its manifest inside, in whatever
// language it was written: it must send the same bytes and give the same result as the provider they were recorded from.
// The flag -update does not change them.
func GoldenModule(t *testing.T, dir, module string) {
	t.Helper()
	code, err := os.ReadFile(module)
	if err != nil {
		t.Fatal(err)
	}
	text, err := manifest.Extract(code)
	if err != nil {
		t.Fatal(err)
	}
	d, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	plugins := t.TempDir()
	if err := os.WriteFile(filepath.Join(plugins, d.Name+".wasm"), code, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range exchanges(t, dir) {
		x := readExchange(t, path)
		t.Run(x.name(), func(t *testing.T) { run(t, x, d.Name, plugins, false) })
	}
}

// exchanges are the golden files of a provider's folder, of which there is at least one.
func exchanges(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden exchanges in %s: %v", filepath.Join(dir, "testdata"), err)
	}
	return paths
}
