package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/route"
)

// attempt asks one provider, for the router.
func (c *call) attempt(ctx context.Context, t route.Attempt) route.Result {
	g, p := c.gen, c.gen.providers[t.Provider]
	started := g.cfg.Now()
	ctx, seen := g.watch.beginAttempt(ctx, p, t)
	a := g.newAttempt(p, t.Ready)
	done, f := a.run(ctx, c.request, c.picture)
	if a.unready != nil { // regardless of what the plugin has made of it
		f = a.notReady(ctx)
	}
	var outcome route.Result
	c.mu.Lock()
	if f == nil {
		r := a.recognition(c.request, done)
		c.read[t.Number] = r
		id := a.redactRequestID(done.VendorRequestID, readings(r, done)...)
		outcome = route.Result{Reading: reading(r), Billed: a.charged(done.Billed), VendorRequestID: id}
	} else {
		f.Failure.Provider = p.name
		c.failed[t.Number] = f
		outcome = route.Result{Failure: a.routeFailure(&f.Failure), Billed: f.Failure.Billed, VendorRequestID: f.requestID}
	}
	c.mu.Unlock()
	g.watch.endAttempt(ctx, seen, p, &outcome, f)
	g.logAttempt(ctx, t, &outcome, f, g.cfg.Now().Sub(started))
	return outcome
}

// routeFailure is as much of a failure as a route decides by.
func (a *attempt) routeFailure(f *Failure) *route.Failure {
	if a.unready != nil {
		return a.unready
	}
	return &route.Failure{
		Kind: f.Kind, Fault: f.Fault, Retryable: f.Retryable, FailOver: f.FailOver, Message: f.Message, RetryAfter: f.RetryAfter,
		Ours: f.Fault == abi.FaultCaller && (!a.reached || f.Kind == abi.FailureKindTimeout) || f.Kind == abi.FailureKindPermissionDenied && !a.reached,
	}
}

// attempts returns what the route has considered, in the result model.
func (c *call) attempts(v *route.Verdict) []Attempt {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Attempt, 0, len(v.Attempts))
	for _, x := range v.Attempts {
		a := Attempt{
			Provider: x.Provider, Started: x.Started, Duration: x.Took, Outcome: x.Outcome, Billed: x.Result.Billed,
			VendorRequestID: x.Result.VendorRequestID, Reason: x.Reason,
		}
		if e := c.failed[x.Number]; e != nil && x.Outcome == Failed {
			a.Failure = &e.Failure
		}
		if x.Cost > 0 {
			a.Cost, a.Currency, a.Price = x.Cost, string(c.gen.currency()), x.PriceSource
		}
		out = append(out, a)
	}
	return out
}

func (g *generation) logAttempt(ctx context.Context, t route.Attempt, o *route.Result, e *Error, took time.Duration) {
	outcome, level := Recognized, slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("provider", t.Provider), slog.Int64("duration_ms", took.Milliseconds()),
		slog.String("billed", o.Billed.String()), slog.String("vendor_request_id", o.VendorRequestID), slog.String("reason", t.Reason.String()),
	}
	if e != nil {
		f := &e.Failure
		outcome, level = Failed, slog.LevelWarn
		attrs = append(attrs, slog.String("kind", f.Kind.String()), slog.String("vendor_code", f.VendorCode), slog.String("message", f.Message.String()))
	}
	g.cfg.Logger.LogAttrs(ctx, level, "attempt", append(attrs, slog.String("outcome", string(outcome)))...)
}
