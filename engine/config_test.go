package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/message"
)

// problems are the ConfigErrors of an error, a line each.
func problems(err error) []string {
	var wrong *engine.ConfigError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []string
		for _, e := range joined.Unwrap() {
			out = append(out, problems(e)...)
		}
		return out
	}
	if errors.As(err, &wrong) {
		return []string{wrong.Error()}
	}
	return []string{"not a ConfigError: " + err.Error()}
}

func TestConfigErrorSaysWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	const endpoint = "https://ocr.example"
	one := func(p engine.ProviderConfig) func(*engine.Config) {
		return func(c *engine.Config) { c.Providers = map[string]engine.ProviderConfig{"p": p} }
	}
	with := func(change func(p *engine.ProviderConfig)) func(*engine.Config) {
		p := actor(endpoint)
		change(&p)
		return one(p)
	}
	const want = `; want scheme, host, optional port and path prefix, such as "https://api.example.com"`
	for _, tt := range []struct {
		name   string
		change func(*engine.Config)
		want   []string
	}{
		{"a plugin that is not there", one(engine.ProviderConfig{Plugin: "acto"}), []string{`provider p: /plugin: there is no plugin "acto" in the folder "PLUGINS"; want one of "actor", "jumdata"`}},
		{"a setting that the plugin does not have", with(func(p *engine.ProviderConfig) { p.Config["endpont"] = "x" }), []string{`provider p: /config/endpont: the plugin has no such setting; want one of "endpoint", "mode", "tries", "allow_plain_http"`}},
		{"a setting that is missing", with(func(p *engine.ProviderConfig) { delete(p.Config, "endpoint") }), []string{`provider p: /config/endpoint: the setting is missing; want where the vendor listens`}},
		{"a value that is not in the list", with(func(p *engine.ProviderConfig) { p.Config["mode"] = "best" }), []string{`provider p: /config/mode: value must be one of 'quick', 'good'; want quick or good`}},
		{"a value of the wrong type", with(func(p *engine.ProviderConfig) { p.Config["tries"] = "three" }), []string{`provider p: /config/tries: got string, want integer; want how often`}},
		{"a value that is too small", with(func(p *engine.ProviderConfig) { p.Config["tries"] = 0 }), []string{`provider p: /config/tries: minimum: got 0, want 1; want how often`}},
		{"a value that is no JSON", with(func(p *engine.ProviderConfig) { p.Config["tries"] = make(chan int) }), []string{`provider p: /config: not expressible as JSON; want texts, numbers, booleans, lists and maps`}},
		{"a switch that is no switch", with(func(p *engine.ProviderConfig) { p.Config["allow_plain_http"] = "yes" }), []string{`provider p: /config/allow_plain_http: not a boolean; want true or false`}},
		{"an endpoint without a scheme", with(func(p *engine.ProviderConfig) { p.Config["endpoint"] = "urn:ocr" }), []string{`provider p: /config/endpoint: not an endpoint` + want}},
		{"an endpoint with a password", with(func(p *engine.ProviderConfig) { p.Config["endpoint"] = "https://u:S3CRET@h.example" }), []string{`provider p: /config/endpoint: not an endpoint` + want}},
		{"an endpoint with a query", with(func(p *engine.ProviderConfig) { p.Config["endpoint"] = "https://h.example/?a=b" }), []string{`provider p: /config/endpoint: not an endpoint` + want}},
		{"an endpoint with an impossible port", with(func(p *engine.ProviderConfig) { p.Config["endpoint"] = "https://h.example:99999" }), []string{`provider p: /config/endpoint: egress: policy: operator origin 1: the URL's port is not a number from 1 to 65535; write https://host[:port]; want an address the provider may call`}},
		{"an endpoint that shows cards to the network", with(func(p *engine.ProviderConfig) { p.Config["endpoint"] = "http://192.168.1.1" }), []string{`provider p: /config/endpoint: plain http would show card data to the network; use https or set allow_plain_http; want an https address`}},
		{"a secret that is missing", with(func(p *engine.ProviderConfig) { delete(p.Secrets, "inner") }), []string{`provider p: /secrets: secrets are missing; want key, inner and bound`}},
		{"a secret that is empty", with(func(p *engine.ProviderConfig) { p.Secrets["inner"] = engine.NewSecret("") }), []string{`provider p: /secrets/inner: the secret is empty; want a text`, `provider p: /secrets: secrets are missing; want key, inner and bound`}},
		{"a secret that nobody wants", with(func(p *engine.ProviderConfig) { p.Secrets["api_key"] = engine.NewSecret(keySecret) }), []string{`provider p: /secrets/api_key: the plugin has no such secret; want one of "key", "inner", "bound"`}},
		{"a secret that only an answer can give", with(func(p *engine.ProviderConfig) { p.Secrets["token"] = engine.NewSecret(keySecret) }), []string{`provider p: /secrets/token: the plugin has no such secret; want one of "key", "inner", "bound"`}},
		{"a route through nobody", func(c *engine.Config) { c.Routes = map[string]engine.Route{"r": {Providers: []string{"q"}}} }, []string{`route r: /providers/0: there is no provider "q"; want one of "p"`}},
		{"a route where no provider is configured", func(c *engine.Config) {
			c.Providers, c.Routes = nil, map[string]engine.Route{"r": {Providers: []string{"q"}}}
		}, []string{`route r: /providers/0: there is no provider "q"; want no name, because there are no providers`}},
		{"a route through one provider twice", func(c *engine.Config) { c.Routes = map[string]engine.Route{"r": {Providers: []string{"p", "p"}}} }, []string{`route r: /providers/1: the provider "p" is listed twice; want each provider once`}},
		{"an empty route", func(c *engine.Config) { c.Routes = map[string]engine.Route{"default": {}} }, []string{`route default: /providers: the route is empty; want at least one provider`}},
		{"a place to fetch from that is none", func(c *engine.Config) {
			c.FetchAllow = []string{"a.example:80", "b.example", "http://c.example:80", "d.example:x"}
		}, []string{
			`/fetch_allow/1: "b.example" is not a host and port; want host:port, such as "pictures.internal:8080"`,
			`/fetch_allow/2: "http://c.example:80" is not a host and port; want host:port, such as "pictures.internal:8080"`,
			`/fetch_allow/3: "d.example:x" is not a host and port; want host:port, such as "pictures.internal:8080"`}},
		{"a transport that cannot be", func(c *engine.Config) { c.Egress.MaxIdle = -1 }, []string{`/egress: egress: config: MaxIdle is negative; leave it 0 for its default; want a valid egress configuration`}},
		{"a plugin folder that is a file", func(c *engine.Config) { c.Plugins = filepath.Join(built.modules, "actor.wasm") }, []string{`/plugins: the folder cannot be read: not a directory; want a folder that can be read`}},
		{"all at once", func(c *engine.Config) {
			c.Providers = map[string]engine.ProviderConfig{"a": {Plugin: "nobody"}, "b": {Plugin: "actor", Config: map[string]any{"x": 1, "mode": "best", "endpoint": endpoint}}}
			c.Routes = map[string]engine.Route{"r": {Providers: []string{"a", "c"}}}
		}, []string{
			`provider a: /plugin: there is no plugin "nobody" in the folder "PLUGINS"; want one of "actor", "jumdata"`,
			`provider b: /config/mode: value must be one of 'quick', 'good'; want quick or good`,
			`provider b: /config/x: the plugin has no such setting; want one of "endpoint", "mode", "tries", "allow_plain_http"`,
			`provider b: /secrets: secrets are missing; want key, inner and bound`,
			`route r: /providers/1: there is no provider "c"; want one of "a", "b"`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(t)
			cfg.Providers = map[string]engine.ProviderConfig{"p": actor(endpoint)}
			tt.change(&cfg)
			e, err := engine.Open(t.Context(), cfg)
			if err == nil {
				t.Error(e.Close(context.Background()))
				t.Fatal("there is no error")
			}
			got := problems(err)
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], built.modules, "PLUGINS")
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestConfigMayBeEmptyForPluginsThatNeedNone(t *testing.T) {
	t.Parallel()
	e := open(t, func(c *engine.Config) { c.Plugins = t.TempDir() })
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if f := failure(t, r, err).Failure; verdict(f) != "unavailable, billed no, fault operator" || !f.Message.Has(message.RouteIsEmpty) {
		t.Errorf("got %s: %s", verdict(f), f.Message)
	}
	if got := e.Providers(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	e = open(t, nil)
	for _, p := range e.Providers() {
		if p.State != engine.NotConfigured || p.Reason.String() == "" {
			t.Errorf("got %+v, want it not configured since it needs secrets", p)
		}
	}
}

func TestRecognizeNamesTheKnownRoutesAndProviders(t *testing.T) {
	t.Parallel()
	e := openActor(t, "https://ocr.example")
	for _, tt := range []struct {
		change func(*engine.Request)
		says   message.Code
		known  string
	}{
		{func(r *engine.Request) { r.Provider = "q" }, message.NoSuchProvider, "actor"},
		{func(r *engine.Request) { r.Route = "q" }, message.NoSuchRoute, "default"},
		{func(r *engine.Request) { r.Side = engine.Back }, message.NeedsSide, ""},
		{func(r *engine.Request) { r.Extras = []string{"rotation"} }, message.NeedsExtra, ""},
	} {
		request := act(t, "read")
		tt.change(&request)
		r, err := e.Recognize(t.Context(), request)
		f := failure(t, r, err).Failure
		if verdict(f) != "invalid_request, billed no, fault caller" || !f.Message.Has(tt.says) || !strings.Contains(f.Message.String(), tt.known) {
			t.Errorf("got %s: %s; want …%s", verdict(f), f.Message, tt.says)
		}
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, readFile(t, from), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestConfigErrorCarriesTheReasonOfARefusedEndpoint(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Providers = map[string]engine.ProviderConfig{"p": actor("http://192.168.1.1")}
	_, err := engine.Open(t.Context(), cfg)
	var wrong *engine.ConfigError
	if !errors.As(err, &wrong) || wrong.Reason.Code() != message.PlainHTTPExposes || wrong.Reason.String() != wrong.Problem {
		t.Errorf("the error is %v", err)
	}
}
