package route

import (
	"context"
	"fmt"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// take draws the conclusions from a try that ended.
func (x *run) take(ctx context.Context, t *trying) {
	x.live--
	c := &x.verdict.Attempts[t.at]
	c.Took, c.Result, c.Outcome = t.took, t.outcome, Failed
	if t.outcome.Billed != abi.BilledNo {
		c.Cost = t.quote.Amount
	}
	switch r := t.outcome.Reading; {
	case r == nil:
		x.failed(ctx, t)
	case x.path.Policy == Cascade:
		c.Outcome = Recognized
		x.cascade(t, r)
	case x.path.Policy == Consensus:
		c.Outcome = Recognized
		x.consensus(t, r)
	default:
		c.Outcome = Recognized
		x.verdict.Winner, x.done = t.Number, true
	}
}

// failed decides by the words of a failure who is asked next.
func (x *run) failed(ctx context.Context, t *trying) {
	f := t.outcome.Failure
	x.verdict.Failure = t.Number
	x.because = fmt.Sprintf("next after %s failed with %s", t.Provider, f.Kind)
	over := x.final
	if !f.FailOver {
		x.queue, x.again, x.final = nil, nil, true
	}
	if c := t.candidate; !over && f.Retryable && c.retries < x.path.Retries && (t.outcome.Billed == abi.BilledNo || x.path.RepeatBilled) && !f.parks() {
		c.retries++
		c.bar = &bar{why: "failed with " + f.Kind.String(), until: x.router.cfg.Now().Add(max(f.RetryAfter, x.backoff(c.retries))), wait: true}
		x.again = append(x.again, c)
	}
	x.done = ctx.Err() != nil
}

const (
	firstBackoff = 200 * time.Millisecond
	maxBackoff   = 5 * time.Second
)

// backoff before the n-th retry: it doubles each time, and half of it is drawn by lot.
func (x *run) backoff(n int) time.Duration {
	d := min(firstBackoff<<min(n-1, 10), maxBackoff)
	return d/2 + time.Duration(x.router.draw()*float64(d/2))
}

// cascade takes a reading that is good enough, and remembers the best that is not.
func (x *run) cascade(t *trying, r *Reading) {
	lacks := x.path.Accept.lacks(r)
	if lacks == "" {
		x.verdict.Winner, x.done = t.Number, true
		return
	}
	if x.best < 0 || x.path.Accept.worth(r) > x.path.Accept.worth(x.tries[x.best].outcome.Reading) {
		x.best = t.Number
	}
	x.because = fmt.Sprintf("next, since the reading of %s is not good enough: %s", t.Provider, lacks)
}

// consensus counts a reading in, and ends when enough agree.
func (x *run) consensus(t *trying, r *Reading) {
	if x.readings == nil {
		x.readings = make(map[int]*Reading)
	}
	x.readings[t.Number] = r
	rule := x.path.Consensus
	if len(x.readings) < rule.Agree {
		return
	}
	v := vote(x.readings, rule.Agree)
	x.done = v.Agreed
	x.because = fmt.Sprintf("another voice, since %d readings do not agree", len(x.readings))
}
