package telemetry_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// built are the plugins that the tests run, and their compiled code.
var built struct{ plugins, cache string } // made by TestMain, only read afterwards

func TestMain(m *testing.M) {
	sources := []string{filepath.Join("..", "..", "..", "plugins", "jumdata"), filepath.Join("..", "..", "..", "engine", "testdata", "actor")}
	os.Exit(plugintest.Main(m, plugintest.Sources{Modules: sources}, func(b plugintest.Built) error {
		built.plugins, built.cache = b.Modules, b.Cache
		return nil
	}))
}
