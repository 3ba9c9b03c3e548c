package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/route"
)

// noAttempt is the error of a call that failed before any provider was asked.
func noAttempt(f *failed) *Error {
	return &Error{Failure: f.Failure, Attempts: []Attempt{}, err: f.err}
}

// recognize is Recognize for a call that Close waits for.
func (g *generation) recognize(ctx context.Context, req Request) (*Recognition, error) {
	req = req.own()
	req.Document, req.Route = cmp.Or(req.Document, idcard.Document), cmp.Or(req.Route, DefaultRoute)
	ctx, seen := g.observeCall(ctx, &req)
	r, err := g.answer(ctx, req)
	g.watch.observed(ctx, seen, err)
	return r, err
}

// answer is recognize for a request whose defaults are filled in.
func (g *generation) answer(ctx context.Context, req Request) (*Recognition, error) {
	timeout := cmp.Or(g.router.Timeout(req.Route), g.cfg.Limits.Timeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	pic := &picture{from: req.Picture}
	if req.Picture.url == "" && g.knows(&req) {
		if f := g.openPicture(ctx, pic); f != nil {
			return nil, noAttempt(f)
		}
	}
	key := g.results.key(&req, pic.data)
	if r := g.results.get(key); r != nil {
		g.watch.saved(ctx, savedByKept)
		r.Attempts = free(r.Attempts, "kept from an equal call")
		return r, nil
	}
	return g.share(ctx, &req, pic.data, func(ctx context.Context) (*Recognition, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		c := &call{gen: g, request: &req, picture: pic, results: make(map[int]*result)}
		r, err := c.run(ctx, timeout)
		if err != nil {
			return nil, err
		}
		g.results.put(key, r)
		return r, nil
	})
}

// knows reports whether the route or provider that a request names is there.
func (g *generation) knows(req *Request) bool {
	if req.Provider != "" {
		return g.providers[req.Provider] != nil
	}
	_, ok := g.routes[req.Route]
	return ok
}

// call is one call of Recognize.
type call struct {
	gen     *generation
	request *Request
	picture *picture

	mu      sync.Mutex // policies ask several providers at once
	results map[int]*result
}

// result of one attempt: a recognition or a failure.
type result struct {
	recognition *Recognition
	failed      *failed
}

func (c *call) run(ctx context.Context, timeout time.Duration) (*Recognition, *Error) {
	e, req := c.gen, c.request
	verdict := e.router.Run(ctx, &route.Call{
		Route: req.Route, Provider: req.Provider, Tenant: req.Tenant, Needs: needs(req), Deadline: e.cfg.Now().Add(timeout), Attempt: c.attempt, Go: e.running.Go,
	})
	attempts := c.attempts(verdict)
	e.watch.spent(ctx, e.told(req), attempts)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case verdict.Vote != nil:
		read := make(map[int]*Recognition)
		for _, x := range verdict.Attempts {
			if x.Outcome == route.Recognized {
				read[x.Number] = c.results[x.Number].recognition
			}
		}
		r := e.merge(verdict.Vote, read)
		r.Attempts = attempts
		return r, nil
	case verdict.Winner >= 0:
		r := c.results[verdict.Winner].recognition
		r.Attempts = attempts
		return r, nil
	case verdict.Failure >= 0:
		f := c.results[verdict.Failure].failed
		return nil, &Error{Failure: f.Failure, Attempts: attempts, err: f.err}
	default:
		return nil, &Error{Failure: refused(verdict.Refused), Attempts: attempts, err: verdict.Refused.Err}
	}
}

// needs of a request that its route must meet.
func needs(req *Request) route.Needs {
	n := route.Needs{Document: req.Document, Side: req.Side, Fields: req.Fields, Extras: req.Extras, Signals: req.Signals, Labels: req.Labels}
	if req.PassURL {
		n.URLBytes = max(1, len(req.Picture.url))
	}
	return n
}

