package telemetry_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/telemetry"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Secrets of the run.
const (
	keySecret    = "S3CRET-key-a1b2c3"
	innerSecret  = "S3CRET-inner-d4e5f6"
	boundSecret  = "S3CRET-bound-071829"
	doorSecret   = "S3CRET-door-5d6e7f"
	vendorsToken = "S3CRET-token-3a4b5c"
)

// The data of the specimen, SPECIMEN 样本, as vendors write it.
const (
	card = `"name": "赵样本", "sex": "男", "nation": "汉", "year": "1990", "month": "3", "day": "7", "address": "样本省样本市样本路一号", "number": "11010119900307123X"`
	told = `"echo": "赵样本 11010119900307123X 样本省样本市样本路一号 1990年3月7日 %s"`
)

// treasure has the texts that must not be in any sink.
func treasure(picture []byte) leaktest.Treasure {
	out := leaktest.Treasure{
		"name": "赵样本", "number": "11010119900307123X", "number's place and birth": "11010119900307", "address": "样本省样本市", "street": "样本路一号",
		"birth date": "1990-03-07", "birth date in Chinese": "1990年3月7日", "birth date in digits": "19900307",
	}
	out.Hide(keySecret, innerSecret, boundSecret, doorSecret, vendorsToken)
	out.HidePicture(picture)
	return out
}

// jumdata answers as the vendor does: with the card, or with a failure that repeats it and the secret.
func jumdata(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	if strings.HasPrefix(r.URL.Path, "/bad") {
		_, _ = fmt.Fprintf(w, `{"code": 500, "msg": "没有 %s 赵样本 11010119900307123X", "taskNo": "41562", "charge": false, "data": {"info": {%s}}}`, innerSecret, card)
		return
	}
	_, _ = fmt.Fprintf(w, `{"code": 200, "msg": "成功", "taskNo": "41561", "charge": true, "data": {"side": "front", "info": {%s},
		"validity": {"name": true, "sex": true, "birthday": true, "address": true, "number": true}}}`, card)
}

