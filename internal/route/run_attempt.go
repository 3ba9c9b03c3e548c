package route

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

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

// ready implements [Attempt.Ready].
func (x *run) ready(ctx context.Context, a *attempt) *Failure {
	if a.reservation != nil {
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
