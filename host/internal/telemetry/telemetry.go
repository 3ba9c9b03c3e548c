package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config of a Telemetry. Its zero value watches nothing.
type Config struct {
	// OTLP is the URL of a collector that takes spans over HTTP, such as "http://collector:4318"; empty means no traces. Without a path,
	// /v1/traces is meant.
	OTLP string
	// Sample is the share of traces that are kept, 0 to 1, where no caller has decided that already.
	Sample float64
	// Prometheus makes metrics, for MetricsHandler.
	Prometheus bool
	// Version of the program.
	Version string
	// Logger is told, once a minute at most, that spans cannot be sent; nil means nobody.
	Logger *slog.Logger
	// Now is the clock that minute is measured by; nil means the system's.
	Now func() time.Time
}

// Telemetry is the program's end of tracing and metering. It is safe for concurrent use.
type Telemetry struct {
	traces  *sdktrace.TracerProvider // nil without traces
	metrics *sdkmetric.MeterProvider // nil without metrics
	handler http.Handler
}

// New sets up what the configuration wants. It connects to nobody yet: a collector that is not there is no error, then or later.
//
// The OTLP exporter also takes the OTEL_EXPORTER_OTLP_ variables of its specification, such as those for headers and certificates.
func New(cfg Config) (*Telemetry, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	about := resource.NewSchemaless(attribute.String("service.name", "ocrmux"), attribute.String("service.version", cfg.Version))
	t := &Telemetry{}
	if cfg.OTLP != "" {
		target, err := collector(cfg.OTLP)
		if err != nil {
			return nil, err
		}
		out, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(target))
		if err != nil {
			return nil, fmt.Errorf("spans cannot be sent to the collector: %w", err)
		}
		t.traces = sdktrace.NewTracerProvider(
			sdktrace.WithResource(about), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.Sample))),
			sdktrace.WithBatcher(&discreet{SpanExporter: out, logger: cfg.Logger, now: cfg.Now}),
		)
	}
	if cfg.Prometheus {
		if err := t.openMetrics(about); err != nil {
			return nil, errors.Join(err, t.Shutdown(context.Background()))
		}
	}
	return t, nil
}

// collector is the whole URL of one: the exporter does not add the path that OTLP has for spans.
func collector(at string) (string, error) {
	u, err := url.Parse(at)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New(`the collector has no valid URL; write one such as "http://collector:4318"`)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	return u.String(), nil
}

// openMetrics makes a registry of this program's own, with what Go and the operating system know of it.
func (t *Telemetry) openMetrics(about *resource.Resource) error {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("metrics of the process: %w", err)
		}
	}
	reader, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo(),
		otelprometheus.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes))
	if err != nil {
		return fmt.Errorf("metrics for Prometheus: %w", err)
	}
	t.metrics = sdkmetric.NewMeterProvider(sdkmetric.WithResource(about), sdkmetric.WithReader(reader))
	t.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry, MaxRequestsInFlight: maxScrapes})
	return nil
}

// maxScrapes at once; further ones are answered with 503.
const maxScrapes = 4

// TracerProvider is for engine.Config.Tracing; nil without traces.
func (t *Telemetry) TracerProvider() trace.TracerProvider {
	if t.traces == nil {
		return nil
	}
	return t.traces
}

// MeterProvider is for engine.Config.Metering; nil without metrics.
func (t *Telemetry) MeterProvider() metric.MeterProvider {
	if t.metrics == nil {
		return nil
	}
	return t.metrics
}

// MetricsHandler answers with all metrics in Prometheus' text format; nil without metrics. It asks nobody who they are.
func (t *Telemetry) MetricsHandler() http.Handler { return t.handler }

// Shutdown sends the spans that are left until ctx ends, and ends tracing and metering. The engine is to be closed before.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var errs []error
	if t.traces != nil {
		errs = append(errs, t.traces.Shutdown(ctx))
	}
	if t.metrics != nil {
		errs = append(errs, t.metrics.Shutdown(ctx))
	}
	return errors.Join(errs...)
}
