package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Ranking is the present order of a route's providers, for a request.
type Ranking struct {
	Route     string           `json:"route"`
	Policy    Policy           `json:"policy"`
	Currency  Currency         `json:"currency"`
	Providers []ProviderStatus `json:"providers"`
}

// Explain returns the present ranking of a route for a request, without asking any provider. Of the request only what it requires of a provider
// counts. ok is false when there is no such route.
func (e *Engine) Explain(name string, req Request) (r Ranking, ok bool) {
	if name == "" {
		name = DefaultRoute
	}
	if req.Document == "" {
		req.Document = idcard.Document
	}
	g := e.now.Load()
	r = Ranking{Route: name, Currency: g.currency()}
	r.Policy, r.Providers, ok = g.router.Explain(name, needs(&req, req.Picture.url))
	for i := range r.Providers {
		if x := &r.Providers[i]; x.Ready {
			if spent := e.shared.book.Refusal(&money.Claim{Provider: x.Provider, Route: name, Tenant: req.Tenant, Quote: money.Quote{Amount: x.Price}}); spent != nil {
				x.Ready, x.Why, x.Until = false, message.New(message.NotAsked, "cause", spent.Message()), spent.Until
			}
		}
	}
	slices.SortStableFunc(r.Providers, func(a, b route.ProviderStatus) int {
		switch {
		case a.Ready == b.Ready:
			return 0
		case a.Ready:
			return -1
		default:
			return 1
		}
	})
	return r, ok
}

// Routes returns the names of all routes, in order.
func (e *Engine) Routes() []string { return slices.Sorted(maps.Keys(e.now.Load().routes)) }

// HasRoute reports whether there is a route of a name; "" means DefaultRoute.
func (e *Engine) HasRoute(name string) bool {
	_, ok := e.now.Load().routes[cmp.Or(name, DefaultRoute)]
	return ok
}

// HasProvider reports whether a provider of a name is configured.
func (e *Engine) HasProvider(name string) bool { return e.now.Load().providers[name] != nil }

// RouteProviders returns the names of a route's providers, the preferred one first; nil when there is no such route. "" means
// DefaultRoute.
func (e *Engine) RouteProviders(name string) []string {
	return slices.Clone(e.now.Load().routes[cmp.Or(name, DefaultRoute)].Providers)
}

// ProviderStatus returns the status of all providers, by name.
func (e *Engine) ProviderStatus() []ProviderStatus { return e.now.Load().router.Status() }

// Park keeps a provider from being asked until a time, or until Unpark if the time is zero. It returns false when there is no such provider.
func (e *Engine) Park(provider, reason string, until time.Time) bool {
	g := e.now.Load()
	return g.router.Park(provider, route.Parked{Since: g.cfg.Now(), Until: until, Reason: message.Text(reason)})
}

// Unpark resumes a provider, regardless of why it was parked. It returns false when there is no such provider.
func (e *Engine) Unpark(provider string) bool { return e.now.Load().router.Unpark(provider) }

// Currency returns the currency of all prices and budgets.
func (e *Engine) Currency() Currency { return e.now.Load().currency() }

// Budgets returns all budgets and packages, with what is left of them.
func (e *Engine) Budgets() []BudgetStatus { return e.shared.book.Snapshot() }

// Usage sums up attempts and their cost from the ledger. It fails with the error of the store, or of ctx.
func (e *Engine) Usage(ctx context.Context, q UsageQuery) (*Usage, error) {
	return e.shared.book.Usage(ctx, q)
}
