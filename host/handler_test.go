package host_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/host"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// key is a tenant's key, and keyHash its hash as `ocrmux key new` prints it.
const (
	key     = "ocrmux_key-of-the-shop"
	keyHash = "sha256:3b7ddaf2ba218aff6ba620e3ff908fd60e2a6285609b0cdcbb512ae06dd5ba44"
)

func TestHandlerServesTheAPIToThisMachineWithoutTenants(t *testing.T) {
	t.Parallel()
	url := serve(t, handler(t, newEngine(t), host.Config{}))
	if got := recognize(t, url+"/v1/recognize", ""); got.status != http.StatusOK || !strings.Contains(got.body, "样本张三") {
		t.Errorf("recognize: %+v", got)
	}
	r := request(t, http.MethodGet, url+"/v1/routes", nil)
	r.Host = "gateway.example"
	if got := send(t, r); got.status != http.StatusForbidden {
		t.Errorf("another host: %+v", got)
	}
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/docs"} {
		if got := send(t, request(t, http.MethodGet, url+path, nil)); got.status != http.StatusOK {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := send(t, request(t, http.MethodGet, url+"/", nil)); got.status != http.StatusNotFound {
		t.Errorf("there is a console: %+v", got)
	}
}

func TestHandlerServesTheAPIToTenants(t *testing.T) {
	t.Parallel()
	url := serve(t, handler(t, newEngine(t), host.Config{Tenants: []host.Tenant{{Name: "shop", KeyHashes: []string{keyHash}, Routes: []string{"default"}}}}))
	for _, c := range []struct {
		key  string
		want int
	}{{"", http.StatusUnauthorized}, {"wrong", http.StatusUnauthorized}, {key, http.StatusOK}} {
		if got := recognize(t, url+"/v1/recognize", c.key); got.status != c.want {
			t.Errorf("key %q: %+v, want %d", c.key, got, c.want)
		}
	}
	if got := recognize(t, url+"/v1/recognize?route=other", key); got.status != http.StatusNotFound {
		t.Errorf("another tenant's route: %+v", got)
	}
}

func TestHandlerUsesTheEmbeddersAuthentication(t *testing.T) {
	t.Parallel()
	cfg := host.Config{
		Tenants: []host.Tenant{{Name: "shop"}},
		Authenticate: func(r *http.Request) (string, bool) {
			user, password, ok := r.BasicAuth()
			return user, ok && password == "open sesame"
		},
	}
	url := serve(t, handler(t, newEngine(t), cfg))
	for _, c := range []struct {
		user, password string
		want           int
	}{{"shop", "open sesame", http.StatusOK}, {"shop", "wrong", http.StatusUnauthorized}, {"bank", "open sesame", http.StatusUnauthorized}} {
		r := request(t, http.MethodGet, url+"/v1/routes", nil)
		r.SetBasicAuth(c.user, c.password)
		if got := send(t, r); got.status != c.want {
			t.Errorf("%s with %q: %+v, want %d", c.user, c.password, got, c.want)
		}
	}
	if _, err := host.NewHandler(newEngine(t), host.Config{Authenticate: cfg.Authenticate}); err == nil {
		t.Error("Authenticate without tenants is accepted")
	}
}

func TestHandlerIsMountedBesideOtherPathsAndBelowAPrefix(t *testing.T) {
	t.Parallel()
	h := handler(t, newEngine(t), host.Config{})
	mux := http.NewServeMux()
	mux.Handle("/v1/", h)
	mux.Handle("/vendor/", h)
	mux.Handle("/ocr/", http.StripPrefix("/ocr", h))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the shop") })
	url := serve(t, mux)
	for _, c := range []struct{ method, path, want string }{
		{http.MethodGet, "/", "the shop"},
		{http.MethodGet, "/v1/routes", `"name":"default"`},
		{http.MethodGet, "/ocr/v1/routes", `"name":"default"`},
		{http.MethodGet, "/ocr/docs", `src="docs/start.js"`},
		{http.MethodGet, "/ocr/docs/start.js", "openapi.json"},
		{http.MethodGet, "/ocr/openapi.json", `"/v1/recognize"`},
		{http.MethodPost, "/vendor/idcard", "the vendor's answer"},
	} {
		if got := send(t, request(t, c.method, url+c.path, nil)); got.status != http.StatusOK || !strings.Contains(got.body, c.want) {
			t.Errorf("%s %s: %d %.200s, want %s", c.method, c.path, got.status, got.body, c.want)
		}
	}
}

func TestHandlerFollowsTheFrontDoorsOfAReload(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	e := open(t, cfg)
	url := serve(t, handler(t, e, host.Config{}))
	opened := cfg.FrontDoors
	for _, c := range []struct {
		doors map[string]engine.FrontDoor
		want  int
	}{{opened, http.StatusOK}, {nil, http.StatusNotFound}, {opened, http.StatusOK}} {
		cfg.FrontDoors = c.doors
		if err := e.Reload(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		if got := send(t, request(t, http.MethodPost, url+"/vendor/idcard", nil)); got.status != c.want {
			t.Errorf("with %d front doors: %+v, want %d", len(c.doors), got, c.want)
		}
	}
}

func TestHandlerNeedsValidKeyHashes(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{"", key, "sha256:12"} {
		_, err := host.NewHandler(newEngine(t), host.Config{Tenants: []host.Tenant{{Name: "shop", KeyHashes: []string{hash}}}})
		if err == nil || !strings.Contains(err.Error(), "shop") || hash != "" && strings.Contains(err.Error(), hash) {
			t.Errorf("%q: %v", hash, err)
		}
	}
}

// config is an engine with a provider in YAML, its vendor on this machine, and a front door.
func config(t *testing.T) engine.Config {
	t.Helper()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"code": 200, "msg": "成功", "taskNo": "1", "charge": true, "data": {"result": 0, "side": "front", "info": {"name": "样本张三"}, "validity": {"name": true}}}`)
	}))
	t.Cleanup(vendor.Close)
	plugins := t.TempDir()
	provider, err := os.ReadFile("../engine/declarative/testdata/jumdata.provider.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"jumdata.provider.yaml": string(provider),
		"door":                  "not run",
		"door.manifest.json": `{"name": "door", "version": "1.0.0", "abi": {"major": 1},
			"documents": [{"document": "cn.idcard", "sides": ["front"], "fields": ["name"]}], "images": {"formats": ["jpg"], "inputs": ["bytes"]}, "front_doors": [{"method": "POST", "path": "/vendor/idcard"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(plugins, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return engine.Config{
		Plugins: plugins, Unlocked: true, Runtimes: []engine.Runtime{declarative.New(), doors{}},
		Providers: map[string]engine.ProviderConfig{"jumdata": {
			Config:  map[string]any{"endpoint": vendor.URL},
			Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("id"), "app_secret": engine.NewSecret("secret")},
		}},
		FrontDoors: map[string]engine.FrontDoor{"door": {Clients: []engine.Client{{}}}},
	}
}

func open(t *testing.T, cfg engine.Config) *engine.Engine {
	t.Helper()
	e, err := engine.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func newEngine(t *testing.T) *engine.Engine { return open(t, config(t)) }

func handler(t *testing.T, e *engine.Engine, cfg host.Config) http.Handler {
	t.Helper()
	h, err := host.NewHandler(e, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// serve serves a handler on a listener and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

type answer struct {
	status int
	body   string
}

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func send(t *testing.T, r *http.Request) answer {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, string(body)}
}

// recognize sends the picture of a card.
func recognize(t *testing.T, url, key string) answer {
	t.Helper()
	card, err := os.ReadFile("../examples/cards/specimen-front.jpg")
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, url, bytes.NewReader(card))
	r.Header.Set("Content-Type", "image/jpeg")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return send(t, r)
}

// doors is a runtime whose plugins answer every inbound request themselves.
type doors struct{}

func (doors) Kind() catalog.Kind { return catalog.Process }

func (doors) Load(context.Context, catalog.Plugin) (catalog.Module, error) { return doors{}, nil }

func (doors) Step(context.Context, *abi.StepRequest, catalog.Host) (*abi.Action, error) {
	return &abi.Action{Fail: &abi.Fail{Kind: abi.FailureKindProviderError}}, nil
}

func (doors) Accept(context.Context, *abi.AcceptRequest, catalog.Host) (*abi.Accepted, error) {
	return &abi.Accepted{Answer: &abi.InboundResponse{Status: 200, Body: &abi.Body{Raw: &abi.Value{Parts: []abi.Part{{Literal: []byte("the vendor's answer")}}}}}}, nil
}

func (doors) Reply(context.Context, *abi.ReplyRequest, catalog.Host) (*abi.InboundResponse, error) {
	return &abi.InboundResponse{Status: 500}, nil
}

func (doors) Status() catalog.Status      { return catalog.Status{State: catalog.Ready} }
func (doors) Close(context.Context) error { return nil }
