package engine_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ocrmux/ocrmux/engine"
)

// BenchmarkObserved makes a call with nobody looking, with providers that do nothing, with metrics, and with metrics and every call
// traced, in turns of random order. An op is one call in each way; spans are recorded and go nowhere. What "again" differs from "off", which
// it is the same as, is what this measurement cannot tell.
func BenchmarkObserved(b *testing.B) {
	endpoint := vendor(b, map[string]http.HandlerFunc{"/": says(goodCard)})
	metrics := func(c *engine.Config) {
		c.Metering = metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))
	}
	ways := []struct {
		name   string
		change func(*engine.Config)
		took   time.Duration
	}{
		{name: "off", change: func(*engine.Config) {}},
		{name: "again", change: func(*engine.Config) {}},
		{name: "noop", change: func(c *engine.Config) {
			c.Tracing, c.Metering = tracenoop.NewTracerProvider(), metricnoop.NewMeterProvider()
		}},
		{name: "metrics", change: metrics},
		{name: "traced", change: func(c *engine.Config) { metrics(c); c.Tracing = trace.NewTracerProvider() }},
	}
	engines := make([]*bench, len(ways))
	for i, w := range ways {
		engines[i] = open(b, func(c *engine.Config) {
			c.Providers = map[string]engine.ProviderConfig{"actor": actor(endpoint)}
			w.change(c)
		})
	}
	req := act(b, "read")
	order, n := rand.New(rand.NewPCG(1, 2)), 0
	for b.Loop() {
		for _, i := range order.Perm(len(ways)) {
			began := time.Now()
			if _, err := engines[i].Recognize(b.Context(), req); err != nil {
				b.Fatal(err)
			}
			ways[i].took += time.Since(began)
		}
		n++
	}
	for _, w := range ways {
		b.ReportMetric(w.took.Seconds()*1e6/float64(n), "µs-"+w.name)
		b.ReportMetric(w.took.Seconds()/ways[0].took.Seconds(), w.name+"/off")
	}
}
