package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// maxReason is how many bytes of a failure are logged, which may be what the collector answered.
const maxReason = 300

// logInterval is the least time between two log lines about lost spans.
const logInterval = time.Minute

// quietExporter sends spans and logs failures at most once in logInterval. It hides them from the SDK, whose error handler is global
// and reports each one.
type quietExporter struct {
	sdktrace.SpanExporter
	target string // the collector's URL, which may have a token
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
		q.logger.Warn("spans cannot be sent and are lost; check the collector in telemetry.traces.otlp", "spans", lost, "error", q.reason(err))
	}
	return nil
}

// reason returns the beginning of a failure's text, fit for a log and with no more of the collector's URL than its host.
func (q *quietExporter) reason(err error) string {
	text := terminal.Clean(strings.ReplaceAll(err.Error(), q.target, egress.RedactURL(q.target)))
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return text
}
