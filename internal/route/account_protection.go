package route

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// protection limits the calls of an account and measures them. When a router takes over from another one, it keeps the
// protections.
type protection struct {
	name    string
	limits  Limits
	openFor time.Duration
	spacing time.Duration // between two calls at the rate limit
	// state receives changes that are stored.
	state *state

	breaker circuitbreaker.CircuitBreaker[any] // nil when off
	limiter ratelimiter.RateLimiter[any]       // nil without a rate
	slots   bulkhead.Bulkhead[any]             // nil without a limit

	mu       sync.Mutex
	parked   Parked
	parkings int       // in a row
	rests    time.Time // until when the vendor wants no calls
	shut     time.Time // until when the breaker of another process, or of the last run, is open
	returns  time.Time // when the breaker closed; the return is gradual
	latency  latency
}

func newProtection(name string, limits Limits, s *state) *protection {
	p := &protection{name: name, limits: limits, state: s}
	if b := limits.Breaker.withDefaults(); !b.Off {
		p.openFor = b.OpenFor
		p.breaker = circuitbreaker.NewBuilder[any]().
			WithFailureRateThreshold(b.FailureRate, uint(b.MinCalls), b.Window).
			WithDelay(b.OpenFor).
			WithSuccessThreshold(probes).
			OnStateChanged(p.breakerChanged).
			Build()
	}
	if r := limits.Rate; r.Calls > 0 && r.Per > 0 {
		p.limiter = ratelimiter.NewSmoothBuilder[any](uint(r.Calls), r.Per).Build()
		p.spacing = r.Per / time.Duration(r.Calls)
	}
	if n := limits.Concurrency; n > 0 {
		p.slots = bulkhead.New[any](uint(n))
	}
	return p
}

// successor returns the protection of the same account for another router: p itself unless the limits have changed. A new one
// takes over what is known of the account. Calls of the old router count against the old limits.
func (p *protection) successor(limits Limits) *protection {
	if limits == p.limits {
		return p
	}
	next := newProtection(p.name, limits, p.state)
	p.mu.Lock()
	defer p.mu.Unlock()
	next.parked, next.parkings, next.rests, next.shut, next.latency = p.parked, p.parkings, p.rests, p.shut, p.latency
	return next
}

// block keeps an account from being asked.
type block struct {
	// why continues a sentence that begins with the provider's name.
	why message.Message
	// until is when it ends; zero if that is unknown. wait is set if a call may wait for that, queue if it waits in a queue.
	until       time.Time
	wait, queue bool
	// parked is set if the account is parked.
	parked *Parked
}

// blocked returns what keeps an account from being asked at a time, as far as that is known without taking a permit.
func (p *protection) blocked(now time.Time, zone *time.Location) (b block, is bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.parked.at(now):
		parked := p.parked
		return block{why: parked.message(zone), until: parked.Until, parked: &parked}, true
	case now.Before(p.shut):
		return breakerOpen(p.shut, zone), true
	case now.Before(p.rests):
		return block{why: message.New(message.CalledTooFast, "until", p.rests.In(zone)), until: p.rests, wait: true}, true
	}
	if p.breaker != nil && p.breaker.IsOpen() {
		if left := p.breaker.RemainingDelay(); left > 0 {
			return breakerOpen(now.Add(left), zone), true
		}
	}
	return block{}, false
}

func breakerOpen(until time.Time, zone *time.Location) block {
	return block{why: message.New(message.BreakerOpen, "until", until.In(zone)), until: until}
}

// enter takes the permits for one attempt, or nothing if one is missing. gradual limits an account that returns from a failure
// to a part of the calls. zone is that of the times in the block's message.
func (p *protection) enter(now time.Time, zone *time.Location, gradual bool, draw func() float64) (b block, refused bool) {
	if b, is := p.blocked(now, zone); is {
		return b, true
	}
	if share := p.returning(now); gradual && share < 1 && draw() >= share {
		return block{why: message.New(message.ReturnsGradually, "percent", percent(share)), until: now, wait: true}, true
	}
	if p.slots != nil && !p.slots.TryAcquirePermit() {
		return block{why: message.New(message.ConcurrencyLimit), until: now.Add(p.typical()), wait: true, queue: true}, true
	}
	if p.limiter != nil && !p.limiter.TryAcquirePermit() {
		p.leave()
		return block{why: message.New(message.RateLimit), until: now.Add(p.spacing), wait: true, queue: true}, true
	}
	return p.pass()
}

