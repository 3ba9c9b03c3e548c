package money

import (
	"errors"
	"time"
)

// recheck is how long a refusal is valid before the store is asked again whether others returned something.
const recheck = 100 * time.Millisecond

// errSpent means that a package has ended.
var errSpent = errors.New("nothing is left")

// waits has the exchanges that a claim has waited for: the number of rounds of each counter before.
type waits map[*counter]uint64

// has returns neither a channel nor an error if a counter has the units for a call. A channel is closed when it is worth looking
// again. The error is a *[BudgetError], errSpent for a package, or that of the store. The lock must be held.
func (b *Book) has(c *counter, need Units, now time.Time, waited *waits) (chan struct{}, error) {
	usable := c.usable(now, b.margin())
	if usable && c.free().covers(need, c.meter.limit) {
		return nil, nil
	}
	round, asked := (*waited)[c]
	answered := asked && c.rounds > round
	switch {
	case answered && c.err != nil:
		return nil, c.err
	case !answered && (c.err != nil || c.seen.IsZero() || now.Sub(c.seen) >= recheck):
		// The known balance is too old to refuse because of it.
	case !c.unleased().plus(c.free()).covers(need, c.meter.limit):
		return nil, b.refusal(c)
	}
	if *waited == nil {
		*waited = waits{}
	}
	if !asked || answered {
		(*waited)[c] = c.rounds
		if c.smallest == (Units{}) {
			c.smallest = need
		}
		c.wanted, c.smallest = c.wanted.plus(need), c.smallest.least(need)
	}
	if c.turn == nil {
		c.turn = make(chan struct{})
		b.work.Go(func() { _ = b.exchange(b.life, c, false) }) // the claims that wait get the error
	}
	return c.turn, nil
}

// refusal returns why a call gets nothing from a counter. The lock must be held.
func (b *Book) refusal(c *counter) error {
	budget := c.meter.budget
	if budget == nil {
		return errSpent
	}
	return &BudgetError{
		Scope: budget.Scope, Name: budget.Name, Per: budget.Per, Limit: budget.Limit,
		Spent: c.used(), InFlight: c.inFlight, Held: c.doc.others(b.cfg.Owner), Until: c.until,
	}
}

// used returns what was spent or may have been billed, as far as this program knows.
func (c *counter) used() Units {
	return c.doc.Spent.plus(c.doc.Unknown).plus(c.spent).plus(c.unknown)
}
