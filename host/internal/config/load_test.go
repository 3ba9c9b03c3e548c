package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// documented is the example that docs/configuration.md shows.
const documented = `
plugins: {dir: ./plugins}
providers:
  jumdata:
    config:  {endpoint: "https://api.jumdata.com"}
    secrets: {app_id: "env:JUMDATA_APP_ID", app_secret: "file:secrets/jumdata"}
  second-account:
    plugin: jumdata
    fit: false
    secrets: {app_id: "env:JUMDATA_APP_ID", app_secret: "file:secrets/jumdata"}
  local:
routes:
  default: {policy: failover, providers: [jumdata, local]}
fetch: {allow: ["files.internal:443"]}
server: {listen: "127.0.0.1:8080"}
limits: {timeout: 30s, picture: {max_bytes: 1000000}, wasm: {instances: 2}}
log: {level: info, format: json}
`

// load writes files into a folder and loads config.yaml there.
func load(t *testing.T, files map[string]string, environ []string, flags ...string) (*config.Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(set)
	if err := set.Parse(flags); err != nil {
		t.Fatal(err)
	}
	src := config.Sources{Environ: environ, Flags: set, ProgramDir: "/opt/ocrmux", UserCacheDir: "/home/user/.cache"}
	if _, ok := files["config.yaml"]; ok {
		src.Path = filepath.Join(dir, "config.yaml")
	}
	c, err := config.Load(src)
	return c, dir, err
}

func TestLoadMakesAnEngineConfigurationOfTheDocumentedExample(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, map[string]string{
		"config.yaml": documented, "secrets/jumdata": "s3cret\n", "plugins/.keep": "",
	}, []string{"JUMDATA_APP_ID=id"})
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]engine.Secret{"app_id": engine.NewSecret("id"), "app_secret": engine.NewSecret("s3cret")}
	want := map[string]engine.ProviderConfig{
		"jumdata":        {Config: map[string]any{"endpoint": "https://api.jumdata.com"}, Secrets: secrets},
		"second-account": {Plugin: "jumdata", Secrets: secrets, NoFit: true},
		"local":          {Secrets: map[string]engine.Secret{}},
	}
	sameSecret := cmp.Comparer(func(a, b engine.Secret) bool { return a == b })
	if diff := cmp.Diff(want, c.Engine.Providers, sameSecret); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]engine.Route{"default": {Policy: "failover", Providers: []string{"jumdata", "local"}}}, c.Engine.Routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	got := []any{c.Engine.Plugins, c.Engine.FetchAllow, c.Engine.Limits.Timeout, c.Engine.Limits.Picture.MaxBytes, c.WASM.Instances, c.WASM.CacheDir, c.File.Log.Format}
	wanted := []any{filepath.Join(dir, "plugins"), []string{"files.internal:443"}, 30 * time.Second, int64(1000000), 2, "/home/user/.cache/ocrmux", "json"}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestLoadWithoutSourcesGivesDefaults(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Engine.Plugins != "/opt/ocrmux/plugins" || len(c.Engine.Providers) != 0 {
		t.Errorf("plugins in %q, %d providers", c.Engine.Plugins, len(c.Engine.Providers))
	}
}

func TestLoadPrecedence(t *testing.T) {
	t.Parallel()
	file := map[string]string{"config.yaml": "limits: {timeout: 1s, max_exchanges: 3}\nproviders:\n  second-account: {plugin: local}\n"}
	for name, c := range map[string]struct {
		environ, flags []string
		want           time.Duration
	}{
		"the file alone":                       {want: time.Second},
		"a variable beats the file":            {environ: []string{"OCRMUX_LIMITS__TIMEOUT=2s"}, want: 2 * time.Second},
		"a flag beats the variable":            {environ: []string{"OCRMUX_LIMITS__TIMEOUT=2s"}, flags: []string{"--timeout=3s"}, want: 3 * time.Second},
		"an empty variable leaves the setting": {environ: []string{"OCRMUX_LIMITS__TIMEOUT="}, want: time.Second},
		"variables without a level are others'": {
			environ: []string{"OCRMUX_SERVICE_PORT=x", "OCRMUX_TIMEOUT=9s", "OTHER__TIMEOUT=9s"}, want: time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := load(t, file, c.environ, c.flags...)
			if err != nil {
				t.Fatal(err)
			}
			if got.Engine.Limits.Timeout != c.want || got.Engine.Limits.MaxExchanges != 3 {
				t.Errorf("timeout %v, exchanges %d", got.Engine.Limits.Timeout, got.Engine.Limits.MaxExchanges)
			}
		})
	}
}

