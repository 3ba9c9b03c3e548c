package engine

import (
	"cmp"
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// sightOfCall is a call under observation.
type sightOfCall struct {
	sight
	route attribute.KeyValue
}

// beginCall begins to observe a call whose defaults are filled in.
func (g *generation) beginCall(ctx context.Context, req *Request) (context.Context, sightOfCall) {
	o := g.watch
	ctx, s := o.begin(ctx, "ocrmux.recognize", trace.SpanKindInternal)
	c := sightOfCall{sight: s, route: keyRoute.String(g.routeLabel(req))}
	if o.meters != nil {
		o.meters.active.Add(ctx, 1, metric.WithAttributes(c.route))
	}
	if c.span == nil {
		return ctx, c
	}
	document := other
	if g.documents[req.Document] != nil {
		document = req.Document
	}
	c.set(c.route, attribute.String("ocrmux.document", document), attribute.String("ocrmux.side", req.Side.String()))
	if r, ok := g.routes[req.Route]; ok && req.Provider == "" {
		c.set(attribute.String("ocrmux.policy", string(cmp.Or(r.Policy, route.Failover))))
	}
	if req.Tenant != "" {
		c.set(attribute.String("ocrmux.tenant", req.Tenant))
	}
	return ctx, c
}

// routeLabel returns the name of a request's route: "" where the request names a provider instead, and other for a route that does not exist.
func (g *generation) routeLabel(req *Request) string {
	switch {
	case !g.knows(req):
		return other
	case req.Provider != "":
		return ""
	}
	return req.Route
}

// endCall notes how a call ended.
func (o *observer) endCall(ctx context.Context, c sightOfCall, err error) {
	var f *Failure
	errorType := ""
	if e := (*Error)(nil); errors.As(err, &e) {
		f, errorType = &e.Failure, e.Failure.Kind.String()
	}
	if o.meters != nil {
		o.meters.active.Add(ctx, -1, metric.WithAttributes(c.route))
		attrs := failedAs([]attribute.KeyValue{c.route}, f)
		o.meters.calls.Add(ctx, 1, metric.WithAttributes(attrs...))
		o.record(ctx, o.meters.callTime, c.sight, attrs[:2]...)
	}
	if c.span != nil {
		c.set(failedAs(nil, f)...)
		c.end(errorType)
	}
}

// How a call was answered without asking a provider.
const (
	savedByShared = "shared" // with an equal call that was under way
	savedByCached = "kept"   // by an equal call before; metrics keep the word that they had first
)

// saved counts a call that cost nothing.
func (o *observer) saved(ctx context.Context, by string) {
	if o.tracer != nil {
		trace.SpanFromContext(ctx).SetAttributes(keySavedBy.String(by))
	}
	if o.meters != nil {
		o.meters.saved.Add(ctx, 1, metric.WithAttributes(keySavedBy.String(by)))
	}
}

// spent counts what the attempts of a call cost.
func (o *observer) spent(ctx context.Context, routeName string, attempts []Attempt) {
	if o.meters == nil {
		return
	}
	for i := range attempts {
		if a := &attempts[i]; a.Cost > 0 {
			o.meters.cost.Add(ctx, units(a.Cost), metric.WithAttributes(keyRoute.String(routeName), keyProvider.String(a.Provider),
				keyBilled.String(a.Billed.String()), keyCurrency.String(a.Currency)))
		}
	}
}

func units(a money.Amount) float64 { return float64(a) / money.Micro }

// beginAttempt begins to observe an attempt.
func (o *observer) beginAttempt(ctx context.Context, p *provider, t route.Attempt) (context.Context, sight) {
	ctx, s := o.begin(ctx, "ocrmux.attempt", trace.SpanKindInternal)
	if s.span != nil {
		s.set(keyProvider.String(p.name), keyPlugin.String(p.serves), attribute.Int("ocrmux.attempt.number", t.Number), attribute.String("ocrmux.attempt.reason", t.Reason.String()))
	}
	return ctx, s
}

// endAttempt notes how an attempt ended; e is nil for one that has read the document.
func (o *observer) endAttempt(ctx context.Context, s sight, p *provider, out *route.Result, e *Error) {
	var f *Failure
	errorType := ""
	if e != nil {
		f, errorType = &e.Failure, e.Failure.Kind.String()
	}
	if o.meters != nil {
		attrs := failedAs([]attribute.KeyValue{keyProvider.String(p.name)}, f)
		o.record(ctx, o.meters.attemptTime, s, attrs[:2]...)
		o.meters.attempts.Add(ctx, 1, metric.WithAttributes(append(attrs, keyBilled.String(out.Billed.String()))...))
	}
	if s.span == nil {
		return
	}
	s.set(append(failedAs(nil, f), keyBilled.String(out.Billed.String()))...)
	if out.VendorRequestID != "" {
		s.set(attribute.String("ocrmux.vendor_request_id", out.VendorRequestID))
	}
	if f != nil {
		s.set(attribute.Bool("ocrmux.retryable", f.Retryable), attribute.Bool("ocrmux.fail_over", f.FailOver))
	}
	s.end(errorType)
}

// beginInbound begins to observe a request at a front door.
func (o *observer) beginInbound(ctx context.Context, plugin string) (context.Context, sight) {
	ctx, s := o.begin(ctx, "ocrmux.door", trace.SpanKindInternal)
	s.set(keyPlugin.String(plugin))
	return ctx, s
}

// answered notes the status that a door's client gets, and how the call ended in the engine's words.
func (o *observer) answered(ctx context.Context, outcome string, status int) {
	if o.tracer != nil {
		trace.SpanFromContext(ctx).SetAttributes(keyOutcome.String(outcome), keyStatus.Int(status))
	}
}
