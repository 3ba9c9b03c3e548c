package service

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Denials. Routes and providers of other tenants do not exist for a tenant.
var (
	ErrNoRoute    = &Denial{http.StatusNotFound, message.RefusedNoRoute}
	ErrNoProvider = &Denial{http.StatusNotFound, message.RefusedNoProvider}
	ErrBoth       = &Denial{http.StatusBadRequest, message.RefusedBoth}
	ErrNotAdmin   = &Denial{http.StatusForbidden, message.RefusedNotAdmin}
	ErrPast       = &Denial{http.StatusBadRequest, message.RefusedPast}
)

// Denial is the error for what a tenant may not see or do.
type Denial struct {
	// Status is the HTTP status.
	Status int
	code   message.Code
}

// Error returns the reason in English.
func (d *Denial) Error() string { return d.Message().String() }

// Message returns the reason.
func (d *Denial) Message() message.Message { return message.New(d.code) }

// Service serves tenants from one engine. It is safe for concurrent use.
type Service struct {
	Engine *engine.Engine
	// Now is the clock.
	Now func() time.Time
}

// ResolveRoute sets the tenant and the route of a request: the route or provider that it names, or else the tenant's default route. It
// fails with [ErrNoRoute], [ErrNoProvider] or [ErrBoth].
func (s *Service) ResolveRoute(t *access.Tenant, req *engine.Request) error {
	req.Tenant = t.Name()
	if req.Provider != "" {
		if req.Route != "" {
			return ErrBoth
		}
		if !s.knowsProvider(t, req.Provider) {
			return ErrNoProvider
		}
		return nil
	}
	name, ok := t.Route(req.Route)
	if !ok || !s.Engine.HasRoute(name) {
		return ErrNoRoute
	}
	req.Route = name
	return nil
}

// Budgets returns the tenant's own budgets; for an admin, all budgets and packages.
func (s *Service) Budgets(t *access.Tenant) []money.BudgetStatus {
	out := []money.BudgetStatus{}
	for _, b := range s.Engine.Budgets() {
		if t.Admin() || b.Scope == money.ScopeTenant && b.Name == t.Name() {
			out = append(out, b)
		}
	}
	return out
}

// Usage returns the usage of a tenant; for an admin, of all tenants. It fails as [engine.Engine.Usage] does.
func (s *Service) Usage(ctx context.Context, t *access.Tenant, q money.Query) (*money.Usage, error) {
	own, told := !t.Admin(), slices.Contains(q.By, money.ByTenant)
	if own && !told {
		q.By = append(slices.Clone(q.By), money.ByTenant)
	}
	u, err := s.Engine.Usage(ctx, q)
	if err != nil || !own {
		return u, err
	}
	mine := &money.Usage{Since: u.Since}
	for _, row := range u.Rows {
		if row.Tenant != t.Name() {
			continue
		}
		if !told {
			row.Tenant = ""
		}
		mine.Rows = append(mine.Rows, row)
	}
	return mine, nil
}
