package route

import "time"

// Limits protect an account. A zero value means its default.
type Limits struct {
	// Concurrency is the maximum of calls under way at once; 0 means no limit.
	Concurrency int
	// Rate is the maximum of calls in a time; 0 calls mean no limit.
	Rate Rate
	// Breaker stops calls to a vendor that fails.
	Breaker Breaker
}

// Rate is a number of calls in a time, spread evenly.
type Rate struct {
	Calls int
	Per   time.Duration
}

// Breaker opens when too many calls within a window failed by the fault of the vendor or the network. Then it lets no call
// through for a time, then a few, and after these succeeded a growing share of all.
type Breaker struct {
	Off bool
	// FailureRate opens it: above 0 and up to 1, default 0.5. MinCalls is how many calls the window must have; default 10.
	FailureRate float64
	MinCalls    int
	// Window is the time over which calls count, default 30 seconds. OpenFor is how long no call is let through, and also how
	// long the gradual return takes; default 15 seconds.
	Window, OpenFor time.Duration
}

const (
	defaultFailureRate = 0.5
	defaultMinCalls    = 10
	defaultWindow      = 30 * time.Second
	defaultOpenFor     = 15 * time.Second
	// probes is the number of calls that must succeed before an open breaker closes.
	probes = 3
)

func (b Breaker) withDefaults() Breaker {
	if b.FailureRate <= 0 || b.FailureRate > 1 {
		b.FailureRate = defaultFailureRate
	}
	if b.MinCalls <= 0 {
		b.MinCalls = defaultMinCalls
	}
	if b.Window <= 0 {
		b.Window = defaultWindow
	}
	if b.OpenFor <= 0 {
		b.OpenFor = defaultOpenFor
	}
	return b
}
