package route

import "time"

// Limits protect an account. Zero values are the defaults.
type Limits struct {
	// Concurrency is how many calls may be under way at once; 0 means any number.
	Concurrency int
	// Rate is how many calls the vendor sells in a time; 0 calls mean any number.
	Rate Rate
	// Breaker keeps calls away from a vendor that fails.
	Breaker Breaker
}

// Rate is so many calls in so much time, spread evenly.
type Rate struct {
	Calls int
	Per   time.Duration
}

// Breaker opens when a share of the calls within a window failed by the vendor's or the network's fault, lets nothing through for a
// while, then a few calls, and after they succeeded a growing share of all.
type Breaker struct {
	Off bool
	// FailureRate that opens it, above 0 to 1; default 0.5. MinCalls within the window before it can; default 10.
	FailureRate float64
	MinCalls    int
	// Window that is looked at, default 30 seconds. OpenFor is how long nothing is let through, and also how long the gradual
	// return takes; default 15 seconds.
	Window, OpenFor time.Duration
}

const (
	defaultFailureRate = 0.5
	defaultMinCalls    = 10
	defaultWindow      = 30 * time.Second
	defaultOpenFor     = 15 * time.Second
	// probes are the calls that must succeed before an open breaker closes.
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
