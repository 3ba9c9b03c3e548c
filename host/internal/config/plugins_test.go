package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// pluginFolder has the manifests of all shipped plugins beside programs that are none, a plugin that is a file, and some with
// manifests of the test's own. Nothing runs them.
func pluginFolder(t *testing.T, own map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	manifests, err := filepath.Glob("../../../plugins/*/manifest.json")
	if err != nil || len(manifests) < 5 {
		t.Fatalf("the shipped plugins are not there: %v", err)
	}
	for _, path := range manifests {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		addPlugin(t, dir, filepath.Base(filepath.Dir(path)), string(text))
	}
	text, err := os.ReadFile("../../../examples/provider-declarative/acme.provider.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "acme.provider.yaml"), string(text))
	for name, manifest := range own {
		addPlugin(t, dir, name, manifest)
	}
	return dir
}

func addPlugin(t *testing.T, dir, name, manifest string) {
	t.Helper()
	write(t, filepath.Join(dir, name), "#!/bin/false\n")
	write(t, filepath.Join(dir, name+".manifest.json"), manifest)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// descriptors are the manifests of a folder's plugins.
func descriptors(t *testing.T, dir string) []*abi.Descriptor {
	t.Helper()
	c, err := config.LoadPlugins(config.Sources{Environ: []string{"OCRMUX_PLUGINS__LOCK=off", "OCRMUX_PLUGINS__DIR=" + dir}})
	if err != nil {
		t.Fatal(err)
	}
	good, bad, err := c.Plugins()
	if err != nil || len(bad) > 0 {
		t.Fatalf("plugins that cannot be used: %v, %v", bad, err)
	}
	return good
}

// compileText compiles the schema as editors read it: by the pointers in it alone.
func compileText(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(jsonschema.SchemeURLLoader{}) // loads nothing
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}
