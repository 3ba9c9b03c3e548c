package money

import (
	"math"
	"sync/atomic"
	"time"
)

// meter is a budget, or a pool of calls of a tariff: one counter after the other, a new one each period.
type meter struct {
	// prefix of the keys of its counters.
	prefix string
	per    Per
	zone   *time.Location

	// limit, budget (nil for a pool) and now are under the book's lock.
	limit  Units
	budget *Budget
	now    *counter
	// calls is limit's, for those who only look.
	calls atomic.Int64
	// left and until are now's for those who only look: calls, and the period's end in nanoseconds, math.MaxInt64 for never.
	left, until atomic.Int64
}

// callsLeft of the period that now is in, as far as this program knows.
func (m *meter) callsLeft(now time.Time) int64 {
	if now.UnixNano() >= m.until.Load() {
		return m.calls.Load()
	}
	return max(0, m.left.Load())
}

// counter gives that of the period now is in, under the book's lock. old is the one it replaces, if it does.
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
