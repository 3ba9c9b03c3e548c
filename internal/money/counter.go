package money

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// counter is what this program knows of one document, and what it has leased of it. The book's lock guards everything.
//
// Only exchanges change the lease in the document. In between, calls move units from free to inFlight and on to spent or unknown,
// which the next exchange writes.
type counter struct {
	key         string
	meter       *meter
	from, until time.Time

	seen     time.Time // when doc was read or written; zero means never
	doc      document
	docUsed  Units // doc.used(), which every call needs
	revision uint64

	// as is the generation of the lease. Settlements of a lost lease are no longer counted here.
	as         uint32
	held       Units
	leaseUntil time.Time
	inFlight   Units
	calls      int   // reservations in flight
	spent      Units // not in doc yet
	unknown    Units // not in doc yet; negative when unknown units were settled
	returning  Units // returned by an exchange that has not ended

	wanted, smallest Units         // what claims wait for: the sum, and the smallest one
	turn             chan struct{} // closed when the present exchange ends; nil if there is none
	rounds           uint64        // exchanges that ended
	err              error         // of the last one
	unsure           []*change     // may have been written, or may be yet: the store did not say. Oldest first
	busy             bool          // used since the last look
	swept            bool          // documents of old periods are removed
}

// free returns what calls can use now.
func (c *counter) free() Units {
	return c.held.minus(c.inFlight).minus(c.spent).minus(c.unknown).minus(c.returning)
}

// usable reports whether the lease may be used. That ends a margin before others may take it over.
func (c *counter) usable(now time.Time, margin time.Duration) bool {
	return now.Before(c.leaseUntil.Add(-margin))
}

// unleased returns what is left in the document.
func (c *counter) unleased() Units { return c.meter.limit.minus(c.docUsed) }

// see records the document as it is in the store.
func (c *counter) see(doc document, revision uint64, now time.Time) {
	c.doc, c.docUsed, c.revision, c.seen = doc, doc.used(), revision, now
	c.publish()
}

func (c *counter) take(u Units) {
	c.inFlight = c.inFlight.plus(u)
	c.calls++
	c.busy = true
	c.publish()
}

// settle moves the units of a call from one state to another.
func (c *counter) settle(u Units, from, to state) {
	switch from {
	case inFlight:
		c.inFlight = c.inFlight.minus(u)
		c.calls--
	case unknown:
		c.unknown = c.unknown.minus(u)
	}
	switch to {
	case billed:
		c.spent = c.spent.plus(u)
	case unknown:
		c.unknown = c.unknown.plus(u)
	}
	c.publish()
}

// publish updates the number of calls left for readers without the lock.
func (c *counter) publish() {
	if c.meter.budget == nil && c.meter.now == c {
		c.meter.left.Store(c.left().Calls)
	}
}

// left returns what calls of this program can still use. What others hold is not part of it.
func (c *counter) left() Units { return c.unleased().plus(c.free()).plus(c.returning) }

// idle reports whether this program has no lease and nothing to write.
func (c *counter) idle() bool {
	return c.leaseUntil.IsZero() && c.spent == (Units{}) && c.unknown == (Units{}) && len(c.unsure) == 0
}

// lose begins a new generation after another program took over the lease.
func (c *counter) lose(as uint32) {
	c.as, c.held, c.inFlight, c.calls, c.spent, c.unknown = as, Units{}, Units{}, 0, Units{}, Units{}
	c.returning, c.unsure, c.leaseUntil = Units{}, nil, time.Time{}
}

// maxUnsure bounds the changes whose fate is unknown.
const maxUnsure = 32

// doubt keeps a change that may have been written or may be yet.
func (c *counter) doubt(w *change) {
	if len(c.unsure) == maxUnsure {
		c.unsure = c.unsure[1:]
	}
	c.unsure = append(c.unsure, w)
}

// find returns the doubtful change that a document proves to be written: the one that its lease names or, if the lease is gone, the
// last one that removed it; nil if there is none.
func (c *counter) find(l lease, leased bool) *change {
	for i := len(c.unsure) - 1; i >= 0; i-- {
		if w := c.unsure[i]; leased && l.Write == w.write || !leased && w.removes && !c.leaseUntil.IsZero() {
			c.unsure = c.unsure[i+1:]
			return w
		}
	}
	return nil
}

// change is one write of a document: the units that it adds, and what the owner holds afterwards.
type change struct {
	write          uint64
	spent, unknown Units
	held           Units
	until          time.Time
	removes        bool // the lease
}

// terms of a new lease.
type terms struct {
	owner         string
	until         time.Time
	from, through uint64
	write         uint64
	giveBack      bool // return what is free
	buried        bool // the document changed in another way
}

// plan returns the next document and the change to it, nil if there is nothing to write. The lock must be held. From then on, free
// units that the change returns cannot be used.
func (c *counter) plan(doc document, t terms) ([]byte, document, *change, error) {
	limit := c.meter.limit
	next := document{Spent: doc.Spent.plus(c.spent), Unknown: doc.Unknown.plus(c.unknown), Leases: maps.Clone(doc.Leases)}
	delete(next.Leases, t.owner)
	keep := c.held.minus(c.spent).minus(c.unknown).within(limit)
	if t.giveBack {
		keep = c.inFlight.within(limit)
		c.returning = Units{} // of an earlier change in doubt
		c.returning = c.free().within(limit)
	} else if c.wanted != (Units{}) {
		left := limit.minus(next.used()).minus(keep)
		keep = keep.plus(block(left, c.wanted.minus(c.free()), c.smallest.minus(c.free()), limit))
	}
	w := &change{write: t.write, spent: c.spent, unknown: c.unknown, held: keep, until: t.until}
	if keep == (Units{}) && c.calls == 0 {
		_, leased := doc.Leases[t.owner]
		moves := w.spent != (Units{}) || w.unknown != (Units{})
		if !leased && !moves && !t.buried && len(c.unsure) == 0 {
			return nil, doc, nil, nil
		}
		// A change that moves units without a lease writes an empty lease, which later proves that it was written.
		w.removes = leased || !moves
	}
	if !w.removes {
		if next.Leases == nil {
			next.Leases = map[string]lease{}
		}
		next.Leases[t.owner] = lease{Units: keep, Until: t.until, As: c.as, From: t.from, Through: t.through, Write: t.write}
	}
	data, err := json.Marshal(next)
	return data, next, w, err
}

// block returns how much to lease of what is left: what is wanted, but at least a 64th, and nothing if it does not pay for the
// smallest call. wanted and smallest do not include what is free already.
func block(left, wanted, smallest, limit Units) Units {
	if !left.covers(smallest, limit) {
		return Units{}
	}
	const share = 64
	b := wanted.largest(Units{left.Amount / share, left.Calls / share}).least(left)
	return b.largest(Units{}).within(limit)
}

// apply records that a change was written.
func (c *counter) apply(w *change) {
	c.spent, c.unknown = c.spent.minus(w.spent), c.unknown.minus(w.unknown)
	c.held, c.leaseUntil, c.returning = w.held, w.until, Units{}
	if w.removes {
		c.leaseUntil = time.Time{}
	}
}

// state of a reservation.
type state uint8

const (
	inFlight state = iota
	billed
	unbilled
	unknown
)

func stateOf(b abi.Billed) state {
	switch b {
	case abi.BilledYes:
		return billed
	case abi.BilledNo:
		return unbilled
	default:
		return unknown
	}
}
