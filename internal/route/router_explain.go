package route

import (
	"maps"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// ProviderStatus describes a provider at one moment.
type ProviderStatus struct {
	Provider string `json:"provider"`
	// Ready is set if the provider can be asked. Otherwise Why says what keeps it from being asked.
	Ready bool            `json:"ready"`
	Why   message.Message `json:"why,omitzero"`
	// Until is when it can be asked again; zero if that is unknown or if it is ready.
	Until time.Time `json:"until,omitzero"`
	// Parked is set while the provider is parked, by an operator or after a failure.
	Parked *Parked `json:"parked,omitempty"`
	// Price of the next call. PriceSource says where it comes from.
	Price       money.Amount    `json:"price"`
	PriceSource message.Message `json:"price_source,omitzero"`
	// TypicalMs and SlowMs are the median and the 95th percentile of recent calls in milliseconds; 0 if unknown.
	TypicalMs int64 `json:"typical_ms,omitempty"`
	SlowMs    int64 `json:"slow_ms,omitempty"`
	// Breaker is closed, open, half-open or returning; empty without one.
	Breaker string `json:"breaker,omitempty"`
	// Share of the weight in a weighted route, from 0 to 1.
	Share float64 `json:"share,omitempty"`
}

// Explain returns the present ranking of a route for a call with some needs, without calling any provider. ok is false if there is
// no such route. The providers of a weighted route are in the order of their weights.
func (r *Router) Explain(name string, needs Needs) (policy Policy, ranking []ProviderStatus, ok bool) {
	p := r.routes[name]
	if p == nil {
		return "", nil, false
	}
	now := r.cfg.Now()
	needs.Labels = slices.Concat(needs.Labels, p.Labels)
	list := needs.each()
	candidates := make([]*candidate, len(p.members))
	for i, a := range p.members {
		candidates[i] = &candidate{account: a, place: i}
	}
	p.score(candidates, now, func() float64 { return 0.5 })
	slices.SortFunc(candidates, byRank)
	for _, c := range candidates {
		x := r.describe(c.account, now)
		if n, lacks := c.account.traits.lacks(list, needs.Document); lacks && needs.Document != "" {
			x.Ready, x.Why = false, n.lacks()
		}
		if p.Policy == Weighted {
			x.Share = p.share(c.place)
		}
		ranking = append(ranking, x)
	}
	slices.SortStableFunc(ranking, func(a, b ProviderStatus) int {
		switch {
		case a.Ready == b.Ready:
			return 0
		case a.Ready:
			return -1
		default:
			return 1
		}
	})
	return p.Policy, ranking, true
}

// Status returns the status of every provider, by name.
func (r *Router) Status() []ProviderStatus {
	now := r.cfg.Now()
	var out []ProviderStatus
	for _, name := range slices.Sorted(maps.Keys(r.accounts)) {
		out = append(out, r.describe(r.accounts[name], now))
	}
	return out
}

func (r *Router) describe(a *account, now time.Time) ProviderStatus {
	q := a.quote(now)
	x := ProviderStatus{Provider: a.name, Price: q.Amount, PriceSource: q.Message(), TypicalMs: a.typical().Milliseconds(), SlowMs: a.slow(now).Milliseconds()}
	b, blocked := a.blocked(now, r.cfg.Zone)
	x.Why, x.Until, x.Ready = b.why, r.shown(b.until), !blocked
	if b.parked != nil {
		parked := *b.parked
		parked.Since, parked.Until = r.shown(parked.Since), r.shown(parked.Until)
		x.Parked = &parked
	}
	if r.cfg.Usable != nil {
		if err := r.cfg.Usable(a.name); err != nil {
			x.Ready, x.Why = false, notLoaded(err)
		}
	}
	if a.breaker != nil {
		x.Breaker = a.breaker.State().String()
		if x.Ready && a.returning(now) < 1 {
			x.Breaker = "returning"
		}
	}
	return x
}

// shown returns a time as messages write it: in the zone of the engine, in whole seconds.
func (r *Router) shown(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(r.cfg.Zone).Truncate(time.Second)
}
