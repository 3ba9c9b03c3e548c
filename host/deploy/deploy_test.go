package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

func TestDeployConfigurationsAreValid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, file, text string }{
		{name: "that of the service", file: "systemd/ocrmux.yaml"},
		{name: "that of the pods", text: inConfigMap(t)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.file == "" {
				tt.file = filepath.Join(t.TempDir(), "ocrmux.yaml")
				if err := os.WriteFile(tt.file, []byte(tt.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := config.LoadPlugins(config.Sources{Path: tt.file}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDeployVariablesAreSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, pattern string }{
		{"systemd/ocrmux.service", `(?m)^Environment=(OCRMUX_\w+=\S+)$`},
		{"container/Dockerfile", `(OCRMUX_\w+=[^\s\\]+)`},
	} {
		t.Run(tt.file, func(t *testing.T) {
			text, err := os.ReadFile(tt.file)
			if err != nil {
				t.Fatal(err)
			}
			var environ []string
			for _, m := range regexp.MustCompile(tt.pattern).FindAllSubmatch(text, -1) {
				if pair := string(m[1]); !strings.HasPrefix(pair, "OCRMUX_CONFIG=") {
					environ = append(environ, strings.NewReplacer("%S", "/var/lib", "%C", "/var/cache").Replace(pair)) // as systemd does
				}
			}
			if len(environ) == 0 {
				t.Fatal("no variable was found")
			}
			if _, err := config.LoadPlugins(config.Sources{Environ: environ}); err != nil {
				t.Error(err)
			}
		})
	}
}

func inConfigMap(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("kubernetes/configmap.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Data map[string]string `yaml:"data"`
	}
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Data["ocrmux.yaml"]
}
