package server_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// disguised writes a module with the given name and code, and with jumdata's manifest.
func disguised(t *testing.T, dir, name string, code []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "plugins", "jumdata", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), `"jumdata"`, `"`+name+`"`, 1))
	module, err := manifest.Embed(code, text)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".wasm"), module, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func jumdataModule(t *testing.T) []byte {
	t.Helper()
	module, err := os.ReadFile(filepath.Join(built.plugins, "jumdata.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return module
}

func TestFrontDoorReportsAPluginThatDoesNotLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disguised(t, dir, "jumdata", []byte("\x00asm\x01\x00\x00\x00")) // exports nothing
	b := open(t, func(c *engine.Config) {
		c.Plugins, c.Unlocked, c.Routes, c.Providers = dir, true, nil, nil
		c.FrontDoors = map[string]engine.FrontDoor{"jumdata": doors()["jumdata"]}
	})
	if a := b.ask(t, jumdataRequest(t, b, jumdataSigned(appSecret, nil), card(t))); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, dir) {
		t.Errorf("answer %s", a.text())
	}
}

func TestFrontDoorsCannotShareAPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disguised(t, dir, "jumdata", jumdataModule(t))
	disguised(t, dir, "twin", jumdataModule(t))
	client := doors()["jumdata"]
	_, err := engine.Open(t.Context(), engine.Config{
		Plugins: dir, Unlocked: true, FrontDoors: map[string]engine.FrontDoor{"jumdata": client, "twin": client},
	})
	const want = "front door twin: answers at POST /ocr/idcard-v1 as the front door jumdata does; want one of the two"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("two at one path: %v", err)
	}
}

func TestFrontDoorConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		door       engine.FrontDoor
	}{
		{"no client", "front door jumdata: /clients: nobody may call; want at least one client", engine.FrontDoor{}},
		{"half a client", "front door jumdata: /clients/1: secrets are missing; want app_id and app_secret", engine.FrontDoor{Clients: clients(texts("app_id", appID, "app_secret", appSecret), texts("app_id", appID))}},
		{"an unknown route", `front door jumdata: /route: there is no route "x"; want one of "default", "portrait"`, engine.FrontDoor{Route: "x", Clients: doors()["jumdata"].Clients}},
		{"a wrong setting", "front door jumdata: /config", engine.FrontDoor{Config: map[string]any{"max_skew_seconds": -1}, Clients: doors()["jumdata"].Clients}},
	} {
		cfg := engine.Config{
			Plugins: built.plugins, FrontDoors: map[string]engine.FrontDoor{"jumdata": tt.door},
			Routes: map[string]engine.Route{"default": {Providers: []string{"one"}}, "portrait": {Providers: []string{"one"}}},
			Providers: map[string]engine.ProviderConfig{
				"one": {Plugin: "jumdata", Secrets: texts("app_id", providerID, "app_secret", providerCode)},
			},
		}
		_, err := engine.Open(t.Context(), cfg)
		var wrong *engine.ConfigError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "S3CRET") {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.want)
		}
	}
}

func TestServerRefusesAFrontDoorAtOneOfItsPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	manifestFile, err := os.ReadFile(filepath.Join("..", "..", "..", "plugins", "jumdata", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(manifestFile), "/ocr/idcard-v1", recognize, 1)
	module, err := plugintest.Hollow(text) // does not load, which makes no difference here
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "jumdata.wasm"), module, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	modules, err := wasm.New(wasm.Config{CacheDir: built.cache})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Open(t.Context(), engine.Config{
		Plugins: dir, Unlocked: true, Runtimes: []engine.Runtime{modules}, FrontDoors: map[string]engine.FrontDoor{"jumdata": doors()["jumdata"]},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(context.Background()) }()
	if _, err := server.New(e, server.Config{}); err == nil || !strings.Contains(err.Error(), "POST "+recognize) {
		t.Errorf("got %v", err)
	}
}

func TestServerFollowsFrontDoorsOfAReload(t *testing.T) {
	t.Parallel()
	var cfg engine.Config
	b := open(t, func(c *engine.Config) { cfg = *c })
	door := func() int { return b.ask(t, jumdataRequest(t, b, jumdataSigned(appSecret, nil), card(t))).status }
	if got := door(); got != http.StatusOK {
		t.Fatalf("before: %d", got)
	}
	withJumdata := cfg.FrontDoors
	for _, step := range []struct {
		doors map[string]engine.FrontDoor
		want  int
	}{{map[string]engine.FrontDoor{"wapi": withJumdata["wapi"]}, http.StatusNotFound}, {withJumdata, http.StatusOK}} {
		cfg.FrontDoors = step.doors
		if err := b.engine.Reload(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		if got := door(); got != step.want {
			t.Errorf("with %d front doors: %d, want %d", len(step.doors), got, step.want)
		}
	}
}
