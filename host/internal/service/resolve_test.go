package service_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/noopruntime"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// open serves an engine with the providers a, b and c, the routes default (all of them) and near (a and b), and budgets of other tenants.
func open(t testing.TB, budgets int) *service.Service {
	t.Helper()
	provider := engine.ProviderConfig{Plugin: "acme", Secrets: map[string]engine.Secret{"app_key": engine.NewSecret("k"), "app_secret": engine.NewSecret("s")}}
	cfg := engine.Config{
		Plugins: "../../../examples/provider-declarative", Unlocked: true, Runtimes: noopruntime.Runtimes(),
		Providers: map[string]engine.ProviderConfig{"a": provider, "b": provider, "c": provider},
		Routes:    map[string]engine.Route{"near": {Providers: []string{"a", "b"}}},
	}
	for i := range budgets {
		cfg.Money.Budgets = append(cfg.Money.Budgets, money.Budget{Scope: money.ScopeTenant, Name: fmt.Sprint("tenant-", i), Per: money.Day, Limit: money.Units{Calls: 1000}})
	}
	e, err := engine.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return &service.Service{Engine: e, Now: time.Now}
}

// tenant that may take some routes; none means all.
func tenant(t testing.TB, admin bool, routes ...string) *access.Tenant {
	t.Helper()
	var hash access.KeyHash
	return access.New([]access.Config{{Name: "bank", Keys: []access.KeyHash{hash}, Routes: routes, Admin: admin}}, time.Now).Holder(hash)
}

func TestResolveRoute(t *testing.T) {
	s := open(t, 0)
	for name, tt := range map[string]struct {
		tenant *access.Tenant
		ask    engine.Request
		route  string
		err    error
	}{
		"no name":                             {tenant(t, false, "near"), engine.Request{}, "near", nil},
		"no name and no route of its own":     {tenant(t, false), engine.Request{}, "", nil},
		"the tenant's own route":              {tenant(t, false, "near"), engine.Request{Route: "near"}, "near", nil},
		"a route of others":                   {tenant(t, false, "near"), engine.Request{Route: "default"}, "", service.ErrNoRoute},
		"a route that there is not":           {tenant(t, false), engine.Request{Route: "far"}, "", service.ErrNoRoute},
		"a route of its own that is gone":     {tenant(t, false, "far"), engine.Request{Route: "far"}, "", service.ErrNoRoute},
		"any route":                           {tenant(t, false), engine.Request{Route: "near"}, "near", nil},
		"a provider of its route":             {tenant(t, false, "near"), engine.Request{Provider: "b"}, "", nil},
		"a provider of another route":         {tenant(t, false, "near"), engine.Request{Provider: "c"}, "", service.ErrNoProvider},
		"a provider of all routes":            {tenant(t, false), engine.Request{Provider: "c"}, "", nil},
		"a provider, for an admin of a route": {tenant(t, true, "near"), engine.Request{Provider: "c"}, "", nil},
		"a provider that there is not":        {tenant(t, true), engine.Request{Provider: "d"}, "", service.ErrNoProvider},
		"both":                                {tenant(t, true), engine.Request{Provider: "a", Route: "near"}, "near", service.ErrBoth},
	} {
		t.Run(name, func(t *testing.T) {
			req := tt.ask
			if err := s.ResolveRoute(tt.tenant, &req); !errors.Is(err, tt.err) {
				t.Errorf("%v, want %v", err, tt.err)
			}
			if tt.err == nil && (req.Route != tt.route || req.Tenant != "bank") {
				t.Errorf("route %q of tenant %q, want %q", req.Route, req.Tenant, tt.route)
			}
		})
	}
}

// BenchmarkResolveRoute resolves the route, or the provider, of a request while there are 200 budgets.
func BenchmarkResolveRoute(b *testing.B) {
	s, t := open(b, 200), tenant(b, false, "near", "default")
	for name, ask := range map[string]engine.Request{"route": {Route: "near"}, "provider": {Provider: "c"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := ask
				if err := s.ResolveRoute(t, &req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestParkWithoutAReasonStoresNone(t *testing.T) {
	s := open(t, 0)
	if err := s.Park(tenant(t, true), "a", "", time.Time{}); err != nil {
		t.Fatal(err)
	}
	p, err := s.Provider(tenant(t, true), "a")
	if err != nil {
		t.Fatal(err)
	}
	if p.Standing.Parked == nil || !p.Standing.Parked.Reason.IsZero() || p.Standing.Why.Has(message.ParkedReason) {
		t.Errorf("parked as %+v since it %s", p.Standing.Parked, p.Standing.Why)
	}
}
