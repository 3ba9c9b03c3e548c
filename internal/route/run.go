package route

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
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

// attempt is an Attempt under way.
type attempt struct {
	Attempt
	candidate   *candidate
	at          int // place in verdict.Attempts
	quote       money.Quote
	reservation *money.Reservation
	deadline    time.Time
	shared      bool      // the deadline is before that of the call
	noted       time.Time // when it was created; its goroutine may start later
	started     time.Time
	took        time.Duration
	outcome     Result
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

// begin reserves the money for an attempt and records it. If the money is refused, the candidate is passed over and begin
// returns nil.
func (x *run) begin(ctx context.Context, c *candidate) *attempt {
	r := x.router
	now := r.cfg.Now()
	a := &attempt{candidate: c, noted: now, quote: c.account.quote(now)}
	if r.cfg.Book != nil {
		var err error
		a.reservation, err = r.cfg.Book.Reserve(ctx, money.Claim{
			Provider: c.account.name, Route: x.route.name, Tenant: x.call.Tenant, Quote: a.quote, Attempt: len(x.attempts), Until: x.call.Deadline,
		})
		if err != nil {
			c.account.unused(now)
			x.refusal = err
			x.passOver(c, block{why: message.New(message.NotAsked, "cause", message.Error(err))})
			return nil
		}
		a.quote = a.reservation.Quote()
	}
	reason := x.because
	if len(x.attempts) == 0 && reason.IsZero() {
		reason = x.route.first(c, a.quote)
		if x.call.Provider != "" {
			reason = message.New(message.NamedByRequest)
		}
		x.route.hedges.earn(a.quote.Amount, x.route.Hedge.MaxExtra)
	}
	if reason.IsZero() { // begun beside the first
		reason = message.New(message.AskedAtOnce, "count", x.route.Consensus.Agree, "route", x.route.name)
	}
	if c.retries > 0 {
		reason = message.New(message.RetryOf, "number", c.retries, "provider", c.account.name, "why", c.block.why)
	}
	a.Attempt = Attempt{Number: len(x.attempts), Provider: c.account.name, Reason: reason}
	a.deadline, a.shared = x.share(c, now)
	a.at = len(x.verdict.Attempts)
	x.verdict.Attempts = append(x.verdict.Attempts, AttemptRecord{
		Provider: a.Provider, Number: a.Number, Outcome: Stopped, Reason: reason, Started: now, PriceSource: a.quote.Message(),
	})
	x.attempts = append(x.attempts, a)
	x.live++
	return a
}

// share returns when an attempt must end, and whether that is before the end of the call. If others can still be asked, the attempt
// gets two shares of the remaining time and each other one share (at most two others count), but at least one and a half times
// the 95th percentile of its account.
func (x *run) share(c *candidate, now time.Time) (deadline time.Time, shared bool) {
	others := min(2, len(x.queue))
	if others == 0 || x.route.Policy.parallel() {
		return x.call.Deadline, false
	}
	left := x.call.Deadline.Sub(now)
	share := max(left*2/time.Duration(2+others), c.account.slow(now)*3/2)
	if share >= left {
		return x.call.Deadline, false
	}
	return now.Add(share), true
}

// ask carries out an attempt, and tells its account and the book how it ended.
func (x *run) ask(ctx context.Context, a *attempt) {
	cause := context.DeadlineExceeded
	if a.shared {
		cause = ErrShare
	}
	a.started = x.router.cfg.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, a.deadline.Sub(a.started), cause)
	defer cancel()
	a.Ready = func(ctx context.Context) *Failure { return x.ready(ctx, a) }
	a.outcome = x.call.Attempt(ctx, a.Attempt)
	now := x.router.cfg.Now()
	a.took = now.Sub(a.started)
	a.candidate.account.record(now, a.took, &a.outcome)
	if a.reservation != nil {
		a.reservation.Settle(a.settlement())
	}
}

// ready implements [Attempt.Ready]. It does not wait for the ledger if the attempt costs nothing.
func (x *run) ready(ctx context.Context, a *attempt) *Failure {
	if a.reservation != nil && a.quote.Amount != 0 {
		if err := a.reservation.Wait(ctx); err != nil {
			return &Failure{
				Kind: abi.FailureKindUnavailable, Fault: abi.FaultOperator, FailOver: true, Ours: true, Message: message.New(message.LedgerUnwritable, "cause", message.Error(err)),
			}
		}
	}
	if x.over.Load() {
		return &Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultCaller, Ours: true, Message: message.New(message.CallWasOver)}
	}
	return nil
}

func (a *attempt) settlement() money.Settlement {
	s := money.Settlement{Billed: a.outcome.Billed, Took: a.took, VendorRequestID: a.outcome.VendorRequestID}
	if f := a.outcome.Failure; f != nil {
		s.Failure = f.Kind
	}
	return s
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
		v.Winner = slices.Min(keys(x.readings))
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

func keys(m map[int]*Reading) []int {
	out := make([]int, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
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
