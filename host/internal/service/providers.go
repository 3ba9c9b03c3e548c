package service

import (
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Provider is a provider as an operator sees it.
type Provider struct {
	engine.ProviderInfo
	// Standing is its status in routes, nil unless it is configured.
	Standing *route.ProviderStatus `json:"standing,omitempty" doc:"Its status in routes: whether it is asked, why not and until when, price, latency, breaker"`
	// Budgets are its budgets and packages, for admins only.
	Budgets []money.BudgetStatus `json:"budgets,omitempty" doc:"Its budgets and packages; for admins"`
}

// Providers returns the providers of a tenant's routes; for an admin, all providers and the plugins without a provider.
func (s *Service) Providers(t *access.Tenant) []Provider {
	standing := make(map[string]*route.ProviderStatus)
	for _, r := range s.Engine.ProviderStatus() {
		standing[r.Provider] = &r
	}
	budgets := s.Engine.Budgets()
	out := []Provider{}
	for _, info := range s.Engine.Providers() {
		if !t.Admin() && !s.knowsProvider(t, info.Name) {
			continue
		}
		p := Provider{ProviderInfo: info}
		if info.State != engine.NotConfigured {
			p.Standing = standing[info.Name]
		}
		if t.Admin() && p.Standing != nil {
			for _, b := range budgets {
				if b.Scope == money.ScopeProvider && b.Name == info.Name {
					p.Budgets = append(p.Budgets, b)
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// Provider returns one of [Service.Providers]. It fails with [ErrNoProvider].
func (s *Service) Provider(t *access.Tenant, name string) (Provider, error) {
	for _, p := range s.Providers(t) {
		if p.Name == name {
			return p, nil
		}
	}
	return Provider{}, ErrNoProvider
}

// Park stops routes from asking a provider until a time, or until [Service.Unpark] if that is zero. It fails with [ErrNotAdmin],
// [ErrNoProvider] or [ErrPast].
func (s *Service) Park(t *access.Tenant, name, reason string, until time.Time) error {
	if !t.Admin() {
		return ErrNotAdmin
	}
	if !until.IsZero() && !until.After(s.Now()) {
		return ErrPast
	}
	if !s.Engine.Park(name, reason, until) {
		return ErrNoProvider
	}
	return nil
}

// Unpark resumes a provider, regardless of why it was parked. It fails with [ErrNotAdmin] or [ErrNoProvider].
func (s *Service) Unpark(t *access.Tenant, name string) error {
	if !t.Admin() {
		return ErrNotAdmin
	}
	if !s.Engine.Unpark(name) {
		return ErrNoProvider
	}
	return nil
}

// knowsProvider reports whether a tenant may know of a provider: one of its routes lists it. An admin knows all of them.
func (s *Service) knowsProvider(t *access.Tenant, name string) bool {
	if t.Admin() {
		return s.Engine.HasProvider(name)
	}
	return slices.ContainsFunc(s.routesOf(t), func(route string) bool { return slices.Contains(s.Engine.RouteProviders(route), name) })
}