// await is enter for a call that has nobody else to ask: it waits until ctx ends. Another call may find out in the meantime that
// the account cannot be asked.
func (p *protection) await(ctx context.Context, zone *time.Location, b block) (_ block, refused bool) {
	if !b.queue && !sleep(ctx, b.until.Sub(p.state.now())) {
		return block{why: message.New(message.NotFreeInTime)}, true
	}
	if p.slots != nil && p.slots.AcquirePermit(ctx) != nil {
		return block{why: message.New(message.NoSlotInTime)}, true
	}
	if p.limiter != nil && p.limiter.AcquirePermit(ctx) != nil {
		p.leave()
		return block{why: message.New(message.NoRateInTime)}, true
	}
	if b, is := p.blocked(p.state.now(), zone); is {
		p.leave()
		return b, true
	}
	return p.pass()
}

// pass takes the permit of the breaker.
func (p *protection) pass() (b block, refused bool) {
	if p.breaker != nil && !p.breaker.TryAcquirePermit() {
		p.leave()
		return block{why: message.New(message.BreakerProbing)}, true
	}
	return block{}, false
}

// percent rounds a share as messages have it.
func percent(share float64) int { return int(math.RoundToEven(100 * share)) }

// sleep reports whether it waited for d; it is false if ctx ended first.
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

// leave returns the slot of an attempt.
func (p *protection) leave() {
	if p.slots != nil {
		p.slots.ReleasePermit()
	}
}

// returning is the share of calls that may go to the account; it grows to 1 after the breaker has closed.
func (p *protection) returning(now time.Time) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.returns.IsZero() || p.openFor <= 0 {
		return 1
	}
	share := float64(now.Sub(p.returns)) / float64(p.openFor)
	return min(1, max(0.1, share))
}

// unused returns the permits of an attempt that was not made.
func (p *protection) unused(now time.Time) { p.record(now, 0, &Result{Failure: &Failure{Ours: true}}) }

// record tells the protection how an attempt ended.
func (p *protection) record(now time.Time, took time.Duration, o *Result) {
	p.leave()
	f := o.Failure
	vendor := f != nil && (f.Fault == abi.FaultVendor || f.Fault == abi.FaultNetwork) && !f.Ours
	neutral := f != nil && (f.Ours || f.Fault == abi.FaultOperator)
	if p.breaker != nil {
		switch {
		case vendor:
			p.breaker.RecordFailure()
		case !neutral:
			p.breaker.RecordSuccess()
		case p.breaker.IsHalfOpen():
			p.breaker.RecordFailure() // a probe without a result is not a success
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !neutral && took > 0 {
		p.latency.add(now, took)
		p.state.latencyChanged(p)
	}
	switch {
	case p.parked.byOperator():
		// Calls that were under way do not change it.
	case f == nil || f.Fault == abi.FaultCaller && !f.Ours:
		if p.parkings > 0 || !p.parked.Since.IsZero() {
			p.parkings = 0
			p.setParked(Parked{})
		}
	case f.Kind == abi.FailureKindRateLimited:
		p.rests = later(p.rests, now.Add(max(f.RetryAfter, minRest)))
	case f.parks():
		if !p.parked.at(now) { // calls that were under way together count as one failure
			p.parkings++
		}
		if until := now.Add(f.parking(p.parkings)); until.After(p.parked.Until) {
			p.setParked(Parked{Since: now, Until: until, Kind: f.Kind, Reason: f.Message})
		}
	}
}

// minRest is how long an account is not asked after its vendor reported too many calls and did not say for how long.
const minRest = time.Second

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// setParked changes the parking; the caller holds the lock.
func (p *protection) setParked(parked Parked) {
	p.parked = parked
	p.state.parkedChanged(p.name, parked)
}

func (p *protection) breakerChanged(e circuitbreaker.StateChangedEvent) {
	now := p.state.now()
	until := time.Time{}
	switch e.NewState {
	case circuitbreaker.OpenState:
		until = now.Add(p.openFor)
	case circuitbreaker.ClosedState:
		p.mu.Lock()
		p.returns = now
		p.mu.Unlock()
	}
	p.state.breakerChanged(p.name, until)
}

// typical is the median of what the account's calls took, and slow the 95th percentile; 0 if too little is known.
func (p *protection) typical() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.latency.median()
}

func (p *protection) slow(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.latency.samples(now) < enough {
		return 0
	}
	return p.latency.quantile(0.95)
}
