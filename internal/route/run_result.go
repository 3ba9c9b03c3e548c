package route

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// finish records the result of an attempt and decides what follows.
func (x *run) finish(ctx context.Context, a *attempt) {
	x.live--
	c := &x.verdict.Attempts[a.at]
	c.Took, c.Result, c.Outcome = a.took, a.outcome, Failed
	if a.outcome.Billed != abi.BilledNo {
		c.Cost = a.quote.Amount
	}
	switch r := a.outcome.Reading; {
	case r == nil:
		x.failed(ctx, a)
	case x.route.Policy == Cascade:
		c.Outcome = Recognized
		x.cascade(a, r)
	case x.route.Policy == Consensus:
		c.Outcome = Recognized
		x.consensus(a, r)
	default:
		c.Outcome = Recognized
		x.verdict.Winner, x.done = a.Number, true
	}
}

// failed decides by the fields of a failure who is asked next.
func (x *run) failed(ctx context.Context, a *attempt) {
	f := a.outcome.Failure
	x.verdict.Failure = a.Number
	x.because = message.New(message.NextAfterFailure, "provider", a.Provider, "kind", f.Kind)
	over := x.final
	if !f.FailOver {
		x.queue, x.again, x.final = nil, nil, true
	}
	if c := a.candidate; !over && f.Retryable && c.retries < x.route.Retries && (a.outcome.Billed == abi.BilledNo || x.route.RepeatBilled) && !f.parks() {
		c.retries++
		c.block = &block{why: message.New(message.FailedWith, "kind", f.Kind), until: x.router.cfg.Now().Add(max(f.RetryAfter, x.backoff(c.retries))), wait: true}
		x.again = append(x.again, c)
	}
	x.done = ctx.Err() != nil
}

const (
	firstBackoff = 200 * time.Millisecond
	maxBackoff   = 5 * time.Second
)

// backoff returns the wait before the n-th retry. It doubles each time, and half of it is random.
func (x *run) backoff(n int) time.Duration {
	d := min(firstBackoff<<min(n-1, 10), maxBackoff)
	return d/2 + time.Duration(x.router.draw()*float64(d/2))
}

// cascade ends the call with a reading that is good enough, and remembers the best one that is not.
func (x *run) cascade(a *attempt, r *Reading) {
	lacks := x.route.Accept.lacks(r)
	if lacks.IsZero() {
		x.verdict.Winner, x.done = a.Number, true
		return
	}
	if x.best < 0 || x.route.Accept.worth(r) > x.route.Accept.worth(x.attempts[x.best].outcome.Reading) {
		x.best = a.Number
	}
	x.because = message.New(message.NextAfterReading, "provider", a.Provider, "lacks", lacks)
}

// consensus adds a reading, and ends the call if enough agree.
func (x *run) consensus(a *attempt, r *Reading) {
	if x.readings == nil {
		x.readings = make(map[int]*Reading)
	}
	x.readings[a.Number] = r
	rule := x.route.Consensus
	if len(x.readings) < rule.Agree {
		return
	}
	v := vote(x.readings, rule.Agree)
	x.done = v.Agreed
	x.because = message.New(message.AnotherReading, "count", len(x.readings))
}

// conclude completes the verdict.
func (x *run) conclude(ctx context.Context) *Verdict {
	v := &x.verdict
	for i := range v.Attempts {
		if c := &v.Attempts[i]; c.Number >= 0 && c.Outcome == Stopped {
			c.Result.Billed, c.Cost = abi.BilledUnknown, x.attempts[c.Number].quote.Amount
			c.Took = x.router.cfg.Now().Sub(c.Started)
			c.Reason = x.stopped(c.Reason)
		}
	}
	if len(x.readings) > 0 {
		v.Vote = vote(x.readings, x.route.Consensus.Agree)
		v.Winner = slices.Min(slices.Collect(maps.Keys(x.readings)))
	}
	if v.Winner < 0 && x.best >= 0 {
		v.Winner = x.best
		best := &v.Attempts[x.attempts[x.best].at]
		best.Reason = message.New(message.BestOfPoor, "reason", best.Reason)
	}
	if v.Winner >= 0 {
		v.Failure = -1
	}
	if v.Winner < 0 && v.Failure < 0 {
		v.Refused = x.refusedBy(ctx)
	}
	return v
}

// stopped adds to the reason of an attempt why it was not waited for.
func (x *run) stopped(reason message.Message) message.Message {
	if w := x.verdict.Winner; w >= 0 {
		return message.New(message.StoppedByWinner, "reason", reason, "provider", x.attempts[w].Provider)
	}
	return message.New(message.StoppedAtEnd, "reason", reason)
}
