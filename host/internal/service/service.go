package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/money"
)

// What a tenant cannot have. What there is for others only is not there for it.
var (
	ErrNoRoute    = errors.New("there is no such route")
	ErrNoProvider = errors.New("there is no such provider")
	ErrBoth       = errors.New("both a route and a provider are named: a provider that is named is asked without a route")
	ErrNotAdmin   = errors.New("only an admin may do this")
	ErrPast       = errors.New("until is in the past")
)

// Service serves tenants from one engine. It is safe for concurrent use.
type Service struct {
	Engine *engine.Engine
	// Now is the clock.
	Now func() time.Time
}

// ResolveRoute sends a request to the route or provider that it names, or to the tenant's own route. It fails with [ErrNoRoute],
// [ErrNoProvider] or [ErrBoth].
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

// Budgets that a tenant may know of: its own; an admin all of them, and packages.
func (s *Service) Budgets(t *access.Tenant) []money.Account {
	out := []money.Account{}
	for _, b := range s.Engine.Budgets() {
		if t.Admin() || b.Scope == money.ScopeTenant && b.Name == t.Name() {
			out = append(out, b)
		}
	}
	return out
}

// Usage is what a tenant did; for an admin, what all of them did. It fails as [engine.Engine.Usage] does.
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