// stage answers the requests of the test's actor.
func stage(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Echo", r.Header.Get("X-Key"))
	if r.URL.Path == "/token" {
		_, _ = io.WriteString(w, `{"access_token": "`+vendorsToken+`", "expires_in": 3600}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"id": "task-1", `+told+`, "access_token": "%s", "fields": {%s}}`, r.Header.Get("X-Key"), vendorsToken, card)
}

// noise returns a picture whose bytes do not occur in other texts by chance.
func noise(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range m.Pix {
		m.SetGray(i%60, i/60, color.Gray{Y: uint8(i * i * 31)})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gateway is an engine with every sink.
type gateway struct {
	engine *engine.Engine
	tel    *telemetry.Telemetry

	spans, text, json, errors, attempts leaktest.Sink
	// verbatim are failures with the vendors' own messages, which callers get unchanged. They have no secrets, but may repeat data of
	// the card. No other sink has them.
	verbatim leaktest.Sink
}

func openGateway(t *testing.T) *gateway {
	t.Helper()
	g := new(gateway)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(&g.spans, r.Body) }))
	t.Cleanup(collector.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("/", jumdata)
	mux.HandleFunc("/stage/", func(w http.ResponseWriter, r *http.Request) {
		http.StripPrefix("/stage", http.HandlerFunc(stage)).ServeHTTP(w, r)
	})
	vendor := httptest.NewServer(mux)
	t.Cleanup(vendor.Close)

	debug := &slog.HandlerOptions{Level: slog.LevelDebug}
	logger := slog.New(telemetry.WithTrace(both{slog.NewTextHandler(&g.text, debug), slog.NewJSONHandler(&g.json, debug)}))
	var err error
	if g.tel, err = telemetry.New(telemetry.Config{OTLP: collector.URL, Sample: 1, Prometheus: true, Logger: logger}); err != nil {
		t.Fatal(err)
	}
	modules, err := wasm.New(wasm.Config{CacheDir: built.cache})
	if err != nil {
		t.Fatal(err)
	}
	ids := func() map[string]engine.Secret {
		return map[string]engine.Secret{"app_id": engine.NewSecret("account"), "app_secret": engine.NewSecret(innerSecret)}
	}
	price := money.Amount(money.Micro / 4)
	g.engine, err = engine.Open(t.Context(), engine.Config{
		Plugins: built.plugins, Runtimes: []engine.Runtime{modules}, Logger: logger, Tracing: g.tel.TracerProvider(), Metering: g.tel.MeterProvider(),
		Providers: map[string]engine.ProviderConfig{
			"good": {Plugin: "jumdata", Config: map[string]any{"endpoint": vendor.URL}, Secrets: ids(), Price: money.TariffConfig{PerCall: &price}},
			"bad":  {Plugin: "jumdata", Config: map[string]any{"endpoint": vendor.URL + "/bad"}, Secrets: ids()},
			"gone": {Plugin: "jumdata", Config: map[string]any{"endpoint": "http://127.0.0.1:1"}, Secrets: ids()},
			"actor": {Config: map[string]any{"endpoint": vendor.URL + "/stage"}, Secrets: map[string]engine.Secret{
				"key": engine.NewSecret(keySecret), "inner": engine.NewSecret(innerSecret), "bound": engine.NewSecret(boundSecret),
			}},
		},
		Routes: map[string]engine.Route{
			"default": {Providers: []string{"bad", "gone", "good"}}, "many": {Policy: "consensus", Providers: []string{"good", "actor", "bad"}},
		},
		FrontDoors: map[string]engine.FrontDoor{"jumdata": {Clients: []engine.Client{{Secrets: map[string]engine.Secret{
			"app_id": engine.NewSecret("client"), "app_secret": engine.NewSecret(doorSecret),
		}}}}},
		Money:   engine.Money{Budgets: []money.Budget{{Scope: money.ScopeRoute, Name: "default", Per: money.Day, Limit: money.Units{Calls: 1000}}}},
		Results: engine.ResultCache{Entries: 10, TTL: 1e12},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// both passes a record to two handlers.
type both struct{ one, two slog.Handler }

func (b both) Enabled(ctx context.Context, l slog.Level) bool { return b.one.Enabled(ctx, l) }

func (b both) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(b.one.Handle(ctx, r.Clone()), b.two.Handle(ctx, r.Clone()))
}

func (b both) WithAttrs(a []slog.Attr) slog.Handler {
	return both{b.one.WithAttrs(a), b.two.WithAttrs(a)}
}

func (b both) WithGroup(n string) slog.Handler { return both{b.one.WithGroup(n), b.two.WithGroup(n)} }

// call makes one call, and stores its result without the document.
func (g *gateway) call(t *testing.T, req engine.Request) error {
	t.Helper()
	r, err := g.engine.Recognize(t.Context(), req)
	var attempts []engine.Attempt
	var e *engine.Error
	switch {
	case errors.As(err, &e):
		if err := json.NewEncoder(&g.verbatim).Encode(e); err != nil {
			t.Fatal(err)
		}
		e.Failure.VendorMessage, attempts = "", e.Attempts
		withoutWords(attempts)
		for chain := err; chain != nil; chain = errors.Unwrap(chain) {
			_, _ = fmt.Fprintf(&g.errors, "%v\n%+v\n", chain, chain)
		}
		if err := json.NewEncoder(&g.errors).Encode(e); err != nil {
			t.Fatal(err)
		}
	default:
		if err := json.NewEncoder(&g.verbatim).Encode(r.Attempts); err != nil {
			t.Fatal(err)
		}
		attempts = r.Attempts
		withoutWords(attempts)
	}
	if err := json.NewEncoder(&g.attempts).Encode(attempts); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(&g.attempts, "%+v\n", attempts)
	return err
}

// withoutWords removes the vendors' own messages from attempts.
func withoutWords(attempts []engine.Attempt) {
	for _, a := range attempts {
		if a.Failure != nil {
			a.Failure.VendorMessage = ""
		}
	}
}

//attack:data-nowhere providers and vendors that put a card wherever a text goes
func TestTelemetryContainsNoCardAndNoSecret(t *testing.T) {
	t.Parallel()
	g := openGateway(t)
	picture := noise(t)
	calls := []engine.Request{{}, {}, {Route: "many"}, {Provider: "bad"}, {Provider: "gone"}, {Route: "nowhere"}, {Tenant: "bank", Side: engine.Back}}
	for _, act := range []string{"read", "echo", "log", "token", "panic", "loop", "unknown host", "secret for another host", "inner secret in plain", "host functions", "read the picture", "fail at once"} {
		calls = append(calls, engine.Request{Provider: "actor", Options: map[string]any{"act": act}})
	}
	read := 0
	for _, req := range calls {
		req.Picture = engine.Bytes(picture)
		if err := g.call(t, req); err == nil {
			read++
		}
	}
	if read < 5 || read == len(calls) {
		t.Errorf("%d of %d calls read the card: some must, some must not", read, len(calls))
	}
	g.visit(picture)
	metrics := scrape(t, g.tel)
	if err := errors.Join(g.engine.Close(t.Context()), g.tel.Shutdown(t.Context())); err != nil {
		t.Fatal(err)
	}
	everyMetricIsDocumented(t, metrics)
	gold := treasure(picture)
	if words := g.verbatim.String(); !strings.Contains(words, "没有 ***") {
		t.Errorf("no vendor's words are there with a secret masked:\n%s", words)
	} else if shown := gold.Secrets().In(words); len(shown) > 0 {
		t.Errorf("vendors' words show %v", shown)
	}
	for _, s := range []struct{ name, text, has string }{
		{"spans", g.spans.String(), "ocrmux.exchange"}, {"spans of doors", g.spans.String(), "ocrmux.door"}, {"metrics", metrics, "ocrmux_attempts_total"},
		{"log as text", g.text.String(), "trace_id="}, {"log as JSON", g.json.String(), "provider says"}, {"errors", g.errors.String(), "permission_denied"},
		{"attempts", g.attempts.String(), "task-1"},
	} {
		if s.text == "" || !strings.Contains(s.text, s.has) {
			t.Errorf("%s: %q is missing, so that the run proves nothing:\n%.2000s", s.name, s.has, s.text)
		}
		for _, what := range gold.In(s.text) {
			t.Errorf("%s show the %s: %s", s.name, what, gold.Around(s.text, what))
		}
	}
}

// everyMetricIsDocumented compares docs/observability.md with the metrics.
func everyMetricIsDocumented(t *testing.T, metrics string) {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "observability.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(metrics) {
		name, ours := strings.CutPrefix(line, "# TYPE ")
		name, _, _ = strings.Cut(name, " ")
		if !ours || strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") || strings.HasPrefix(name, "promhttp_") || name == "target_info" {
			continue
		}
		if !strings.Contains(string(guide), "`"+name+"`") {
			t.Errorf("docs/observability.md says nothing of %s", name)
		}
	}
}

// visit sends a request to the front door with a wrong signature and without a valid picture.
func (g *gateway) visit(picture []byte) {
	door := g.engine.Door("jumdata")
	form := url.Values{"appId": {"client"}, "timestamp": {"1"}, "sign": {doorSecret}, "base64": {base64.StdEncoding.EncodeToString(picture)}}
	for _, p := range door.Paths() {
		r := httptest.NewRequest(p.Method, p.Path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		door.ServeHTTP(httptest.NewRecorder(), r)
	}
}
