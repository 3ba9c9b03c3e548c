package telemetry_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// built has the folders of the plugins and of their compiled code.
var built struct{ plugins, cache string } // set by TestMain, only read afterwards

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ocrmux-telemetry-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built.plugins, built.cache = filepath.Join(dir, "plugins"), cmp.Or(os.Getenv("OCRMUX_TEST_CACHE"), filepath.Join(dir, "cache"))
	_, err1 := build.WASM(context.Background(), filepath.Join("..", "..", "..", "plugins", "jumdata"), built.plugins)
	_, err2 := build.WASM(context.Background(), filepath.Join("..", "..", "..", "engine", "testdata", "actor"), built.plugins)
	if err := errors.Join(err1, err2, trust.Approve(built.plugins)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
