package engine

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/route"
)

// call is one call of Recognize that asks providers.
type call struct {
	gen     *generation
	request *Request
	picture *picture

	mu     sync.Mutex           // policies ask several providers at once
	read   map[int]*Recognition // by the number of the attempt
	failed map[int]*Error       // likewise
}

// recognize is Recognize for a call that Close waits for. A picture that is open already is not opened again.
func (g *generation) recognize(ctx context.Context, req Request, pic *picture) (*Recognition, error) {
	req = req.own()
	req.Document, req.Route = cmp.Or(req.Document, idcard.Document), cmp.Or(req.Route, DefaultRoute)
	within, seen := g.beginCall(ctx, &req)
	r, err := g.answer(within, &req, pic)
	if err != nil {
		err = err.(*Error).endedBy(ctx)
	}
	g.watch.endCall(within, seen, err)
	return r, err
}

// answer returns a cached result, or the result of an equal call that is under way, or makes a call.
func (g *generation) answer(ctx context.Context, req *Request, pic *picture) (*Recognition, error) {
	timeout := cmp.Or(g.router.Timeout(req.Route), g.cfg.Limits.Timeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if endOf(ctx) != nil {
		return nil, noAttempt(expired(ctx))
	}
	if pic.from.url == "" && g.knows(req) {
		if f := g.openPicture(ctx, pic); f != nil {
			return nil, noAttempt(f)
		}
	}
	key := g.results.key(req, pic)
	if r := g.results.get(key); r != nil {
		g.watch.saved(ctx, savedByCached)
		r.Attempts = free(r.Attempts, message.CachedAnswer)
		return r, nil
	}
	return g.share(ctx, req, pic, func(ctx context.Context) (*Recognition, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		c := &call{gen: g, request: req, picture: pic, read: make(map[int]*Recognition), failed: make(map[int]*Error)}
		r, err := c.run(ctx, timeout)
		if err != nil {
			return nil, err.endedBy(ctx)
		}
		g.results.put(key, r)
		return r, nil
	})
}

// knows reports whether the route or provider that a request names exists.
func (g *generation) knows(req *Request) bool {
	if req.Provider != "" {
		return g.providers[req.Provider] != nil
	}
	_, ok := g.routes[req.Route]
	return ok
}

// run lets the route ask providers, and makes a result of what they have read.
func (c *call) run(ctx context.Context, timeout time.Duration) (*Recognition, *Error) {
	g, req := c.gen, c.request
	verdict := g.router.Run(ctx, &route.Call{
		Route: req.Route, Provider: req.Provider, Tenant: req.Tenant, Needs: needs(req, c.picture.from.url), Deadline: g.cfg.Now().Add(timeout),
		Attempt: c.attempt, Go: g.running.Go,
	})
	attempts := c.attempts(verdict)
	g.watch.spent(ctx, g.routeLabel(req), attempts)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case verdict.Vote != nil:
		read := make(map[int]*Recognition)
		for _, x := range verdict.Attempts {
			if x.Outcome == Recognized {
				read[x.Number] = c.read[x.Number]
			}
		}
		r := g.merge(verdict.Vote, read)
		r.Attempts = attempts
		return r, nil
	case verdict.Winner >= 0:
		r := c.read[verdict.Winner]
		r.Attempts = attempts
		return r, nil
	case verdict.Failure >= 0:
		e := c.failed[verdict.Failure]
		e.Attempts = attempts
		return nil, e
	default:
		return nil, refused(verdict.Refused, attempts)
	}
}

// needs returns what a provider must offer to serve a request.
func needs(req *Request, url string) route.Needs {
	n := route.Needs{Document: req.Document, Side: req.Side, Fields: req.Fields, Extras: req.Extras, Signals: req.Signals, Labels: req.Labels}
	if req.PassURL {
		n.URLBytes = max(1, len(url))
	}
	return n
}

// refused is the error of a call for which the route has asked no provider.
func refused(r *route.Failure, attempts []Attempt) *Error {
	return &Error{
		Failure:  Failure{Kind: r.Kind, Fault: r.Fault, Message: r.Message, Billed: abi.BilledNo, RetryAfter: r.RetryAfter, Retryable: r.RetryAfter > 0},
		Attempts: attempts, err: r.Err,
	}
}

// notLoaded returns why a provider's plugin is not loaded, nil for one that is.
func (g *generation) notLoaded(name string) error { return g.providers[name].loadErr }
