package money

import (
	"math"
	"sync/atomic"
	"time"
)

// meter is a budget or a pool of calls of a tariff. It has a new counter each period.
type meter struct {
	// prefix of the keys of its counters.
	prefix string
	per    Per
	zone   *time.Location

	// The book's lock guards limit, budget (nil for a pool) and now.
	limit  Units
	budget *Budget
	now    *counter
	// calls is limit.Calls, for readers without the lock.
	calls atomic.Int64
	// left (calls) and until (the end of the period in nanoseconds, math.MaxInt64 for never) are those of now, for readers without
	// the lock.
	left, until atomic.Int64
}

// callsLeft returns the calls left in the period of a time, as far as this program knows.
func (m *meter) callsLeft(now time.Time) int64 {
	if now.UnixNano() >= m.until.Load() {
		return m.calls.Load()
	}
	return max(0, m.left.Load())
}

// counter returns the counter of the period of a time. fresh is set if it is new. The book's lock must be held.
func (m *meter) counter(now time.Time, number func() uint32) (c *counter, fresh bool) {
	if m.now != nil && (m.now.until.IsZero() || now.Before(m.now.until) && !now.Before(m.now.from)) {
		return m.now, false
	}
	from, until, name := m.per.bounds(now, m.zone)
	path := m.prefix
	if name != "" {
		path = key(path, name)
	}
	m.now = &counter{key: path, meter: m, from: from, until: until, as: number()}
	m.until.Store(math.MaxInt64)
	if !until.IsZero() {
		m.until.Store(until.UnixNano())
	}
	m.left.Store(m.limit.Calls)
	return m.now, true
}