func TestVariablesReachEveryName(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, map[string]string{"config.yaml": "providers: {second-account: {plugin: local}, a_b: {plugin: local}}\n"}, []string{
		"OCRMUX_PROVIDERS__SECOND___ACCOUNT__PLUGIN=other",
		"OCRMUX_PROVIDERS__A_B__CONFIG__SIZE=12",
		"OCRMUX_PROVIDERS__A_B__SECRETS__APP_ID=env:ID",
		"OCRMUX_ROUTES__DEFAULT__PROVIDERS=[a_b, second-account]",
		"OCRMUX_PROVIDERS__THIRD__FIT=false",
		"ID=1",
	})
	if err != nil {
		t.Fatal(err)
	}
	p := c.Engine.Providers
	if p["second-account"].Plugin != "other" || p["a_b"].Config["size"] != 12 || p["a_b"].Secrets["app_id"] != engine.NewSecret("1") || !p["third"].NoFit {
		t.Errorf("got %v", p)
	}
	if diff := cmp.Diff([]string{"a_b", "second-account"}, c.Engine.Routes["default"].Providers); diff != "" {
		t.Error(diff)
	}
}

func TestVariableCanNameTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "named.yaml")
	if err := os.WriteFile(path, []byte("log: {level: debug}"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := load(t, nil, []string{"OCRMUX_CONFIG=" + path})
	if err != nil || c.File.Log.Level != "debug" {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestPathsOfTheFileAreRelativeToItAndOthersToTheCurrentFolder(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, map[string]string{"config.yaml": "plugins: {cache_dir: cache}\n"}, nil)
	if err != nil || c.WASM.CacheDir != filepath.Join(dir, "cache") {
		t.Errorf("from the file: %v, %v", c.WASM.CacheDir, err)
	}
	c, _, err = load(t, map[string]string{"config.yaml": "plugins: {cache_dir: cache}\n"}, nil, "--cache-dir=other")
	if err != nil || c.WASM.CacheDir != "other" {
		t.Errorf("from a flag: %v, %v", c.WASM.CacheDir, err)
	}
	c, _, err = load(t, map[string]string{"config.yaml": "plugins: {cache_dir: \"\"}\n"}, nil)
	if err != nil || c.WASM.CacheDir != "" {
		t.Errorf("switched off: %v, %v", c.WASM.CacheDir, err)
	}
}

func TestAnchorsMayBeUsedForWholeValues(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, map[string]string{"config.yaml": `
providers:
  one: {plugin: local, config: &settings {threads: 2}}
  two: {plugin: local, config: *settings}
`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Engine.Providers["one"].Config, c.Engine.Providers["two"].Config); diff != "" {
		t.Error(diff)
	}
}

func TestSecretFileLosesTheNewlineAtItsEnd(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{"abc": "abc", "abc\n": "abc", "abc\r\n": "abc", "abc\n\n": "abc\n", " abc \n": " abc "} {
		c, _, err := load(t, map[string]string{"config.yaml": `providers: {x: {secrets: {key: "file:key"}}}`, "key": content}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Engine.Providers["x"].Secrets["key"]; got != engine.NewSecret(want) {
			t.Errorf("%q is not cut as it should be", content)
		}
	}
}

func TestExplainPlacesWhatTheEngineFindsWrong(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, map[string]string{"config.yaml": "providers:\n  one:\n    config: {upload: x}\n    secrets:\n      key: env:K\nroutes:\n  r: {providers: [one,\n    two]}\n"},
		[]string{"K=v", "OCRMUX_PROVIDERS__ONE__CONFIG__SIDE=top"})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Explain(errors.Join(
		&engine.ConfigError{Provider: "one", Key: "/config/upload", Problem: "a", Want: "b"},
		errors.Join(&engine.ConfigError{Provider: "one", Key: "/config/side", Problem: "c"}),
		&engine.ConfigError{Provider: "one", Key: "/secrets/missing", Problem: "d"},
		&engine.ConfigError{Provider: "one", Key: "/plugin", Problem: "e"},
		&engine.ConfigError{Route: "r", Key: "/providers/1", Problem: "f"},
		&engine.ConfigError{Key: "/plugins", Problem: "g"},
	))
	want := `config.yaml:1:1: plugins.dir: g; Folder that is searched for plugins. Default: the folder plugins beside the program
config.yaml:3:5: providers.one.plugin: e; Name of the plugin. Default: the provider's own name
config.yaml:3:22: providers.one.config.upload: a; b
config.yaml:5:7: providers.one.secrets.missing: d
config.yaml:8:5: routes.r.providers.1: f
$OCRMUX_PROVIDERS__ONE__CONFIG__SIDE: providers.one.config.side: c`
	if diff := cmp.Diff(want, strings.ReplaceAll(err.Error(), dir+"/", "")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	other := errors.New("other")
	if c.Explain(other) != other {
		t.Error("another error has been changed")
	}
}

func TestSubprocessesAreConfinedAsConfigured(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, map[string]string{"config.yaml": "plugins: {confine: required, readable: [models, /dev/null]}\n", "models": ""}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "models"), "/dev/null"}, c.Process.Readable); diff != "" || c.Process.Confinement != process.ConfineRequired {
		t.Errorf("%v: %s", c.Process.Confinement, diff)
	}
	_, _, err = load(t, map[string]string{"config.yaml": "plugins: {readable: [models]}\n"}, nil)
	if err == nil || !strings.Contains(err.Error(), "plugins.readable.0: cannot be opened") {
		t.Errorf("got %v", err)
	}
}
