package engine

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// observer reports to tracing and metering what the engine does: names of the configuration, words of the contract and numbers, but no data of
// a card. It only looks on: nothing is done here that a call needs. Without tracing and metering it does nothing. It is safe for concurrent
// use.
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

// other replaces names that somebody else has made up. They may be anything, and there may be any number of them.
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

// sight is one piece of work under observation. The zero value is of one that nobody observes.
type sight struct {
	span  trace.Span // nil where nobody records it
	began time.Time
}

// begin begins to observe a piece of work. The context is for what is done within it.
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

// set adds attributes to the span, if there is one. A caller that has to work for them checks that first.
func (s sight) set(attrs ...attribute.KeyValue) {
	if s.span != nil {
		s.span.SetAttributes(attrs...)
	}
}

// end ends the span. The type of an error is one word of ours; everything else about the error may quote a card.
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

// record adds the duration of a piece of work to a histogram.
func (o *observer) record(ctx context.Context, h metric.Float64Histogram, s sight, attrs ...attribute.KeyValue) {
	h.Record(ctx, o.now().Sub(s.began).Seconds(), metric.WithAttributes(attrs...))
}

// failedAs adds the attributes of an outcome; f is nil for a success.
func failedAs(attrs []attribute.KeyValue, f *Failure) []attribute.KeyValue {
	if f == nil {
		return append(attrs, keyOutcome.String(string(Recognized)))
	}
	return append(attrs, keyOutcome.String(string(Failed)), keyErrorType.String(f.Kind.String()), keyFault.String(f.Fault.String()))
}
