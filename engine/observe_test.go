package engine_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// watched is an engine whose spans and metrics are looked at.
type watched struct {
	*bench
	spans   *tracetest.InMemoryExporter
	metrics *metric.ManualReader
}

func openWatched(t testing.TB, change func(*engine.Config)) *watched {
	t.Helper()
	w := &watched{spans: tracetest.NewInMemoryExporter(), metrics: metric.NewManualReader()}
	w.bench = open(t, func(c *engine.Config) {
		c.Tracing = trace.NewTracerProvider(trace.WithSyncer(w.spans))
		c.Metering = metric.NewMeterProvider(metric.WithReader(w.metrics))
		change(c)
	})
	return w
}

// tree is what was traced, each span below the one that it is part of, those of one level in the order of their texts.
func (w *watched) tree() string {
	parts := make(map[string][]tracetest.SpanStub)
	for _, s := range w.spans.GetSpans() {
		parts[s.Parent.SpanID().String()] = append(parts[s.Parent.SpanID().String()], s)
	}
	var below func(parent, indent string) string
	below = func(parent, indent string) string {
		var out []string
		for _, s := range parts[parent] {
			out = append(out, indent+line(s)+"\n"+below(s.SpanContext.SpanID().String(), indent+"  "))
		}
		slices.Sort(out)
		return strings.Join(out, "")
	}
	return below("0000000000000000", "")
}

// line is a span without what differs from run to run.
func line(s tracetest.SpanStub) string {
	text := strings.TrimPrefix(s.Name, "ocrmux.")
	sorted := attribute.NewSet(s.Attributes...)
	for _, a := range sorted.ToSlice() {
		switch a.Key {
		case "server.port", "server.address", "http.request.body.size", "http.response.body.size", "ocrmux.attempt.reason":
			continue
		}
		text += " " + strings.TrimPrefix(string(a.Key), "ocrmux.") + "=" + a.Value.String()
	}
	return text
}

// points are the values of a metric by their attributes: of a histogram, how often something was recorded.
func (w *watched) points(t *testing.T, name string) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := w.metrics.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	out := make(map[string]float64)
	for _, s := range all.ScopeMetrics {
		for _, m := range s.Metrics {
			if m.Name == name {
				maps.Copy(out, values(m.Data))
			}
		}
	}
	return out
}

func values(data metricdata.Aggregation) map[string]float64 {
	out := make(map[string]float64)
	at := func(s attribute.Set) string {
		var words []string
		for _, a := range s.ToSlice() {
			if a.Key != "server.port" && a.Key != "server.address" {
				words = append(words, strings.TrimPrefix(string(a.Key), "ocrmux.")+"="+a.Value.String())
			}
		}
		return strings.Join(words, " ")
	}
	switch d := data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			out[at(p.Attributes)] = float64(p.Value)
		}
	case metricdata.Sum[float64]:
		for _, p := range d.DataPoints {
			out[at(p.Attributes)] = p.Value
		}
	case metricdata.Gauge[float64]:
		for _, p := range d.DataPoints {
			out[at(p.Attributes)] = p.Value
		}
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			out[at(p.Attributes)] = float64(p.Count)
		}
	}
	return out
}

// twoActors is an engine whose first provider's vendor fails and whose second one's reads.
func twoActors(t *testing.T, policy route.Policy) *watched {
	t.Helper()
	bad := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }})
	good := vendor(t, map[string]http.HandlerFunc{"/": says(`{"id": "task-1", "billed": "yes", "fields": {"name": "样本人"}}`)})
	return openWatched(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"bad": actor(bad), "good": actor(good)}
		for name, p := range c.Providers {
			p.Price = money.TariffConfig{PerCall: ptr(money.Amount(money.Micro / 4))}
			c.Providers[name] = p
		}
		c.Routes = map[string]engine.Route{"default": {Policy: policy, Providers: []string{"bad", "good"}}}
		c.Money.Budgets = []money.Budget{{Scope: money.ScopeRoute, Name: "default", Per: money.Day, Limit: money.Units{Amount: 10 * money.Micro, Calls: 100}}}
		c.Results = engine.ResultCache{Entries: 4, TTL: 1e12}
	})
}

