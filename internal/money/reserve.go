package money

import (
	"context"
	"sync"
	"time"
)

// Claim asks for the price of one attempt.
type Claim struct {
	Provider, Route, Tenant string
	// Quote from the provider's Tariff. If its package has ended since, the next source of the tariff pays; see
	// [Reservation.Quote].
	Quote Quote
	// Attempt is the number of the attempt in its call, from 0. Number 0 counts the call.
	Attempt int
	// Until is the deadline of the call. Some time later, an open reservation is settled as unknown. Zero means now.
	Until time.Time
}

// Reservation is the price of an attempt, taken from the budgets and the package that it concerns. It must be settled when the
// attempt has ended. Its methods are safe for concurrent use.
type Reservation struct {
	book   *Book
	claim  Claim
	number uint64
	at     time.Time
	state  state // the book's lock guards this and the next two
	// expired is set when the reservation was settled as unknown, and may still be settled.
	expired bool
	parts   []part
	inline  [8]part

	mu      sync.Mutex
	written bool
	err     error
	waiting chan struct{} // closed when written; nil while nobody waits
}

// part names a counter that counts a reservation, and the generation of its lease.
type part struct {
	counter *counter
	as      uint32
}

// units are what each counter counts of a reservation.
func (r *Reservation) units() Units { return Units{r.claim.Quote.Amount, 1} }

// Quote returns the price that was taken.
func (r *Reservation) Quote() Quote { return r.claim.Quote }

// Reserve takes the price of an attempt, and one call, from every budget of its provider, route and tenant and from its package, all
// or nothing. Budgets do not count a free attempt (see [Quote.Free]), and never refuse it. Reserve usually works in memory. If a
// lease is used up, it waits for the next one until ctx ends.
//
// The error is a *[BudgetError] if a budget has not enough left, a *[StoreError] if the store fails, [ErrClosed], or that of ctx.
func (b *Book) Reserve(ctx context.Context, claim Claim) (*Reservation, error) {
	r := &Reservation{book: b, claim: claim}
	r.parts = r.inline[:0]
	var waits waits
	for {
		turn, err := b.reserve(r, &waits)
		switch {
		case err != nil:
			return nil, err
		case turn == nil:
			return r, nil
		}
		select {
		case <-turn:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// reserve makes one pass. The channel, if any, is closed when another pass is worthwhile.
func (b *Book) reserve(r *Reservation, waits *waits) (turn chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	now := b.cfg.Now()
	if turn, err = b.choose(r, now, waits); turn != nil || err != nil {
		return turn, err
	}
	need := r.units()
	for _, p := range r.parts {
		wait, err := b.has(p.counter, need, now, waits)
		if err != nil {
			return nil, err
		}
		if wait != nil {
			turn = wait
		}
	}
	if turn != nil {
		return turn, nil
	}
	for _, p := range r.parts {
		p.counter.take(need)
	}
	b.begin(r, now)
	return nil, nil
}

// choose finds the source that pays for the attempt, and the counters of its budgets. The lock must be held.
func (b *Book) choose(r *Reservation, now time.Time, waits *waits) (turn chan struct{}, err error) {
	r.parts = r.parts[:0]
	for q := &r.claim.Quote; q.pool != nil && q.pool.meter != nil; *q = q.tariff.after(q.pool, now) {
		c := b.counter(q.pool.meter, now)
		if q.pool.expired(now) {
			continue
		}
		turn, err := b.has(c, Units{Calls: 1}, now, waits)
		if turn != nil || err != nil && err != errSpent {
			return turn, err
		}
		if err == nil {
			r.parts = append(r.parts, part{c, c.as})
			break
		}
	}
	if r.claim.Quote.Free() {
		return nil, nil
	}
	for _, s := range r.claim.subjects() {
		for _, m := range b.budgets[s] {
			c := b.counter(m, now)
			r.parts = append(r.parts, part{c, c.as})
		}
	}
	return nil, nil
}

// subjects returns whose budgets pay for an attempt.
func (c *Claim) subjects() [3]subject {
	return [...]subject{{ScopeProvider, c.Provider}, {ScopeRoute, c.Route}, {ScopeTenant, c.Tenant}}
}
