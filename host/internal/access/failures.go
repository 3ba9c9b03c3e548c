package access

import (
	"net/netip"
	"sync"
	"time"
)

// An address may send maxFailures requests without a valid key within failureWindow.
const (
	maxFailures   = 20
	failureWindow = time.Minute
	// maxAddresses limits the memory. Beyond it all addresses are forgotten: that allows more guesses, but no guess can succeed.
	maxAddresses = 10_000
)

// failures counts the requests without a valid key by address.
type failures struct {
	now func() time.Time

	mu    sync.Mutex
	since map[netip.Addr]*window
}

type window struct {
	began time.Time
	count int
}

func newFailures(now func() time.Time) *failures {
	return &failures{now: now, since: make(map[netip.Addr]*window)}
}

// count records a failure and returns how long the address must wait, 0 if it may try again.
func (f *failures) count(from netip.Addr) time.Duration {
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.since[from]
	if w == nil {
		if len(f.since) >= maxAddresses {
			clear(f.since)
		}
		w = &window{began: now}
		f.since[from] = w
	}
	if now.Sub(w.began) >= failureWindow {
		*w = window{began: now}
	}
	if w.count++; w.count <= maxFailures {
		return 0
	}
	return w.began.Add(failureWindow).Sub(now)
}
