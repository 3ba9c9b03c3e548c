package route

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// run is one call under way. It belongs to the goroutine of the call. Policies that ask several providers at once run attempts in
// goroutines of their own, which report through results.
type run struct {
	router *Router
	route  *activeRoute
	call   *Call

	queue    []*candidate // not asked yet; see front
	again    []*candidate // may be asked again later
	live     int          // attempts that have not ended
	attempts []*attempt
	// results has room for every attempt, so that none blocks after the call has ended.
	results  chan *attempt
	readings map[int]*Reading
	because  message.Message // why the next one is asked
	due      bool            // the next one is asked beside the live ones
	best     int             // the attempt with the best reading that is not good enough for the cascade
	final    bool            // a failure forbids to ask anybody else
	done     bool
	over     atomic.Bool // the call has ended: no vendor is to be asked any more

	unusable, refusal error
	soonest           time.Time // when a provider that was passed over may be asked again
	verdict           Verdict
}

// parallel reports whether a policy may have several attempts at once.
func (p Policy) parallel() bool { return p == Hedge || p == Consensus }

// do makes attempts until there is a result or nobody left to ask.
func (x *run) do(ctx context.Context) *Verdict {
	ctx, cancel := context.WithTimeout(ctx, x.call.Deadline.Sub(x.router.cfg.Now())) // the given clock may not be the context's
	defer cancel()
	attemptCtx := ctx
	if x.route.Policy.parallel() {
		// An attempt that lost a race goes on to its end, so that its bill and its duration are known. It ends when the caller gives
		// up, but not with the call.
		detached, stop := context.WithCancelCause(context.WithoutCancel(ctx))
		unlink := context.AfterFunc(ctx, func() { stop(context.Cause(ctx)) })
		defer unlink()
		attemptCtx = detached
		x.results = make(chan *attempt, len(x.queue)*(1+x.route.Retries))
	}
	var hedge <-chan time.Time
	for !x.done {
		for !x.done && x.wants() {
			a := x.next(ctx)
			if a == nil {
				break
			}
			if x.results == nil {
				x.ask(attemptCtx, a)
				x.finish(ctx, a)
				continue
			}
			x.call.spawn(func() {
				x.ask(attemptCtx, a)
				x.results <- a
			})
			hedge = x.later(a)
		}
		if x.done || x.live == 0 {
			break
		}
		select {
		case a := <-x.results:
			x.finish(ctx, a)
		case <-hedge:
			hedge, x.due = nil, true
		case <-ctx.Done():
			x.done = true
		}
	}
	x.over.Store(true)
	return x.conclude(ctx)
}

// wants reports whether another attempt is to begin now.
func (x *run) wants() bool {
	if x.route.Policy != Consensus {
		return x.live == 0 || x.due
	}
	rule := x.route.Consensus
	if missing := rule.Agree - len(x.readings); missing > 0 {
		return x.live < missing
	}
	return x.live == 0 && len(x.readings) < rule.Of
}

// next begins an attempt with the next candidate that may be asked. It returns nil if there is none, or if it is better to wait
// for the attempts under way.
func (x *run) next(ctx context.Context) *attempt {
	defer func() { x.due = false }()
	for len(x.queue) > 0 {
		c := x.front()
		paid, ok := x.payHedge(c)
		if !ok {
			return nil // the candidate stays in the queue in case the others fail
		}
		x.queue = x.queue[1:]
		b, refused := c.account.enter(x.router.cfg.Now(), x.router.cfg.Zone, len(x.queue) > 0, x.router.draw)
		switch {
		case !refused:
			if a := x.begin(ctx, c); a != nil {
				return a
			}
		case !b.wait:
			x.passOver(c, b)
		default:
			c.block = &b
			x.again = append(x.again, c)
			x.passOver(c, b)
			x.because = message.New(message.NextSince, "provider", c.account.name, "why", b.why)
		}
		x.route.hedges.refund(paid)
	}
	for x.live == 0 && len(x.again) > 0 && ctx.Err() == nil {
		c := x.soonestAgain()
		if c.block.until.After(x.call.Deadline) {
			x.passOver(c, block{why: message.New(message.FreeTooLate, "until", c.block.until.In(x.router.cfg.Zone)), until: c.block.until})
			continue
		}
		x.because = message.New(message.WaitedFor, "provider", c.account.name, "why", c.block.why)
		if b, refused := c.account.await(ctx, x.router.cfg.Zone, *c.block); refused {
			if b.wait {
				c.block = &b
				x.again = append(x.again, c)
			} else {
				x.passOver(c, b)
			}
			continue
		}
		if a := x.begin(ctx, c); a != nil {
			return a
		}
	}
	return nil
}

// soonestAgain removes and returns the candidate that may be asked again first.
func (x *run) soonestAgain() *candidate {
	i := 0
	for j, c := range x.again {
		if c.block.until.Before(x.again[i].block.until) {
			i = j
		}
	}
	c := x.again[i]
	x.again = slices.Delete(x.again, i, i+1)
	return c
}

// passOver records a candidate that is not asked now.
func (x *run) passOver(c *candidate, b block) {
	if until := b.until; !until.IsZero() && (x.soonest.IsZero() || until.Before(x.soonest)) {
		x.soonest = until
	}
	x.skip(c.account.name, b.why)
	x.because = message.New(message.NextAfterSkipped, "provider", c.account.name)
}

func (x *run) skip(provider string, why message.Message) {
	x.verdict.Attempts = append(x.verdict.Attempts, AttemptRecord{Provider: provider, Number: -1, Outcome: Skipped, Reason: why, Result: Result{Billed: abi.BilledNo}})
}
