package config_test

import (
	"errors"
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

func TestOverlayIsWrittenAndReadAgain(t *testing.T) {
	t.Parallel()
	no := false
	c, dir, err := filesOf(t, twoAccounts, "")
	if err != nil {
		t.Fatal(err)
	}
	before := c.Version()
	odd := map[string]any{
		"id": int64(9007199254740993), "most": uint64(18446744073709551615), "share": 0.25, "big": 1e300, "yes": true, "none": nil, "empty": map[string]any{}, "list": []any{},
		"text": "yes", "number": "0x10", "date": "2020-01-01", "lines": "two\nlines # no\n", "key: #": "<&>\u2028\ufeff\x00'\"", "": "x", "~": "null", "deep": []any{map[string]any{"a": []any{1, "1"}}},
	}
	c.Overlay.Providers["one"] = config.Provider{Plugin: "jumdata", Config: odd, Secrets: map[string]config.Source{"app_id": "env:ID", "app_secret": "file:secret"}, Labels: []string{"a", "true"}, Fit: &no}
	c.Overlay.Providers["9"] = config.Provider{Plugin: "local"}
	if err := c.Overlay.Write(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(c.Overlay.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
	text, err := os.ReadFile(c.Overlay.Path)
	if err != nil || !strings.HasPrefix(string(text), "# The ocrmux console writes this file") {
		t.Errorf("%v\n%s", err, text)
	}
	again, err := config.Load(config.Sources{Path: filepath.Join(dir, "config.yaml"), Environ: []string{"ID=id"}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, want := range c.Overlay.Providers {
		same, err := config.SameProvider(want, again.Overlay.Providers[name])
		if err != nil || !same {
			t.Errorf("%s has become %v (%v):\n%s", name, again.Overlay.Providers[name], err, text)
		}
	}
	if again.Version() == before {
		t.Error("the version is still the same")
	}
	clear(again.Overlay.Providers)
	if err := again.Overlay.Write(); err != nil {
		t.Fatal(err)
	}
	if c, err = config.Load(config.Sources{Path: filepath.Join(dir, "config.yaml"), Environ: []string{"ID=id"}}); err != nil || len(c.Overlay.Providers) > 0 || c.File.Providers["one"].Fit == nil {
		t.Errorf("without entries: %v, %v", c.File.Providers, err)
	}
}

func TestOverlayThatSomebodyElseHasChangedIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, now string }{
		"changed": {"providers: {one: {plugin: jumdata}}\n", "providers: {}\n"}, "made": {"", "providers: {}\n"}, "gone": {"providers: {}\n", ""},
	} {
		cfg, _, err := filesOf(t, twoAccounts, c.before)
		if err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(cfg.Overlay.Path)
		if c.now != "" {
			if err := os.WriteFile(cfg.Overlay.Path, []byte(c.now), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cfg.Overlay.Providers["three"] = config.Provider{Plugin: "local"}
		var changed *config.ChangedError
		if err := cfg.Overlay.Write(); !errors.As(err, &changed) {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(cfg.Overlay.Path); string(text) != c.now || err != nil && c.now != "" {
			t.Errorf("%s: the file is %q (%v)", name, text, err)
		}
	}
}

func TestOverlayThatCannotBeWrittenIsSaidWithPathAndCure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	blocked := filepath.Join(dir, "folder")
	if err := os.Mkdir(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a folder that is not there": filepath.Join(dir, "no", "console.yaml"), "a folder": blocked} {
		o := &config.Overlay{Path: path, Providers: map[string]config.Provider{"one": {Plugin: "local"}}}
		var wrong *config.FileError
		if err := o.Write(); !errors.As(err, &wrong) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "console.file") {
			t.Errorf("%s: %v", name, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v (%v)", entries, err)
	}
}

func TestOverlayBehindALinkIsReplacedThere(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	target, link := filepath.Join(elsewhere, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := errors.Join(os.WriteFile(target, []byte("providers: {}\n"), 0o600), os.Symlink(target, link)); err != nil {
		t.Skip(err)
	}
	c, err := config.Load(config.Sources{Environ: []string{"OCRMUX_CONSOLE__FILE=" + link}})
	if err != nil {
		t.Fatal(err)
	}
	c.Overlay.Providers["one"] = config.Provider{Plugin: "local"}
	if err := c.Overlay.Write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(target)
	info, statErr := os.Lstat(link)
	if err := errors.Join(err, statErr); err != nil || !strings.Contains(string(text), "plugin: local") || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v\n%s", err, info.Mode(), text)
	}
}

func TestOverlayNeverHoldsASecret(t *testing.T) {
	t.Parallel()
	o := &config.Overlay{Path: filepath.Join(t.TempDir(), "console.yaml"), Providers: map[string]config.Provider{"one": {Secrets: map[string]config.Source{"key": "hunter2"}}}}
	if err := o.Write(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(o.Path); err == nil {
		t.Error("the file was written")
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

// FuzzOverlay: whatever the console's file holds, it is refused with the place, or what it says is written and read again.
func FuzzOverlay(f *testing.F) {
	for _, text := range []string{
		"", "providers: {}", "providers: {a: {plugin: b, config: {x: [1, {y: null}]}, secrets: {k: 'env:A'}, labels: [a], fit: true}}", "providers: {a: }", "providers: [a]", "a: 1", "providers: {a: {price: {}}}",
		"providers:\n  a: &x {fit: true}\n  b: *x\n", "providers: {a: {secrets: {k: hunter2}}}", "providers: {a: {config: {d: 2020-01-01, n: 1.0, u: 18446744073709551615, s: \"\\u2028\\0\"}}}", "\t", "null",
	} {
		f.Add([]byte(text))
	}
	main := filepath.Join(f.TempDir(), "config.yaml")
	if err := os.WriteFile(main, []byte("providers: {a: {price: {per_call: \"1\"}}, z: {}}\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if text == nil {
			text = []byte{}
		}
		c, err := config.LoadPlugins(config.Sources{Path: main, Overlay: text})
		if err != nil {
			var wrong *config.Error
			if !errors.As(err, &wrong) || strings.Contains(err.Error(), "hunter2") {
				t.Fatal(err)
			}
			for _, p := range wrong.Problems {
				if p.Line == 0 || p.Want == "" {
					t.Errorf("without place or cure: %v", p)
				}
			}
			return
		}
		out, err := c.Overlay.Text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.LoadPlugins(config.Sources{Path: main, Overlay: out})
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		for name, p := range c.Overlay.Providers {
			if same, err := config.SameProvider(p, again.Overlay.Providers[name]); err != nil || !same {
				t.Errorf("%s: %v has become %v (%v):\n%s", name, p, again.Overlay.Providers[name], err, out)
			}
		}
		if len(again.Overlay.Providers) != len(c.Overlay.Providers) || again.File.Providers["a"].Price.PerCall != "1" {
			t.Errorf("the providers have become %v, those of both files %v", again.Overlay.Providers, again.File.Providers)
		}
	})
}
