package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

func TestSecretSourcesNamePlacesAndNoSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "ocrmux.yaml")
	for path, text := range map[string]string{filepath.Join(dir, "secret"): "hunter2", file: `
providers:
  jumdata: {secrets: {app_id: "env:ID", app_secret: "file:secret"}}
state: {url: "tls://nats.internal:4222", credentials_file: nats.creds}
`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(config.Sources{Path: file, Environ: []string{"ID=id-4711"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []config.SecretSource{
		{Setting: "providers.jumdata.secrets.app_id"},
		{Setting: "providers.jumdata.secrets.app_secret", File: filepath.Join(dir, "secret")},
		{Setting: "state.credentials_file", File: filepath.Join(dir, "nats.creds")},
	}
	if diff := cmp.Diff(want, cfg.SecretSources); diff != "" {
		t.Error(diff)
	}
	if got := cfg.State.Auth.CredentialsFile; got != want[2].File {
		t.Errorf("the store opens %s: paths in the file are relative to the file", got)
	}
}
