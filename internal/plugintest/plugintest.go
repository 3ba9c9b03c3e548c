// Package plugintest builds plugins for tests. A test binary builds each source folder once for each kind of plugin.
package plugintest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// Sources are the folders of plugins' sources, relative to the test's folder.
type Sources struct{ Modules, Processes []string }

// Built are folders with the plugins that [Main] has built.
type Built struct {
	// Modules and Processes hold approved plugins.
	Modules, Processes string
	// Cache is for compiled code. It outlives the tests if $OCRMUX_TEST_CACHE names it.
	Cache string
}

// Main builds plugins, hands them to use, approves what is in their folders then, and runs the tests of a package. It returns the
// exit status for [os.Exit].
func Main(m *testing.M, s Sources, use func(Built) error) int {
	dir, err := os.MkdirTemp("", "ocrmux-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := Built{filepath.Join(dir, "modules"), filepath.Join(dir, "processes"), cmp.Or(os.Getenv("OCRMUX_TEST_CACHE"), filepath.Join(dir, "cache"))}
	if err := errors.Join(
		buildAll(catalog.WASM, s.Modules, b.Modules), buildAll(catalog.Process, s.Processes, b.Processes),
		use(b), trust.Approve(b.Modules), trust.Approve(b.Processes)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func buildAll(kind catalog.Kind, sources []string, dir string) error {
	errs := []error{os.MkdirAll(dir, 0o700)}
	for _, source := range sources {
		_, err := place(context.Background(), kind, source, dir)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// WASM puts the module of a source folder into a folder and returns its path. It skips the test if a tool of the module's language
// is not installed.
func WASM(tb testing.TB, source, dir string) string {
	tb.Helper()
	return put(tb, catalog.WASM, source, dir)
}

// Process puts the executable of a source folder and its manifest into a folder and returns the path of the executable.
func Process(tb testing.TB, source, dir string) string {
	tb.Helper()
	return put(tb, catalog.Process, source, dir)
}

func put(tb testing.TB, kind catalog.Kind, source, dir string) string {
	tb.Helper()
	path, err := place(tb.Context(), kind, source, dir)
	if missing := (*build.MissingError)(nil); errors.As(err, &missing) {
		testenv.Missing(tb, "%s: %v", source, missing)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// plugin is a built plugin.
type plugin struct {
	once sync.Once
	// name is that of the module or executable among the files.
	name  string
	files map[string][]byte
	err   error
}

// plugins are those that this binary has built, by kind and source folder.
var plugins sync.Map

func place(ctx context.Context, kind catalog.Kind, source, dir string) (string, error) {
	abs, err := filepath.Abs(source)
	if err != nil {
		return "", err
	}
	kept, _ := plugins.LoadOrStore(string(kind)+" "+abs, new(plugin))
	p := kept.(*plugin)
	p.once.Do(func() { p.err = p.build(context.WithoutCancel(ctx), kind, abs) })
	if p.err != nil {
		return "", p.err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for name, content := range p.files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o700); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, p.name), nil
}

func (p *plugin) build(ctx context.Context, kind catalog.Kind, source string) error {
	if err := readSources(source); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ocrmux-plugin-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	make := build.WASM
	if kind == catalog.Process {
		make = build.Process
	}
	path, err := make(ctx, source, dir)
	if err != nil {
		return err
	}
	p.name, p.files = filepath.Base(path), map[string][]byte{}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		content, readErr := os.ReadFile(filepath.Join(dir, e.Name()))
		p.files[e.Name()], err = content, errors.Join(err, readErr)
	}
	return err
}

// readSources reads what a plugin is built from. The go command builds it in a process of its own, and would otherwise not know
// that the test's result depends on these files, and keep an old result.
func readSources(source string) error {
	folders := []string{source}
	for root := filepath.Dir(source); root != filepath.Dir(root); root = filepath.Dir(root) {
		if sdk := filepath.Join(root, "sdk"); isFolder(sdk) {
			folders = append(folders, sdk, filepath.Join(root, "plugins", "internal"))
			break
		}
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".go" {
				_, err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Hollow returns a WebAssembly module that has a manifest and nothing else: it can be found, approved and published, but not loaded.
func Hollow(text string) ([]byte, error) {
	return manifest.Embed([]byte("\x00asm\x01\x00\x00\x00"), []byte(text))
}
