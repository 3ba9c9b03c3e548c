package telemetry_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// built has the folders of the plugins and of their compiled code.
var built struct{ plugins, cache string } // set by TestMain, only read afterwards

func TestMain(m *testing.M) {
	sources := []string{filepath.Join("..", "..", "..", "plugins", "jumdata"), filepath.Join("..", "..", "..", "engine", "testdata", "actor")}
	os.Exit(plugintest.Main(m, plugintest.Sources{Modules: sources}, func(b plugintest.Built) error {
		built.plugins, built.cache = b.Modules, b.Cache
		return nil
	}))
}
