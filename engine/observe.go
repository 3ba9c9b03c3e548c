package engine

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// observer tells tracing and metering what the engine does: names of the configuration, words of the contract and numbers, never what was
// read. Where nobody wants to know it does nothing. It is safe for concurrent use.
type observer struct {
	tracer trace.Tracer // nil when nobody traces
	meters *meters      // nil when nobody meters
	now    func() time.Time
}

// scope names the engine to tracing and metering.
const scope = "github.com/ocrmux/ocrmux/engine"

// Attributes of spans and metrics. Those without the prefix are OpenTelemetry's own.
const (
	keyRoute     = attribute.Key("ocrmux.route")
	keyProvider  = attribute.Key("ocrmux.provider")
	keyPlugin    = attribute.Key("ocrmux.plugin")
	keyKind      = attribute.Key("ocrmux.plugin.kind")
	keyOutcome   = attribute.Key("ocrmux.outcome")
	keyFault     = attribute.Key("ocrmux.fault")
	keyBilled    = attribute.Key("ocrmux.billed")
	keyCurrency  = attribute.Key("ocrmux.currency")
	keyPhase     = attribute.Key("ocrmux.step.phase")
	keySavedBy   = attribute.Key("ocrmux.saved_by")
	keyErrorType = attribute.Key("error.type")
	keyMethod    = attribute.Key("http.request.method")
	keyStatus    = attribute.Key("http.response.status_code")
	keyAddress   = attribute.Key("server.address")
	keyPort      = attribute.Key("server.port")
)

// other stands for a name that somebody else made up: it may be anything, and there may be any number of them.
const other = "_OTHER"

func newObserver(c *Config) (*observer, error) {
	o := &observer{now: c.Now}
	if c.Tracing != nil {
		o.tracer = c.Tracing.Tracer(scope)
	}
	if c.Metering == nil {
		return o, nil
	}
	var err error
	o.meters, err = newMeters(c.Metering.Meter(scope))
	return o, err
}

// sight is one piece of work under observation. The zero value is of one that nobody looks at.
type sight struct {
	span  trace.Span // nil where nobody records it
	began time.Time
}

// begin looks at a piece of work from now on. The context is for what is done within it.
func (o *observer) begin(ctx context.Context, name string, kind trace.SpanKind) (context.Context, sight) {
	var s sight
	if o.meters != nil {
		s.began = o.now()
	}
	if o.tracer == nil {
		return ctx, s
	}
	ctx, span := o.tracer.Start(ctx, name, trace.WithSpanKind(kind))
	if span.IsRecording() {
		s.span = span
	} else {
		span.End()
	}
	return ctx, s
}

// set adds attributes to the span, if there is one. Whoever has to work for them asks first.
func (s sight) set(attrs ...attribute.KeyValue) {
	if s.span != nil {
		s.span.SetAttributes(attrs...)
	}
}

// end ends the span. A failure has a word of ours that says what went wrong; everything else about it may quote a card.
func (s sight) end(errorType string) {
	if s.span == nil {
		return
	}
	if errorType != "" {
		s.span.SetAttributes(keyErrorType.String(errorType))
		s.span.SetStatus(codes.Error, errorType)
	}
	s.span.End()
}

// record puts the time that a piece of work took into a histogram.
func (o *observer) record(ctx context.Context, h metric.Float64Histogram, s sight, attrs ...attribute.KeyValue) {
	h.Record(ctx, o.now().Sub(s.began).Seconds(), metric.WithAttributes(attrs...))
}

// failedAs adds what a failure is counted by.
func failedAs(attrs []attribute.KeyValue, f *Failure) []attribute.KeyValue {
	if f == nil {
		return append(attrs, keyOutcome.String(string(Recognized)))
	}
	return append(attrs, keyOutcome.String(string(Failed)), keyErrorType.String(f.Kind.String()), keyFault.String(f.Fault.String()))
}
