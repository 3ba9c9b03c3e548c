package access

import (
	"net/netip"
	"sync"
	"time"
)

// An address may fail this often within this time before it is told to wait.
const (
	maxFailures   = 20
	failureWindow = time.Minute
	// maxAddresses that are remembered. With more, all are forgotten: that lets more tries through, of which none can succeed.
	maxAddresses = 10_000
)

// failures counts, for each address, the requests that proved nothing.
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

// count notes a failure and gives how long the address should wait; 0 when it may try again.
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
