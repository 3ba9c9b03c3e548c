package route

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
)

// run is one call under way. It belongs to the goroutine of the call; tries of policies that ask several at once run in their own and
// come back through results.
type run struct {
	router *Router
	path   *path
	call   *Call

	queue []*candidate // not asked yet; front is the next
	again []*candidate // to be asked again from a time on, or passed over for the moment
	live  int
	tries []*trying
	// results has room for every try, so that one nobody waits for any more can still end.
	results  chan *trying
	readings map[int]*Reading
	because  string // why the next one is asked
	due      bool   // the next one is asked beside the live ones
	best     int    // the try with the best reading of a cascade that is not content
	final    bool   // a failure said that nobody else shall be asked
	done     bool
	over     atomic.Bool // nobody waits any more: what has not been bought yet need not be

	unusable, refusal error
	soonest           time.Time // when one of those passed over may be asked again
	verdict           Verdict
}

// trying is one try.
type trying struct {
	Attempt
	candidate   *candidate
	at          int // place in verdict.Considered
	quote       money.Quote
	reservation *money.Reservation
	deadline    time.Time
	shared      bool      // the deadline leaves time for others
	noted       time.Time // when it was begun; its goroutine may start later
	started     time.Time
	took        time.Duration
	outcome     Result
}

// parallel reports whether a policy may have several tries at once.
func (p Policy) parallel() bool { return p == Hedge || p == Consensus }

// do asks until there is a result, or nobody left to ask.
func (x *run) do(ctx context.Context) *Verdict {
	ctx, cancel := context.WithTimeout(ctx, x.call.Deadline.Sub(x.router.cfg.Now())) // the given clock may not be the context's
	defer cancel()
	tries := ctx
	if x.path.Policy.parallel() {
		// A try that lost a race goes on to its end, so that its bill is known and its time is not mistaken for a shorter one. It
		// ends with the caller's giving up, but not with the call.
		detached, stop := context.WithCancelCause(context.WithoutCancel(ctx))
		unlink := context.AfterFunc(ctx, func() { stop(context.Cause(ctx)) })
		defer unlink()
		tries = detached
		x.results = make(chan *trying, len(x.queue)*(1+x.path.Retries))
	}
	var hedge <-chan time.Time
	for !x.done {
		for !x.done && x.wants() {
			t := x.next(ctx)
			if t == nil {
				break
			}
			if x.results == nil {
				x.attempt(tries, t)
				x.take(ctx, t)
				continue
			}
			x.call.spawn(func() {
				x.attempt(tries, t)
				x.results <- t
			})
			hedge = x.later(t)
		}
		if x.done || x.live == 0 {
			break
		}
		select {
		case t := <-x.results:
			x.take(ctx, t)
		case <-hedge:
			hedge, x.due = nil, true
		case <-ctx.Done():
			x.done = true
		}
	}
	x.over.Store(true)
	return x.conclude(ctx)
}

// wants reports whether another try shall begin now.
func (x *run) wants() bool {
	if x.path.Policy != Consensus {
		return x.live == 0 || x.due
	}
	rule := x.path.Consensus
	if missing := rule.Agree - len(x.readings); missing > 0 {
		return x.live < missing
	}
	return x.live == 0 && len(x.readings) < rule.Of
}

// next begins a try with the next candidate that may be asked; nil when there is none, or when it is better to wait for those that
// are live.
func (x *run) next(ctx context.Context) *trying {
	defer func() { x.due = false }()
	for len(x.queue) > 0 {
		c := x.front()
		paid, ok := x.payHedge(c)
		if !ok {
			return nil // it stays in the queue, for when the others fail
		}
		x.queue = x.queue[1:]
		b, refused := c.account.enter(x.router.cfg.Now(), len(x.queue) > 0, x.router.draw)
		switch {
		case !refused:
			if t := x.begin(ctx, c); t != nil {
				return t
			}
		case !b.wait:
			x.passOver(c, b)
		default:
			c.bar = &b
			x.again = append(x.again, c)
			x.passOver(c, b)
			x.because = fmt.Sprintf("next, since %s %s", c.account.name, b.why)
		}
		x.path.purse.refund(paid)
	}
	for x.live == 0 && len(x.again) > 0 && ctx.Err() == nil {
		c := x.soonestAgain()
		if c.bar.until.After(x.call.Deadline) {
			x.passOver(c, bar{why: "would be asked again not before " + c.bar.until.UTC().Format(time.TimeOnly) + "Z, after the end of the call", until: c.bar.until})
			continue
		}
		x.because = fmt.Sprintf("waited for, since %s %s", c.account.name, c.bar.why)
		if b, refused := c.account.await(ctx, *c.bar); refused {
			if b.wait {
				c.bar = &b
				x.again = append(x.again, c)
			} else {
				x.passOver(c, b)
			}
			continue
		}
		if t := x.begin(ctx, c); t != nil {
			return t
		}
	}
	return nil
}

// soonestAgain takes out the candidate that may be asked again first.
func (x *run) soonestAgain() *candidate {
	i := 0
	for j, c := range x.again {
		if c.bar.until.Before(x.again[i].bar.until) {
			i = j
		}
	}
	c := x.again[i]
	x.again = slices.Delete(x.again, i, i+1)
	return c
}

