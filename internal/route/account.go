package route

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Account is one account with one vendor, that is one provider.
type Account struct {
	Traits Traits
	// Tariff is what its calls cost, as the Book of the router counts them; nil means nothing.
	Tariff *money.Tariff
	Limits Limits
}

// account is an Account at work.
type account struct {
	*guard
	traits Traits
	tariff *money.Tariff
}

// guard protects an account, and knows how it has done. It outlives a router that another one succeeds.
type guard struct {
	name    string
	limits  Limits
	openFor time.Duration
	spacing time.Duration // between two calls at the limit of its rate
	// state is told what outlives the process.
	state *state

	breaker circuitbreaker.CircuitBreaker[any] // nil when off
	limiter ratelimiter.RateLimiter[any]       // nil without a rate
	slots   bulkhead.Bulkhead[any]             // nil without a limit

	mu       sync.Mutex
	parked   Parked
	parkings int       // in a row
	rests    time.Time // until then the vendor wants no calls
	shut     time.Time // until then the breaker of another process, or of the last run, is open
	returns  time.Time // when the breaker closed, for the gradual return
	latency  latency
}

func newGuard(name string, limits Limits, s *state) *guard {
	a := &guard{name: name, limits: limits, state: s}
	if b := limits.Breaker.withDefaults(); !b.Off {
		a.openFor = b.OpenFor
		a.breaker = circuitbreaker.NewBuilder[any]().
			WithFailureRateThreshold(b.FailureRate, uint(b.MinCalls), b.Window).
			WithDelay(b.OpenFor).
			WithSuccessThreshold(probes).
			OnStateChanged(a.breakerChanged).
			Build()
	}
	if r := limits.Rate; r.Calls > 0 && r.Per > 0 {
		a.limiter = ratelimiter.NewSmoothBuilder[any](uint(r.Calls), r.Per).Build()
		a.spacing = r.Per / time.Duration(r.Calls)
	}
	if n := limits.Concurrency; n > 0 {
		a.slots = bulkhead.New[any](uint(n))
	}
	return a
}

// successor is the guard of the same account in another router: itself, unless the limits have changed. With new limits, what is known
// of the account goes on; calls of the old router count against the old ones.
func (a *guard) successor(limits Limits) *guard {
	if limits == a.limits {
		return a
	}
	next := newGuard(a.name, limits, a.state)
	a.mu.Lock()
	defer a.mu.Unlock()
	next.parked, next.parkings, next.rests, next.shut, next.latency = a.parked, a.parkings, a.rests, a.shut, a.latency
	return next
}

// bar is what keeps an account from being asked.
type bar struct {
	why string
	// until when; zero when that is unknown. wait is set when a call may wait for it, and queue when that is in a queue.
	until       time.Time
	wait, queue bool
	// parked is set when that is the reason.
	parked *Parked
}

// barred says what keeps an account from being asked at a time, as far as can be told without taking a permit.
func (a *guard) barred(now time.Time) (b bar, is bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.parked.at(now):
		p := a.parked
		return bar{why: p.String(), until: p.Until, parked: &p}, true
	case now.Before(a.shut):
		return bar{why: "has its circuit breaker open" + clock(a.shut), until: a.shut}, true
	case now.Before(a.rests):
		return bar{why: "was called faster than its vendor allows, and rests" + clock(a.rests), until: a.rests, wait: true}, true
	}
	if a.breaker != nil && a.breaker.IsOpen() {
		if left := a.breaker.RemainingDelay(); left > 0 {
			return bar{why: "has its circuit breaker open" + clock(now.Add(left)), until: now.Add(left)}, true
		}
	}
	return bar{}, false
}

// clock says until when, to the second.
func clock(t time.Time) string { return " until " + t.UTC().Format(time.TimeOnly) + "Z" }

// enter takes the permits for one try, if they are there; otherwise it takes nothing. gradual lets an account that returns
// from a failure have a part of the calls only.
func (a *guard) enter(now time.Time, gradual bool, draw func() float64) (b bar, refused bool) {
	if b, is := a.barred(now); is {
		return b, true
	}
	if share := a.returning(now); gradual && share < 1 && draw() >= share {
		return bar{why: fmt.Sprintf("returns gradually, with %.0f %% of the calls", share*100), until: now, wait: true}, true
	}
	if a.slots != nil && !a.slots.TryAcquirePermit() {
		return bar{why: "has as many calls under way as it allows", until: now.Add(a.typical()), wait: true, queue: true}, true
	}
	if a.limiter != nil && !a.limiter.TryAcquirePermit() {
		a.leave()
		return bar{why: "has reached its rate limit", until: now.Add(a.spacing), wait: true, queue: true}, true
	}
	return a.pass()
}

