package money

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Settlement is how an attempt ended.
type Settlement struct {
	// Billed yes keeps the price, no returns it, and unknown counts it as unknown.
	Billed abi.Billed
	Took   time.Duration
	// Failure is the kind of a failed attempt; 0 for one that succeeded.
	Failure         abi.FailureKind
	VendorRequestID string
}

// maxRequestID bounds a vendor's request ID in the ledger, in bytes.
const maxRequestID = 128

// Settle records how the attempt ended. Only the first call counts. It may come after the reservation expired or the Book was
// closed.
func (r *Reservation) Settle(s Settlement) {
	r.book.mu.Lock()
	defer r.book.mu.Unlock()
	if r.state == inFlight || r.expired {
		r.book.settle(r, s)
		r.expired = false
	}
}

// Wait returns when the ledger has the attempt, so that it is not forgotten even if this program ends the next moment. The vendor must
// not be asked before that, nor if Wait returns an error: that of the store, [ErrLate], or that of ctx. It returns at once if the
// attempt has no price, and no budget, package or number of free calls counts it.
func (r *Reservation) Wait(ctx context.Context) error {
	if len(r.parts) == 0 && r.claim.Quote.Amount == 0 {
		return nil
	}
	r.mu.Lock()
	if !r.written {
		if r.waiting == nil {
			r.waiting = make(chan struct{})
		}
		waiting := r.waiting
		r.mu.Unlock()
		select {
		case <-waiting:
		case <-ctx.Done():
			return ctx.Err()
		}
		r.mu.Lock()
	}
	err := r.err
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return r.book.inTime(r)
}

// inTime returns [ErrLate] if a lease that pays for a reservation may have been taken over.
func (b *Book) inTime(r *Reservation) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.cfg.Now()
	for _, p := range r.parts {
		if p.as != p.counter.as || !now.Before(p.counter.leaseUntil) {
			return ErrLate
		}
	}
	return nil
}

// begin writes the intent of a reservation. The lock must be held, so that the records of the ledger are in the order of their
// numbers.
func (b *Book) begin(r *Reservation, now time.Time) {
	r.at = now
	if r.claim.Until.IsZero() {
		r.claim.Until = now
	}
	r.number = b.records + 1
	b.open[r.number] = r
	rec := b.record(r)
	b.append(&rec, func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.written, r.err = true, err
		if r.waiting != nil {
			close(r.waiting)
		}
	})
}

// settle moves the units of a reservation and writes the settlement. The lock must be held.
func (b *Book) settle(r *Reservation, s Settlement) {
	to := stateOf(s.Billed)
	need := r.units()
	for _, p := range r.parts {
		if p.as == p.counter.as {
			p.counter.settle(need, r.state, to)
		}
	}
	rec := b.record(r)
	rec.Settled, rec.Was = true, r.state == unknown
	rec.Billed, rec.Failure, rec.Took = s.Billed, s.Failure, s.Took.Microseconds()
	rec.Request = s.VendorRequestID[:min(len(s.VendorRequestID), maxRequestID)]
	r.state = to
	delete(b.open, r.number)
	b.append(&rec, b.lost.note)
}

// record returns the intent of a reservation, valid until the next call. The lock must be held.
func (b *Book) record(r *Reservation) record {
	c := &r.claim
	rec := record{
		Of: r.number, At: r.at.UnixMilli(), Provider: c.Provider, Route: c.Route, Tenant: c.Tenant, Attempt: c.Attempt,
		Price: int64(c.Quote.Amount), Pack: c.Quote.Package,
	}
	rec.On = b.on[:0]
	for _, p := range r.parts {
		rec.On = append(rec.On, p.as)
	}
	b.on = rec.On
	return rec
}

// append numbers a record and passes it to the store, which copies it. The lock must be held.
func (b *Book) append(rec *record, done func(error)) {
	b.records++
	rec.Number = b.records
	b.line = rec.append(b.line[:0])
	if chapter := rec.Number >> chapterBits; chapter != b.chapter || b.topic == "" {
		b.chapter, b.topic = chapter, topic(b.cfg.Currency, b.cfg.Owner, chapter)
	}
	b.cfg.Store.Append(b.topic, b.line, done)
}