// attempt asks one provider, for the router.
func (c *call) attempt(ctx context.Context, t route.Attempt) route.Result {
	e, p := c.gen, c.gen.providers[t.Provider]
	started := e.cfg.Now()
	ctx, seen := e.watch.observeAttempt(ctx, p, t)
	done, s, f := e.attempt(ctx, p, c.request, c.picture, t.Ready)
	if s.unready != nil { // whatever the provider made of it
		f = s.notPermitted()
	}
	if f == nil {
		f = s.validate(done)
	}
	out := &result{failed: f}
	outcome := route.Result{}
	if f == nil {
		out.recognition = s.recognition(c.request, done)
		outcome = route.Result{Reading: reading(out.recognition), Billed: s.charged(done.Billed), VendorRequestID: clip(done.VendorRequestID)}
	} else {
		f.Provider = p.name
		outcome = route.Result{Failure: failure(f, s), Billed: f.Billed, VendorRequestID: f.requestID}
	}
	c.mu.Lock()
	c.results[t.Number] = out
	c.mu.Unlock()
	e.watch.attempted(ctx, seen, p, &outcome, f)
	e.logAttempt(ctx, t, &outcome, f, e.cfg.Now().Sub(started))
	return outcome
}

// failure is what a route decides by.
func failure(f *failed, s *attempt) *route.Failure {
	if s.unready != nil {
		return s.unready
	}
	return &route.Failure{
		Kind: f.Kind, Fault: f.Fault, Retryable: f.Retryable, FailOver: f.FailOver, Message: f.Message,
		RetryAfter: time.Duration(f.RetryAfterMs) * time.Millisecond,
		Ours:       f.Fault == abi.FaultCaller && (!s.reached || f.Kind == abi.FailureKindTimeout) || f.Kind == abi.FailureKindPermissionDenied && !s.reached,
	}
}

// attempts is what was considered, as the result model has it.
func (c *call) attempts(v *route.Verdict) []Attempt {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Attempt, 0, len(v.Attempts))
	for _, x := range v.Attempts {
		a := Attempt{Provider: x.Provider, Started: x.Started, Outcome: x.Outcome, DurationMs: x.Took.Milliseconds(), Billed: x.Result.Billed, VendorRequestID: x.Result.VendorRequestID, Reason: x.Reason}
		if r := c.results[x.Number]; r != nil && x.Outcome == Failed {
			a.Failure = &r.failed.Failure
		}
		if x.Cost > 0 {
			a.Cost, a.Currency, a.Price = x.Cost, string(c.gen.currency()), x.Source
		}
		out = append(out, a)
	}
	return out
}

// refused is the failure of a call that the route did not let go to any provider.
func refused(r *route.Refusal) Failure {
	return Failure{Kind: r.Kind, Fault: r.Fault, Message: r.Message, Billed: abi.BilledNo, RetryAfterMs: milliseconds(r.RetryAfter), Retryable: r.RetryAfter > 0}
}

func milliseconds(d time.Duration) uint32 {
	return uint32(min(max(d.Milliseconds(), 0), 1<<32-1))
}

func (g *generation) logAttempt(ctx context.Context, t route.Attempt, o *route.Result, f *failed, took time.Duration) {
	outcome, level := Recognized, slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("provider", t.Provider), slog.Int64("duration_ms", took.Milliseconds()),
		slog.String("billed", o.Billed.String()), slog.String("vendor_request_id", o.VendorRequestID), slog.String("reason", t.Reason),
	}
	if f != nil {
		outcome, level = Failed, slog.LevelWarn
		attrs = append(attrs, slog.String("kind", f.Kind.String()), slog.String("vendor_code", f.VendorCode), slog.String("message", f.Message))
	}
	g.cfg.Logger.LogAttrs(ctx, level, "attempt", append(attrs, slog.String("outcome", string(outcome)))...)
}

// notLoaded is why a provider cannot be asked; nil when it can.
func (g *generation) notLoaded(name string) error {
	if err := g.providers[name].loadErr; err != nil {
		return fmt.Errorf("is not loaded: %w", err)
	}
	return nil
}
