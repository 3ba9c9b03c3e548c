package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// logInterval is the least time between two log lines about lost spans.
const logInterval = time.Minute

// quietExporter sends spans and logs failures at most once in logInterval. It hides them from the SDK, whose error handler is global
// and reports each one.
type quietExporter struct {
	sdktrace.SpanExporter
	logger *slog.Logger
	now    func() time.Time

	mu     sync.Mutex
	logged time.Time // when a failure was last logged
	lost   int       // spans since then
}

// ExportSpans never returns an error. Spans that cannot be sent are lost.
func (q *quietExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := q.SpanExporter.ExportSpans(ctx, spans)
	if err == nil {
		return nil
	}
	q.mu.Lock()
	q.lost += len(spans)
	lost, now := q.lost, q.now()
	silent := !q.logged.IsZero() && now.Sub(q.logged) < logInterval
	if !silent {
		q.logged, q.lost = now, 0
	}
	q.mu.Unlock()
	if !silent {
		q.logger.Warn("spans cannot be sent and are lost; check the collector in telemetry.traces.otlp", "spans", lost, "error", err)
	}
	return nil
}