// await is enter for a call that has nobody else to ask: it waits for its turn until ctx ends. While it waits another call may find out
// that the account is of no use now, or for a while.
func (a *guard) await(ctx context.Context, b bar) (_ bar, refused bool) {
	if !b.queue && !sleep(ctx, b.until.Sub(a.state.now())) {
		return bar{why: "was not free before the call's time was over"}, true
	}
	if a.slots != nil && a.slots.AcquirePermit(ctx) != nil {
		return bar{why: "had none of its calls end before the call's time was over"}, true
	}
	if a.limiter != nil && a.limiter.AcquirePermit(ctx) != nil {
		a.leave()
		return bar{why: "had its rate limit reached for the rest of the call's time"}, true
	}
	if b, is := a.barred(a.state.now()); is {
		a.leave()
		return b, true
	}
	return a.pass()
}

// pass takes the breaker's permit.
func (a *guard) pass() (b bar, refused bool) {
	if a.breaker != nil && !a.breaker.TryAcquirePermit() {
		a.leave()
		return bar{why: "has a circuit breaker that lets only a few calls through"}, true
	}
	return bar{}, false
}

// sleep waits, unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// leave gives back the slot of a try.
func (a *guard) leave() {
	if a.slots != nil {
		a.slots.ReleasePermit()
	}
}

// returning is the share of calls that may go to an account whose breaker has closed not long ago.
func (a *guard) returning(now time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.returns.IsZero() || a.openFor <= 0 {
		return 1
	}
	share := float64(now.Sub(a.returns)) / float64(a.openFor)
	return min(1, max(0.1, share))
}

// unused gives back the permits of a try that was not made.
func (a *guard) unused(now time.Time) { a.record(now, 0, &Result{Failure: &Failure{Ours: true}}) }

// record tells the protections how a try ended.
func (a *guard) record(now time.Time, took time.Duration, o *Result) {
	a.leave()
	f := o.Failure
	vendor := f != nil && (f.Fault == abi.FaultVendor || f.Fault == abi.FaultNetwork) && !f.Ours
	neutral := f != nil && (f.Ours || f.Fault == abi.FaultOperator)
	if a.breaker != nil {
		switch {
		case vendor:
			a.breaker.RecordFailure()
		case !neutral:
			a.breaker.RecordSuccess()
		case a.breaker.IsHalfOpen():
			a.breaker.RecordFailure() // a probe that says nothing is no reason to trust
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !neutral && took > 0 {
		a.latency.add(now, took)
		a.state.latencyChanged(a)
	}
	switch {
	case a.parked.byOperator():
		// Calls that were under way neither end it nor make it shorter.
	case f == nil || f.Fault == abi.FaultCaller && !f.Ours:
		if a.parkings > 0 || !a.parked.Since.IsZero() {
			a.parkings = 0
			a.setParked(Parked{})
		}
	case f.Kind == abi.FailureKindRateLimited:
		a.rests = later(a.rests, now.Add(max(f.RetryAfter, minRest)))
	case f.parks():
		if !a.parked.at(now) { // calls that were under way together find out the same thing, not one thing in a row
			a.parkings++
		}
		if until := now.Add(f.parking(a.parkings)); until.After(a.parked.Until) {
			a.setParked(Parked{Since: now, Until: until, Kind: f.Kind, Reason: f.Message})
		}
	}
}

// minRest is how long an account is left alone after its vendor called it too fast and did not say for how long.
const minRest = time.Second

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// setParked changes the parking; the caller holds the lock.
func (a *guard) setParked(p Parked) {
	a.parked = p
	a.state.parkedChanged(a.name, p)
}

func (a *guard) breakerChanged(e circuitbreaker.StateChangedEvent) {
	now := a.state.now()
	until := time.Time{}
	switch e.NewState {
	case circuitbreaker.OpenState:
		until = now.Add(a.openFor)
	case circuitbreaker.ClosedState:
		a.mu.Lock()
		a.returns = now
		a.mu.Unlock()
	}
	a.state.breakerChanged(a.name, until)
}

// typical is what the account takes as a rule, and slow what nineteen of twenty calls do not pass; 0 before enough is known.
func (a *guard) typical() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.latency.median()
}

func (a *guard) slow(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.latency.samples(now) < enough {
		return 0
	}
	return a.latency.quantile(0.95)
}
