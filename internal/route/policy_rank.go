package route

import (
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// candidate is a provider that may be asked in a call.
type candidate struct {
	account *account
	// key sorts candidates, the lowest first. Equal ones are asked in the order of the route, which is their place.
	key   float64
	place int
	// retries is how many were made.
	retries int
	// block is what last kept it from being asked; nil for nothing.
	block *block
}

// ranks reports whether a policy has an order other than that of the list.
func (p Policy) ranks() bool { return p == Weighted || p == Cheapest || p == Fastest }

// score sets the keys of candidates by the policy. draw returns numbers from 0 to 1.
func (p *activeRoute) score(candidates []*candidate, now time.Time, draw func() float64) {
	switch p.Policy {
	case Weighted:
		// Of exponentially distributed numbers with these rates, each one is the smallest with the probability of its share.
		for _, c := range candidates {
			c.key = exponential(draw()) / p.weights[c.place]
		}
	case Cheapest:
		for _, c := range candidates {
			c.key = float64(c.account.quote(now).Amount)
		}
	case Fastest:
		for _, c := range candidates {
			c.key = c.account.expected(now)
		}
	}
}

// byRank compares candidates that have their keys.
func byRank(a, b *candidate) int {
	switch {
	case a.key < b.key:
		return -1
	case a.key > b.key:
		return 1
	default:
		return a.place - b.place
	}
}

// front moves the candidate to be asked next to the front of the queue and returns it. Most calls never need the second one, so
// the queue is not sorted.
func (x *run) front() *candidate {
	if q := x.queue; x.route.Policy.ranks() {
		first := 0
		for i := range q {
			if byRank(q[i], q[first]) < 0 {
				first = i
			}
		}
		q[0], q[first] = q[first], q[0]
	}
	return x.queue[0]
}

// weight returns that of a provider in a route. It is tiny for 0, which comes last.
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

// share returns a provider's share of the weight in a route, by its place.
func (p *activeRoute) share(place int) float64 {
	sum := 0.0
	for _, w := range p.weights {
		sum += w
	}
	return p.weights[place] / sum
}

// first returns why a candidate is the first to be asked.
func (p *activeRoute) first(c *candidate, quote money.Quote) message.Message {
	switch p.Policy {
	case Weighted:
		return message.New(message.DrawnInRoute, "route", p.name, "percent", percent(p.share(c.place)))
	case Cheapest:
		return message.New(message.CheapestInRoute, "route", p.name, "price", quote.Message())
	case Fastest:
		if t := c.account.typical(); t > 0 {
			return message.New(message.FastestInRoute, "route", p.name, "typical", t)
		}
		return message.New(message.NotTimedInRoute, "route", p.name)
	default:
		return message.New(message.FirstInRoute, "route", p.name)
	}
}

// expected returns an estimate of what a call of the account takes, in seconds. It halves in every half-life without calls, so
// that a slow account is asked again some time. An account without calls has 0 and comes first.
func (p *protection) expected(now time.Time) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch l := &p.latency; {
	case l.total == 0:
		return 0
	case l.full(now):
		return l.median().Seconds()
	default:
		return l.median().Seconds() * min(1, l.samples(now))
	}
}
