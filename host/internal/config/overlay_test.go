package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

// twoAccounts is a configuration file that the console's file changes.
const twoAccounts = `providers:
  one:
    plugin: jumdata
    config: {endpoint: "https://one.example", upload: base64}
    secrets: {app_id: "env:ID", app_secret: "file:secret"}
    price: {per_call: "0.05"}
    labels: [old]
    fit: false
  two: {plugin: jumdata}
routes:
  default: {providers: [one, two]}
`

// filesOf loads config.yaml with a console's file beside it.
func filesOf(t *testing.T, main, overlay string, environ ...string) (*config.Config, string, error) {
	t.Helper()
	files := map[string]string{"secret": "s3cret"}
	if main != "" {
		files["config.yaml"] = main
	}
	if overlay != "" {
		files["config.console.yaml"] = overlay
	}
	return load(t, files, append([]string{"ID=id"}, environ...))
}

func TestOverlayReplacesTheSettingsOfTheFormAndNoOthers(t *testing.T) {
	t.Parallel()
	c, dir, err := filesOf(t, twoAccounts, "providers:\n  one:\n    plugin: jumdata\n    config: {endpoint: \"https://console.example\"}\n    secrets: {app_secret: \"file:secret\"}\n  three: {plugin: local}\n",
		"OCRMUX_PROVIDERS__ONE__CONFIG__TIMEOUT=5")
	if err != nil {
		t.Fatal(err)
	}
	if c.Overlay.Path != filepath.Join(dir, "config.console.yaml") {
		t.Errorf("the console's file is %s", c.Overlay.Path)
	}
	got := c.File.Providers
	want := map[string]config.Provider{
		"one": {
			Plugin: "jumdata", Config: map[string]any{"endpoint": "https://console.example", "timeout": 5}, Secrets: map[string]config.Source{"app_secret": "file:secret"},
			Price: config.Price{PerCall: "0.05"},
		},
		"two":   {Plugin: "jumdata"},
		"three": {Plugin: "local"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	files, err := c.FileProviders()
	if err != nil {
		t.Fatal(err)
	}
	delete(want["one"].Config, "timeout")
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("without variables: -want +got:\n%s", diff)
	}
}

func TestOverlayOriginsSayWhichSourceSetsWhat(t *testing.T) {
	t.Parallel()
	c, dir, err := filesOf(t, twoAccounts, "# x\nproviders:\n  one: {plugin: jumdata, config: {endpoint: \"https://console.example\"}}\n  three: {plugin: local}\n",
		"OCRMUX_PROVIDERS__ONE__CONFIG__TIMEOUT=5")
	if err != nil {
		t.Fatal(err)
	}
	main, console := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "config.console.yaml")
	variable := config.Origin{Kind: config.FromEnvironment, Name: "OCRMUX_PROVIDERS__ONE__CONFIG__TIMEOUT"}
	for path, want := range map[string][]config.Origin{
		"providers one":                 {{Kind: config.FromFile, Name: main, Line: 2}, {Kind: config.FromConsole, Name: console, Line: 3}, variable},
		"providers two":                 {{Kind: config.FromFile, Name: main, Line: 9}},
		"providers three":               {{Kind: config.FromConsole, Name: console, Line: 4}},
		"providers one config endpoint": {{Kind: config.FromConsole, Name: console, Line: 3}},
		"providers one config timeout":  {variable},
		"providers one config upload":   nil,
		"providers one labels":          nil,
		"providers one price per_call":  {{Kind: config.FromFile, Name: main, Line: 6}},
		"providers nobody":              nil,
	} {
		if diff := cmp.Diff(want, c.Origins(strings.Fields(path)...)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
	}
	c, _, err = load(t, nil, nil, "--log-level=debug")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]config.Origin{{Kind: config.FromFlag, Name: "--log-level"}}, c.Origins("log", "level")); diff != "" {
		t.Error(diff)
	}
}

func TestOverlayHasItsPlaceBesideTheFileOrWhereConsoleFileSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const entry = "providers: {one: {plugin: jumdata}}\n"
	plain, named, off, itself := write("gateway.yml", ""), write("named.yaml", "console: {file: state/console.yaml}\n"), write("off.yaml", "console: {file: \"\"}\n"), write("itself.yaml", "console: {file: itself.yaml}\n")
	write("gateway.console.yaml", entry)
	elsewhere := write("elsewhere.yaml", entry)
	for name, c := range map[string]struct {
		path    string
		environ []string
		want    string
		read    bool
	}{
		"beside the file":                     {plain, nil, filepath.Join(dir, "gateway.console.yaml"), true},
		"relative to the file":                {named, nil, filepath.Join(dir, "state", "console.yaml"), false},
		"by a variable":                       {named, []string{"OCRMUX_CONSOLE__FILE=" + elsewhere}, elsewhere, true},
		"none":                                {off, nil, "", false},
		"none by a variable":                  {plain, []string{`OCRMUX_CONSOLE__FILE=""`}, "", false},
		"without a file":                      {"", nil, "", false},
		"without a file, by a variable":       {"", []string{"OCRMUX_CONSOLE__FILE=" + elsewhere}, elsewhere, true},
		"a variable without a value is unset": {plain, []string{"OCRMUX_CONSOLE__FILE="}, filepath.Join(dir, "gateway.console.yaml"), true},
	} {
		got, err := config.Load(config.Sources{Path: c.path, Environ: c.environ})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, read := got.File.Providers["one"]; got.Overlay.Path != c.want || read != c.read {
			t.Errorf("%s: the file is %q, read %v", name, got.Overlay.Path, read)
		}
	}
	_, err := config.Load(config.Sources{Path: itself})
	if err == nil || !strings.Contains(err.Error(), "itself.yaml:1:17: console.file: is the configuration file itself; ") {
		t.Errorf("the configuration file as the console's: %v", err)
	}
}

func TestOverlayProblemsComeAfterThoseOfTheFileWithTheirPlaces(t *testing.T) {
	t.Parallel()
	_, dir, err := filesOf(t, "log: {level: info}\nproviders:\n  one: {}\n  one: {}\n", "log: {level: debug}\nproviders:\n  one: {price: {per_call: \"1\"}, fit: 3}\n  two:\n", "OCRMUX_LOG__FORMAT=nice")
	want := `config.yaml:4:3: providers.one: is set twice; keep one of the two
config.console.yaml:1:1: log: the console does not write this setting; UNDO
config.console.yaml:3:9: providers.one.price: the console does not write this setting; UNDO
config.console.yaml:3:38: providers.one.fit: is a number; write true or false
config.console.yaml:4:3: providers.two: has no settings; write its plugin; the console can disable a provider of the configuration file, but not remove it
$OCRMUX_LOG__FORMAT: log.format: is "nice"; one of text, json`
	got := strings.NewReplacer(dir+"/", "", "set it in the configuration file, or delete this file to undo all changes of the console", "UNDO").Replace(err.Error())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
