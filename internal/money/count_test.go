package money

import (
	"context"
	"errors"
	"testing"

	"github.com/ocrmux/ocrmux/engine/store"
)

// stuck is a store whose ledger confirms nothing until it is told to.
type stuck struct {
	store.Store
	confirm []func(error)
}

func (s *stuck) Append(_ string, _ []byte, done func(error)) { s.confirm = append(s.confirm, done) }

func TestReservationWaitsForTheLedgerWheneverSomethingCountsIt(t *testing.T) {
	t.Parallel()
	free := Amount(0)
	for name, c := range map[string]struct {
		budgets []Budget
		tariff  *Tariff
		waits   bool
	}{
		"no price, no budget":                    {nil, tariff(t, TariffConfig{}), false},
		"no price, a budget by calls":            {[]Budget{{ScopeProvider, "p", Day, Units{Calls: 5}}}, tariff(t, TariffConfig{}), true},
		"no price, a budget by calls of a route": {[]Budget{{ScopeRoute, "r", Day, Units{Calls: 5}}}, tariff(t, TariffConfig{}), true},
		"a package that cost nothing":            {nil, tariff(t, TariffConfig{Packages: []Package{{ID: "a", Calls: 5}}}), true},
		"free calls of a new account":            {nil, tariff(t, TariffConfig{FreeCalls: 5}), true},
		"volume tiers without a price":           {nil, tariff(t, TariffConfig{Volume: []VolumeTier{{From: 10, PerCall: 1}}}), true},
		"no vendor, a budget by calls":           {[]Budget{{ScopeProvider, "p", Day, Units{Calls: 5}}}, NoVendor(CNY), false},
		"price 0, a budget by calls":             {[]Budget{{ScopeProvider, "p", Day, Units{Calls: 5}}}, tariff(t, TariffConfig{PerCall: &free}), false},
	} {
		s := &stuck{Store: store.NewMemory()}
		b := quiet(t, Config{Store: s, Budgets: c.budgets, Tariffs: map[string]*Tariff{"p": c.tariff}})
		r := reserve(t, b, Claim{Provider: "p", Route: "r", Quote: b.Tariff("p").Quote(b.cfg.Now())})
		over, stop := context.WithCancel(t.Context())
		stop()
		if err := r.Wait(over); c.waits != errors.Is(err, context.Canceled) {
			t.Errorf("%s: Wait returns %v before the ledger has the attempt", name, err)
		}
		for _, confirm := range s.confirm {
			confirm(nil)
		}
		if err := r.Wait(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		r.Settle(no)
	}
}

func TestBudgetByCallsNeitherCountsNorRefusesFreeCalls(t *testing.T) {
	t.Parallel()
	free := Amount(0)
	b := open(t, Config{
		Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 1}}},
		Tariffs: map[string]*Tariff{
			"local": NoVendor(CNY), "gift": tariff(t, TariffConfig{PerCall: &free}), "new": tariff(t, TariffConfig{FreeCalls: 2}), "unpriced": tariff(t, TariffConfig{}),
		},
	})
	claim := func(provider string) Claim {
		return Claim{Provider: provider, Tenant: "t", Quote: b.Tariff(provider).Quote(b.cfg.Now())}
	}
	for _, provider := range []string{"local", "gift", "new"} {
		reserve(t, b, claim(provider)).Settle(yes)
	}
	if got := left(t, b, ScopeTenant, Day); got.Calls != 1 {
		t.Errorf("free calls leave %d calls of 1", got.Calls)
	}
	reserve(t, b, claim("unpriced")).Settle(yes)
	refused(t, b, claim("unpriced"))
	for _, provider := range []string{"local", "gift", "new"} {
		reserve(t, b, claim(provider)).Settle(yes)
	}
	refused(t, b, claim("new")) // its two free calls are used, and its next call has no price
}
