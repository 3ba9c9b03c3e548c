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

// Config of a Telemetry. The zero value exports nothing.
type Config struct {
	// OTLP is the URL of a collector for spans over HTTP, such as "http://collector:4318". The default path is /v1/traces. Empty means
	// no traces.
	OTLP string
	// Sample is the share of traces that are recorded, 0 to 1, unless the caller has decided that.
	Sample float64
	// Prometheus enables metrics, see MetricsHandler.
	Prometheus bool
	// Version of the program.
	Version string
	// Logger reports, at most once a minute, that spans cannot be sent. nil discards that.
	Logger *slog.Logger
	// Now is the clock for that minute. nil means the system's.
	Now func() time.Time
}

// Telemetry exports traces and metrics. It is safe for concurrent use.
type Telemetry struct {
	traces  *sdktrace.TracerProvider // nil without traces
	metrics *sdkmetric.MeterProvider // nil without metrics
	handler http.Handler
}

// New returns a Telemetry. It does not connect to the collector, and an unreachable collector is never an error.
//
// The OTLP exporter also uses the OTEL_EXPORTER_OTLP_ variables of its specification, for headers and certificates. It uses no proxy.
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
		client, err := collectorClient(target)
		if err != nil {
			return nil, err
		}
		out, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(target), otlptracehttp.WithHTTPClient(client))
		if err != nil {
			return nil, fmt.Errorf("create the exporter of spans: %w", err)
		}
		t.traces = sdktrace.NewTracerProvider(
			sdktrace.WithResource(about), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.Sample))),
			sdktrace.WithBatcher(&quietExporter{SpanExporter: out, target: target, logger: cfg.Logger, now: cfg.Now}),
		)
	}
	if cfg.Prometheus {
		if err := t.openMetrics(about); err != nil {
			return nil, errors.Join(err, t.Shutdown(context.Background()))
		}
	}
	return t, nil
}

// collector returns the complete URL of a collector, since the exporter does not add the path for spans.
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

// openMetrics creates a registry with the engine's metrics, and those of Go and the operating system.
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

// maxScrapes is how many scrapes are served at once. Further ones are answered with 503.
const maxScrapes = 4

// TracerProvider returns the provider for engine.Config.Tracing, nil without traces.
func (t *Telemetry) TracerProvider() trace.TracerProvider {
	if t.traces == nil {
		return nil
	}
	return t.traces
}

// MeterProvider returns the provider for engine.Config.Metering, nil without metrics.
func (t *Telemetry) MeterProvider() metric.MeterProvider {
	if t.metrics == nil {
		return nil
	}
	return t.metrics
}

// MetricsHandler returns a handler for all metrics in Prometheus' text format, nil without metrics. It does not authenticate requests.
func (t *Telemetry) MetricsHandler() http.Handler { return t.handler }

// Shutdown sends the remaining spans until ctx ends, and stops tracing and metering. Close the engine first.
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
