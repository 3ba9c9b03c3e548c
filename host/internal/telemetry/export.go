package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// quiet is how long after one complaint there is none.
const quiet = time.Minute

// discreet sends spans, and keeps failures from the SDK: its way to report them belongs to the whole process, and says each one.
type discreet struct {
	sdktrace.SpanExporter
	logger *slog.Logger
	now    func() time.Time

	mu   sync.Mutex
	said time.Time // when a failure was last logged
	lost int       // spans since then
}

// ExportSpans never fails: spans that cannot be sent are gone.
func (d *discreet) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := d.SpanExporter.ExportSpans(ctx, spans)
	if err == nil {
		return nil
	}
	d.mu.Lock()
	d.lost += len(spans)
	lost, now := d.lost, d.now()
	silent := !d.said.IsZero() && now.Sub(d.said) < quiet
	if !silent {
		d.said, d.lost = now, 0
	}
	d.mu.Unlock()
	if !silent {
		d.logger.Warn("spans cannot be sent and are lost: see to the collector that telemetry.traces.otlp names", "spans", lost, "error", err)
	}
	return nil
}
