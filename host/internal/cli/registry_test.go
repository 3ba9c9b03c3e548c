package cli_test

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/host/internal/distribution"
	"github.com/ocrmux/ocrmux/host/internal/distribution/registrytest"
)

// TestRegistryScripts runs the commands for registries with a real registry at $REGISTRY.
func TestRegistryScripts(t *testing.T) {
	registry := registrytest.Start(t, registrytest.Build(t), false)
	plugins := filepath.Join(t.TempDir(), "plugins")
	build := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
	if status := build.Run(t.Context(), []string{"plugin", "build", "--out", plugins, "../../../plugins/jumdata"}); status != cli.StatusOK {
		t.Fatalf("the plugin does not build: status %d", status)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/registry",
		Setup: func(env *testscript.Env) error {
			env.Setenv("REGISTRY", registry.Address)
			env.Setenv("PLATFORM", distribution.Here().String())
			env.Setenv("PLUGINS", plugins)
			env.Setenv("APP_ID", appID)
			env.Setenv("APP_SECRET", appSecret)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}
