package route

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/money"
)

// candidate is a provider that may be asked in a call, in the place that its route's policy gives it.
type candidate struct {
	account *account
	quote   money.Quote
	// key sorts: the lower the earlier, equals in the order of the route.
	key float64
	// retries made so far with it.
	retries int
	// bar is what kept it from being asked last.
	bar bar
}

// ranks reports whether a policy has an order of its own.
func (p Policy) ranks() bool { return p == Weighted || p == Cheapest || p == Fastest }

// rank orders candidates as a policy wants it at a time. draw gives numbers from 0 to 1.
func rank(r *Route, candidates []*candidate, now time.Time, draw func() float64) {
	switch r.Policy {
	case Weighted:
		// The smallest of exponentially distributed numbers with these rates is each one's with the probability of its share.
		for _, c := range candidates {
			c.key = exponential(draw()) / weight(r, c.account.name)
		}
	case Cheapest:
		for _, c := range candidates {
			c.key = float64(c.quote.Amount)
		}
	case Fastest:
		for _, c := range candidates {
			c.key = c.account.expected(now)
		}
	default:
		return
	}
	slices.SortStableFunc(candidates, func(a, b *candidate) int { return cmp.Compare(a.key, b.key) })
}

// weight of a provider in a route: tiny for 0, which comes last.
func weight(r *Route, name string) float64 {
	w, given := r.Weights[name]
	switch {
	case !given:
		return 1
	case w <= 0:
		return 1e-12
	default:
		return float64(w)
	}
}

// first says why a candidate stands where it does, when it is the first to be asked.
func (r *Route) first(name string, c *candidate, now time.Time) string {
	switch r.Policy {
	case Weighted:
		sum := 0.0
		for _, p := range r.Providers {
			sum += weight(r, p)
		}
		return fmt.Sprintf("drawn in route %s, with %.0f %% of the weight", name, 100*weight(r, c.account.name)/sum)
	case Cheapest:
		return fmt.Sprintf("cheapest in route %s: %s", name, c.quote)
	case Fastest:
		if t := c.account.typical(); t > 0 {
			return fmt.Sprintf("fastest in route %s: %d ms lately", name, t.Milliseconds())
		}
		return fmt.Sprintf("not yet timed in route %s", name)
	default:
		return "first in route " + name
	}
}

// expected is what an account is thought to take, in seconds. An estimate loses half its worth in every half-life without calls, so that
// one that was slow is tried again some time; one that was never timed comes first.
func (a *guard) expected(now time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	samples := a.latency.samples(now)
	if samples == 0 {
		return 0
	}
	return a.latency.quantile(0.5).Seconds() * min(1, samples)
}
