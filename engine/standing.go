package engine

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/engine/money"
	"github.com/ocrmux/ocrmux/engine/route"
)

// Ranking is the present order of a route's providers, for a request with no other needs than its document.
type Ranking struct {
	Route     string         `json:"route"`
	Policy    route.Policy   `json:"policy"`
	Currency  money.Currency `json:"currency"`
	Providers []route.Ranked `json:"providers"`
}

// Explain gives the present ranking of a route for a request, of which only what it needs counts, without calling anybody. ok is
// false when there is no such route.
func (e *Engine) Explain(name string, req Request) (r Ranking, ok bool) {
	if name == "" {
		name = DefaultRoute
	}
	if req.Document == "" {
		req.Document = idcard.Document
	}
	r = Ranking{Route: name, Currency: e.currency()}
	r.Policy, r.Providers, ok = e.router.Explain(name, needs(&req))
	return r, ok
}

// Standing is every provider as the routes see it, by name.
func (e *Engine) Standing() []route.Ranked { return e.router.Status() }

// Park keeps a provider from being asked until a time, or until Unpark if that is zero. It is false for a provider there is not.
func (e *Engine) Park(provider, reason string, until time.Time) bool {
	return e.router.Park(provider, route.Parked{Since: e.cfg.Now(), Until: until, Reason: reason})
}

// Unpark lets a provider be asked again, whyever it was parked.
func (e *Engine) Unpark(provider string) bool { return e.router.Unpark(provider) }

// Budgets are the budgets and packages as they stand.
func (e *Engine) Budgets() []money.Account { return e.book.Snapshot() }

// Usage counts attempts and their cost, from the ledger.
func (e *Engine) Usage(ctx context.Context, q money.Query) (*money.Usage, error) {
	return e.book.Usage(ctx, q)
}
