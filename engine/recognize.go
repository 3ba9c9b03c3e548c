package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/engine/leaf"
)

// Recognize reads one document. It tries the providers of the route in turn, until one recognises the document or a
// failure says that no other would do better. The error is always a *[Error].
func (e *Engine) Recognize(ctx context.Context, req Request) (*Recognition, error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Limits.Timeout)
	defer cancel()
	req.Document = cmp.Or(req.Document, idcard.Document)
	candidates, reason, f := e.candidates(&req)
	if f != nil {
		return nil, &Error{Failure: f.Failure, Attempts: []Attempt{}, err: f.err}
	}
	pic := &picture{from: req.Picture}
	attempts := make([]Attempt, 0, len(candidates))
	last := failWith(abi.FailureKindUnavailable, abi.FaultOperator, "no provider of the route can serve this request", nil)
	for _, p := range candidates {
		if why := p.cannot(&req); why != "" {
			attempts = append(attempts, Attempt{Provider: p.name, Outcome: Skipped, Billed: abi.BilledNo, Reason: why})
			continue
		}
		attempt := Attempt{Provider: p.name, Started: e.cfg.Now(), Reason: reason}
		done, s, f := e.attempt(ctx, p, &req, pic)
		if f == nil {
			f = s.judge(done)
		}
		attempt.DurationMs = e.cfg.Now().Sub(attempt.Started).Milliseconds()
		if f == nil {
			attempt.Outcome, attempt.Billed, attempt.VendorRequestID = Recognized, done.Billed, done.VendorRequestID
			e.logAttempt(ctx, &attempt)
			return s.recognition(&req, done, append(attempts, attempt)), nil
		}
		f.Provider = p.name
		attempt.Outcome, attempt.Billed, attempt.VendorRequestID = Failed, f.Billed, f.requestID
		attempt.Failure = &f.Failure
		e.logAttempt(ctx, &attempt)
		attempts = append(attempts, attempt)
		last = f
		if !f.FailOver || ctx.Err() != nil {
			break
		}
		reason = fmt.Sprintf("next after %s failed with %s", p.name, f.Kind)
	}
	return nil, &Error{Failure: last.Failure, Attempts: attempts, err: last.err}
}

// candidates are the providers to consider, in order, and why the first of them comes first.
func (e *Engine) candidates(req *Request) ([]*provider, string, *failed) {
	if req.Provider != "" {
		p, ok := e.providers[req.Provider]
		if !ok {
			return nil, "", failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, fmt.Sprintf("there is no provider %q; there are %s", req.Provider, quoted(e.providerNames())), nil)
		}
		return []*provider{p}, "named by the request", nil
	}
	name := cmp.Or(req.Route, DefaultRoute)
	r, ok := e.routes[name]
	if !ok {
		return nil, "", failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, fmt.Sprintf("there is no route %q", name), nil)
	}
	out := make([]*provider, 0, len(r.Providers))
	for _, p := range r.Providers {
		out = append(out, e.providers[p])
	}
	return out, "first in route " + name, nil
}

func (e *Engine) providerNames() []string {
	var names []string
	for _, i := range e.Providers() {
		if i.State != NotConfigured {
			names = append(names, i.Name)
		}
	}
	return names
}

// cannot says why a provider does not come into question for a request; empty when it does.
func (p *provider) cannot(req *Request) string {
	if p.loadErr != nil {
		return "not loaded: " + p.loadErr.Error()
	}
	for _, d := range p.plugin.Manifest.Documents {
		if d.Document != req.Document {
			continue
		}
		if req.Side != abi.SideUnspecified && len(d.Sides) > 0 && !slices.Contains(d.Sides, req.Side) {
			return fmt.Sprintf("does not read the %s side", req.Side)
		}
		for _, x := range req.Extras {
			if !slices.Contains(d.Extras, x) {
				return fmt.Sprintf("does not give %q", x)
			}
		}
		return ""
	}
	return fmt.Sprintf("does not read %s", req.Document)
}

func (e *Engine) logAttempt(ctx context.Context, a *Attempt) {
	attrs := []slog.Attr{
		slog.String("provider", a.Provider), slog.String("outcome", string(a.Outcome)), slog.Int64("duration_ms", a.DurationMs),
		slog.String("billed", a.Billed.String()), slog.String("vendor_request_id", a.VendorRequestID), slog.String("reason", a.Reason),
	}
	level := slog.LevelInfo
	if a.Failure != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("kind", a.Failure.Kind.String()), slog.String("vendor_code", a.Failure.VendorCode), slog.String("message", a.Failure.Message))
	}
	e.cfg.Logger.LogAttrs(ctx, level, "attempt", attrs...)
}

func optionLeaves(options map[string]any) []abi.Leaf {
	if len(options) == 0 {
		return nil
	}
	return leaf.FromMap(options)
}
