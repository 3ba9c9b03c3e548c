package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/engine/leaf"
)

// Recognize reads one document. It tries the providers of the route in turn, until one recognises the document or a
// failure says that no other would do better. The error is always a *[Error].
func (e *Engine) Recognize(ctx context.Context, req Request) (*Recognition, error) {
	if !e.running.begin() {
		f := closed()
		return nil, &Error{Failure: f.Failure, Attempts: []Attempt{}, err: f.err}
	}
	defer e.running.done()
	return e.recognize(ctx, req)
}

// recognize is Recognize for a call that Close waits for.
func (e *Engine) recognize(ctx context.Context, req Request) (*Recognition, error) {
	req.Document = cmp.Or(req.Document, idcard.Document)
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Limits.Timeout)
	defer cancel()
	candidates, reason, f := e.candidates(&req)
	if f != nil {
		return nil, &Error{Failure: f.Failure, Attempts: []Attempt{}, err: f.err}
	}
	pic := &picture{from: req.Picture}
	attempts := make([]Attempt, 0, len(candidates))
	var last *failed
	for _, p := range candidates {
		if why := p.cannot(&req); why != "" {
			attempts = append(attempts, Attempt{Provider: p.name, Outcome: Skipped, Billed: abi.BilledNo, Reason: why})
			reason = fmt.Sprintf("next after %s was skipped", p.name)
			continue
		}
		attempt := Attempt{Provider: p.name, Started: e.cfg.Now(), Reason: reason}
		done, s, f := e.attempt(ctx, p, &req, pic)
		if f == nil {
			f = s.judge(done)
		}
		attempt.DurationMs = e.cfg.Now().Sub(attempt.Started).Milliseconds()
		if f == nil {
			attempt.Outcome, attempt.Billed, attempt.VendorRequestID = Recognized, s.charged(done.Billed), clip(done.VendorRequestID)
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
	if last == nil {
		last = nobody(candidates, attempts)
	}
	return nil, &Error{Failure: last.Failure, Attempts: attempts, err: last.err}
}

// nobody is the failure of a call for which every provider was skipped: the operator's when one could not be loaded, the
// caller's when all are well and none does what was asked.
func nobody(candidates []*provider, skipped []Attempt) *failed {
	f := failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "no provider can serve this request", nil)
	var why []string
	for i, p := range candidates {
		why = append(why, p.name+" "+skipped[i].Reason)
		if p.loadErr != nil {
			f.Kind, f.Fault, f.err = abi.FailureKindUnavailable, abi.FaultOperator, p.loadErr
		}
	}
	if len(candidates) == 0 {
		f.Kind, f.Fault = abi.FailureKindUnavailable, abi.FaultOperator
		why = []string{"there are none"}
	}
	f.Message += ": " + strings.Join(why, "; ")
	return f
}

// candidates are the providers to consider, in order, and why the first of them comes first.
func (e *Engine) candidates(req *Request) ([]*provider, string, *failed) {
	if req.Provider != "" {
		p, ok := e.providers[req.Provider]
		if !ok {
			return nil, "", failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, fmt.Sprintf("there is no provider %q; want %s", req.Provider, oneOf(slices.Sorted(maps.Keys(e.providers)))), nil)
		}
		return []*provider{p}, "named by the request", nil
	}
	name := cmp.Or(req.Route, DefaultRoute)
	r, ok := e.routes[name]
	if !ok {
		return nil, "", failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, fmt.Sprintf("there is no route %q; want %s", name, oneOf(slices.Sorted(maps.Keys(e.routes)))), nil)
	}
	out := make([]*provider, 0, len(r.Providers))
	for _, p := range r.Providers {
		out = append(out, e.providers[p])
	}
	return out, "first in route " + name, nil
}

// cannot says why a provider does not come into question for a request; empty when it does.
func (p *provider) cannot(req *Request) string {
	if p.loadErr != nil {
		return "is not loaded: " + p.loadErr.Error()
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
