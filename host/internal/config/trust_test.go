package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

func TestPluginsLockIsRequiredUnlessTheOperatorSaysOtherwise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file           string
		environ, flags []string
		unlocked       bool
	}{
		"nothing is said":     {},
		"required":            {file: "plugins: {lock: required}\n"},
		"off":                 {file: "plugins: {lock: off}\n", unlocked: true},
		"off in a variable":   {environ: []string{"OCRMUX_PLUGINS__LOCK=off"}, unlocked: true},
		"required by a flag":  {file: "plugins: {lock: off}\n", flags: []string{"--plugins-lock=required"}},
		"a section with none": {file: "plugins:\n", unlocked: false},
	} {
		cfg, _, err := load(t, map[string]string{"config.yaml": c.file}, c.environ, c.flags...)
		if err != nil || cfg.Engine.Unlocked != c.unlocked {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err := load(t, map[string]string{"config.yaml": "plugins: {lock: false}\n"}, nil)
	if err == nil || !strings.Contains(err.Error(), "plugins.lock") {
		t.Errorf("a truth value: %v", err)
	}
}

func TestTrustedKeysAreReadFromFilesAndVariables(t *testing.T) {
	t.Parallel()
	private, public, id, err := trust.GenerateKey(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"keys/vendor.pem": string(public), "config.yaml": `plugins: {trusted_keys: ["file:keys/vendor.pem", "env:KEY"]}`}
	c, _, err := load(t, files, []string{"KEY=" + string(public)})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Engine.TrustedKeys) != 2 || trust.KeyID(c.Engine.TrustedKeys[0]) != id || trust.KeyID(c.Engine.TrustedKeys[1]) != id {
		t.Errorf("got %d keys", len(c.Engine.TrustedKeys))
	}
	_, _, err = load(t, map[string]string{"config.yaml": `plugins: {trusted_keys: ["env:NONE", "file:none.pem", "env:PRIVATE"]}`}, []string{"PRIVATE=" + string(private)})
	if err == nil {
		t.Fatal("there is no error")
	}
	for _, want := range []string{
		"config.yaml:1:26: plugins.trusted_keys.0: the environment variable NONE is not set; a file or variable that holds an ed25519 public key",
		"plugins.trusted_keys.1: the file ", "plugins.trusted_keys.2: this is a private key",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
	if strings.Contains(err.Error(), strings.Split(string(private), "\n")[1]) {
		t.Error("the error shows the private key")
	}
}

func TestLoadPluginsNeedsNoSecretOfAProvider(t *testing.T) {
	t.Parallel()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(set)
	src := config.Sources{Flags: set, ProgramDir: "/opt/ocrmux", Environ: []string{"OCRMUX_PROVIDERS__X__SECRETS__KEY=env:NOT_SET"}}
	if _, err := config.Load(src); err == nil {
		t.Fatal("a secret that is missing is no error")
	}
	c, err := config.LoadPlugins(src)
	if err != nil || c.Engine.Plugins != "/opt/ocrmux/plugins" {
		t.Errorf("%v", err)
	}
}
