package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/ocrmux/ocrmux/host/internal/telemetry"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
)

func TestTelemetryExportsNothingByDefault(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if tel.TracerProvider() != nil || tel.MeterProvider() != nil || tel.MetricsHandler() != nil {
		t.Error("something is watched")
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTelemetrySendsSpansWithTheProgramsName(t *testing.T) {
	t.Parallel()
	var got leaktest.Sink
	var path string
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		_, _ = io.Copy(&got, r.Body)
	}))
	defer collector.Close()
	tel, err := telemetry.New(telemetry.Config{OTLP: collector.URL, Sample: 1, Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "a span")
	span.End()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a span", "service.name", "ocrmux", "service.version", "v1.2.3"} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("the collector was not told %q", want)
		}
	}
	if path != "/v1/traces" {
		t.Errorf("spans went to %q", path)
	}
}

func TestTelemetryKeepsTracesOfTheCaller(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Config{OTLP: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	tracer := tel.TracerProvider().Tracer("test")
	_, own := tracer.Start(t.Context(), "own")
	caller := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled, Remote: true})
	_, wanted := tracer.Start(trace.ContextWithSpanContext(t.Context(), caller), "wanted")
	if own.IsRecording() || !wanted.IsRecording() {
		t.Errorf("own %v, a caller's %v", own.IsRecording(), wanted.IsRecording())
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTelemetryLogsLostSpansOnceAMinute(t *testing.T) {
	t.Parallel()
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer collector.Close()
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	var log leaktest.Sink
	tel, err := telemetry.New(telemetry.Config{
		OTLP: collector.URL, Sample: 1, Logger: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	flusher := tel.TracerProvider().(interface{ ForceFlush(context.Context) error })
	for _, tt := range []struct {
		after time.Duration
		said  int
	}{{0, 1}, {time.Second, 1}, {58 * time.Second, 1}, {time.Second, 2}} {
		now = now.Add(tt.after)
		_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "a span")
		span.End()
		if err := flusher.ForceFlush(t.Context()); err != nil {
			t.Errorf("a refusal came back: %v", err)
		}
		if got := strings.Count(log.String(), "spans cannot be sent"); got != tt.said {
			t.Errorf("%v: complained %d times, want %d", now, got, tt.said)
		}
	}
	if !strings.Contains(log.String(), "spans=3") {
		t.Errorf("the second complaint does not count what was lost in silence:\n%s", log.String())
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTelemetrySendsSpansToItsCollectorOnly(t *testing.T) {
	t.Parallel()
	unwanted := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("spans arrived elsewhere") }))
	defer unwanted.Close()
	for name, h := range map[string]http.HandlerFunc{
		//attack-each:supply-requests
		"a collector that redirects": http.RedirectHandler(unwanted.URL, http.StatusTemporaryRedirect).ServeHTTP,
		//attack-each:supply-text
		"a collector whose answer fills the log and controls a terminal": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "\x1b[2K\n"+strings.Repeat("张", 100<<10))
		},
	} {
		collector := httptest.NewServer(h)
		var log leaktest.Sink
		tel, err := telemetry.New(telemetry.Config{OTLP: collector.URL + "/s3cret", Sample: 1, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "a span")
		span.End()
		if err := tel.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		collector.Close()
		text := log.String()
		if !strings.Contains(text, "spans cannot be sent") || len(text) > 1000 || strings.Contains(text, "\\u001b") || strings.Contains(text, "s3cret") {
			t.Errorf("%s: logged %.2000q", name, text)
		}
	}
}

func TestMetricsIncludeTheProcess(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Config{Prometheus: true, Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	count, err := tel.MeterProvider().Meter("test").Int64Counter("ocrmux.calls")
	if err != nil {
		t.Fatal(err)
	}
	count.Add(t.Context(), 7)
	text := scrape(t, tel)
	for _, want := range []string{"ocrmux_calls_total 7", "go_goroutines", "process_start_time_seconds", `target_info{service_name="ocrmux",service_version="v1.2.3"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// scrape returns the metrics as Prometheus gets them.
func scrape(t *testing.T, tel *telemetry.Telemetry) string {
	t.Helper()
	w := httptest.NewRecorder()
	tel.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestWithTraceAddsTheTrace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(telemetry.WithTrace(slog.NewTextHandler(&out, nil))).With("of", "test")
	within := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab}, SpanID: trace.SpanID{0xcd}}))
	log.InfoContext(within, "within")
	log.InfoContext(t.Context(), "without")
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, "of=test trace_id=ab000000000000000000000000000000 span_id=cd00000000000000") || strings.Contains(second, "trace_id") {
		t.Errorf("logged:\n%s", out.String())
	}
}