// begin reserves the money for a try and notes it. Without money the candidate is passed over.
func (x *run) begin(ctx context.Context, c *candidate) *trying {
	r := x.router
	now := r.cfg.Now()
	t := &trying{candidate: c, noted: now, quote: c.account.quote(now)}
	if r.cfg.Book != nil {
		var err error
		t.reservation, err = r.cfg.Book.Reserve(ctx, money.Claim{
			Provider: c.account.name, Route: x.path.name, Tenant: x.call.Tenant, Quote: t.quote, Try: len(x.tries), Until: x.call.Deadline,
		})
		if err != nil {
			c.account.unused(now)
			x.refusal = err
			x.passOver(c, bar{why: "is not asked: " + err.Error()})
			return nil
		}
		t.quote = t.reservation.Quote()
	}
	reason := x.because
	if len(x.tries) == 0 && reason == "" {
		reason = x.path.first(c, t.quote)
		if x.call.Provider != "" {
			reason = "named by the request"
		}
		x.path.purse.earn(t.quote.Amount, x.path.Hedge.MaxExtra)
	}
	if reason == "" { // begun beside the first
		reason = fmt.Sprintf("one of %d voices in route %s", x.path.Consensus.Agree, x.path.name)
	}
	if c.retries > 0 {
		reason = fmt.Sprintf("retry %d: %s %s", c.retries, c.account.name, c.bar.why)
	}
	t.Attempt = Attempt{Number: len(x.tries), Provider: c.account.name, Reason: reason}
	t.deadline, t.shared = x.share(c, now)
	t.at = len(x.verdict.Attempts)
	x.verdict.Attempts = append(x.verdict.Attempts, AttemptRecord{
		Provider: t.Provider, Number: t.Number, Outcome: Stopped, Reason: reason, Started: now, Source: t.quote.String(),
	})
	x.tries = append(x.tries, t)
	x.live++
	return t
}

// share is when a try must end, and whether that is before the call does: with others to ask after it, the first has two shares of
// the time that is left and each other one share, but not less than half as much again as the account usually takes.
func (x *run) share(c *candidate, now time.Time) (deadline time.Time, shared bool) {
	others := min(2, len(x.queue))
	if others == 0 || x.path.Policy.parallel() {
		return x.call.Deadline, false
	}
	left := x.call.Deadline.Sub(now)
	share := max(left*2/time.Duration(2+others), c.account.slow(now)*3/2)
	if share >= left {
		return x.call.Deadline, false
	}
	return now.Add(share), true
}

// attempt makes a try and tells its account and the book how it ended.
func (x *run) attempt(ctx context.Context, t *trying) {
	cause := context.DeadlineExceeded
	if t.shared {
		cause = ErrShare
	}
	t.started = x.router.cfg.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, t.deadline.Sub(t.started), cause)
	defer cancel()
	t.Ready = func(ctx context.Context) *Failure { return x.ready(ctx, t) }
	t.outcome = x.call.Attempt(ctx, t.Attempt)
	now := x.router.cfg.Now()
	t.took = now.Sub(t.started)
	t.candidate.account.record(now, t.took, &t.outcome)
	if t.reservation != nil {
		t.reservation.Settle(t.settlement())
	}
}

// ready is [Attempt.Ready]. What costs nothing need not be in the ledger first.
func (x *run) ready(ctx context.Context, t *trying) *Failure {
	if t.reservation != nil && t.quote.Amount != 0 {
		if err := t.reservation.Wait(ctx); err != nil {
			return &Failure{
				Kind: abi.FailureKindUnavailable, Fault: abi.FaultOperator, FailOver: true, Ours: true, Message: "the ledger cannot be written, so that nothing may be bought: " + err.Error(),
			}
		}
	}
	if x.over.Load() {
		return &Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultCaller, Ours: true, Message: "the call was over before the vendor was asked"}
	}
	return nil
}

func (t *trying) settlement() money.Settlement {
	s := money.Settlement{Billed: t.outcome.Billed, Took: t.took, VendorRequestID: t.outcome.VendorRequestID}
	if f := t.outcome.Failure; f != nil {
		s.Failure = f.Kind
	}
	return s
}

// conclude makes the verdict.
func (x *run) conclude(ctx context.Context) *Verdict {
	v := &x.verdict
	for i := range v.Attempts {
		if c := &v.Attempts[i]; c.Number >= 0 && c.Outcome == Stopped {
			c.Result.Billed, c.Cost = abi.BilledUnknown, x.tries[c.Number].quote.Amount
			c.Took = x.router.cfg.Now().Sub(c.Started)
			c.Reason += x.stopped()
		}
	}
	if len(x.readings) > 0 {
		v.Vote = vote(x.readings, x.path.Consensus.Agree)
		v.Winner = slices.Min(keys(x.readings))
	}
	if v.Winner < 0 && x.best >= 0 {
		v.Winner = x.best
		v.Attempts[x.tries[x.best].at].Reason += "; the best of those that were not good enough"
	}
	if v.Winner >= 0 {
		v.Failure = -1
	}
	if v.Winner < 0 && v.Failure < 0 {
		v.Refused = x.refusedBy(ctx)
	}
	return v
}

// stopped says why a try was not waited for.
func (x *run) stopped() string {
	if w := x.verdict.Winner; w >= 0 {
		return fmt.Sprintf("; not waited for, since %s answered first", x.tries[w].Provider)
	}
	return "; not waited for, since the call ended"
}

func keys(m map[int]*Reading) []int {
	out := make([]int, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// passOver notes a candidate that is not asked now.
func (x *run) passOver(c *candidate, b bar) {
	if until := b.until; !until.IsZero() && (x.soonest.IsZero() || until.Before(x.soonest)) {
		x.soonest = until
	}
	x.skip(c.account.name, b.why)
	x.because = fmt.Sprintf("next after %s was skipped", c.account.name)
}

func (x *run) skip(provider, why string) {
	x.verdict.Attempts = append(x.verdict.Attempts, AttemptRecord{Provider: provider, Number: -1, Outcome: Skipped, Reason: why, Result: Result{Billed: abi.BilledNo}})
}