func TestObserverTracesACallDownToItsExchanges(t *testing.T) {
	t.Parallel()
	w := twoActors(t, "")
	req := act(t, "read")
	req.Tenant, req.Side = "bank", engine.Front
	if _, err := w.Recognize(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	const want = `recognize document=cn.idcard outcome=recognized policy=failover route=default side=front tenant=bank
  attempt attempt.number=1 billed=yes outcome=recognized plugin=actor provider=good vendor_request_id=task-1
    exchange http.request.method=POST http.response.status_code=200 provider=good sent=yes
    step plugin.kind=wasm provider=good step.phase=response
    step plugin.kind=wasm provider=good step.phase=start
  attempt error.type=unavailable attempt.number=0 billed=no fail_over=true fault=vendor outcome=failed plugin=actor provider=bad retryable=true
    exchange error.type=503 http.request.method=POST http.response.status_code=503 provider=bad sent=yes
    step plugin.kind=wasm provider=bad step.phase=response
    step plugin.kind=wasm provider=bad step.phase=start
`
	if diff := cmp.Diff(want, w.tree()); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestObserverTracesAttemptsThatRunAtOnce(t *testing.T) {
	t.Parallel()
	w := twoActors(t, route.Consensus)
	_, _ = w.Recognize(t.Context(), act(t, "read"))
	const want = `recognize document=cn.idcard outcome=recognized policy=consensus route=default side=unspecified
  attempt attempt.number=1 billed=yes outcome=recognized plugin=actor provider=good vendor_request_id=task-1
    exchange http.request.method=POST http.response.status_code=200 provider=good sent=yes
    step plugin.kind=wasm provider=good step.phase=response
    step plugin.kind=wasm provider=good step.phase=start
  attempt error.type=unavailable attempt.number=0 billed=no fail_over=true fault=vendor outcome=failed plugin=actor provider=bad retryable=true
    exchange error.type=503 http.request.method=POST http.response.status_code=503 provider=bad sent=yes
    step plugin.kind=wasm provider=bad step.phase=response
    step plugin.kind=wasm provider=bad step.phase=start
  attempt error.type=unavailable attempt.number=2 billed=no fail_over=true fault=vendor outcome=failed plugin=actor provider=bad retryable=true
    exchange error.type=503 http.request.method=POST http.response.status_code=503 provider=bad sent=yes
    step plugin.kind=wasm provider=bad step.phase=response
    step plugin.kind=wasm provider=bad step.phase=start
`
	if diff := cmp.Diff(want, w.tree()); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestObserverCountsCallsAttemptsAndMoney(t *testing.T) {
	t.Parallel()
	w := twoActors(t, "")
	for range 2 { // the second one is kept from the first
		if _, err := w.Recognize(t.Context(), act(t, "read")); err != nil {
			t.Fatal(err)
		}
	}
	nowhere := act(t, "read")
	nowhere.Route = "11010119900307803X"
	if _, err := w.Recognize(t.Context(), nowhere); err == nil {
		t.Fatal("a route that there is not was taken")
	}
	const budget = "budget.name=default budget.per=day budget.pool= budget.scope=route currency=CNY"
	w.Park("bad", "for the test", w.clock.Now().Add(1e12))
	for name, want := range map[string]map[string]float64{
		"ocrmux.calls":              {"outcome=recognized route=default": 2, "error.type=invalid_request fault=caller outcome=failed route=_OTHER": 1},
		"ocrmux.calls.active":       {"route=default": 0, "route=_OTHER": 0},
		"ocrmux.calls.saved":        {"saved_by=kept": 1},
		"ocrmux.call.duration":      {"outcome=recognized route=default": 2, "outcome=failed route=_OTHER": 1},
		"ocrmux.attempts":           {"billed=yes outcome=recognized provider=good": 1, "error.type=unavailable billed=no fault=vendor outcome=failed provider=bad": 1},
		"ocrmux.attempt.duration":   {"outcome=recognized provider=good": 1, "outcome=failed provider=bad": 1},
		"ocrmux.cost":               {"billed=yes currency=CNY provider=good route=default": 0.25},
		"ocrmux.budget.left":        {budget: 9.75},
		"ocrmux.budget.limit":       {budget: 10},
		"ocrmux.budget.calls.left":  {budget: 99},
		"ocrmux.budget.calls.limit": {budget: 100},
		"ocrmux.provider.ready":     {"provider=bad": 0, "provider=good": 1},
		"ocrmux.provider.parked":    {"provider=bad": 1, "provider=good": 0},
		"ocrmux.plugin.replaced":    {"plugin=actor plugin.kind=wasm": 0},
		"ocrmux.step.duration": {
			"plugin.kind=wasm provider=bad step.phase=start": 1, "plugin.kind=wasm provider=bad step.phase=response": 1,
			"plugin.kind=wasm provider=good step.phase=start": 1, "plugin.kind=wasm provider=good step.phase=response": 1,
		},
		"http.client.request.duration": {
			"error.type=503 http.request.method=POST http.response.status_code=503 provider=bad": 1,
			"http.request.method=POST http.response.status_code=200 provider=good":               1,
		},
		"ocrmux.provider.breaker": {
			"breaker.state=closed provider=bad": 1, "breaker.state=half-open provider=bad": 0, "breaker.state=open provider=bad": 0, "breaker.state=returning provider=bad": 0,
			"breaker.state=closed provider=good": 1, "breaker.state=half-open provider=good": 0, "breaker.state=open provider=good": 0, "breaker.state=returning provider=good": 0,
		},
	} {
		if diff := cmp.Diff(want, w.points(t, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestObserverAsksNoClosedEngine(t *testing.T) {
	t.Parallel()
	w := twoActors(t, "")
	if err := w.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := w.points(t, "ocrmux.provider.ready"); len(got) > 0 {
		t.Errorf("a closed engine says %v", got)
	}
}
