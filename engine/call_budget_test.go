package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// untilMidnight is how long the clock of a test, which begins at 15:08:09 in Shanghai, has until the next day begins there.
const untilMidnight = 8*time.Hour + 51*time.Minute + 51*time.Second

// numbered is a request that no other one is equal to.
func numbered(t testing.TB, n int) engine.Request {
	r := act(t, "read")
	r.Options["number"] = n
	return r
}

func TestBudgetBillsExactlyWhatItAllows(t *testing.T) {
	t.Parallel()
	const limit, calls = 50, 200
	for name, budget := range map[string]money.Budget{
		"of a route in calls":     {Scope: money.ScopeRoute, Name: "default", Per: money.Day, Limit: money.Units{Calls: limit}},
		"of a provider in money":  {Scope: money.ScopeProvider, Name: "actor", Per: money.Day, Limit: money.Units{Amount: limit*10_000 + 9_999}},
		"of a tenant, by a hedge": {Scope: money.ScopeTenant, Name: "bank", Per: money.Day, Limit: money.Units{Calls: limit}},
	} {
		t.Run(name, func(t *testing.T) {
			x := opens(t, specimen(rightNumber), nil)
			e := open(t, func(c *engine.Config) {
				c.Providers = map[string]engine.ProviderConfig{"actor": priced(x, 10_000)}
				if budget.Scope == money.ScopeTenant {
					c.Routes = map[string]engine.Route{"default": {Policy: route.Hedge, Providers: []string{"actor"}}}
				}
				c.Money.Budgets = []money.Budget{budget}
			})
			day := func() (billed int) {
				requests := make([]engine.Request, calls)
				for i := range requests {
					requests[i] = numbered(t, i)
					requests[i].Tenant = "bank"
				}
				results, errs := together(calls, func(i int) (*engine.Recognition, error) { return e.Recognize(t.Context(), requests[i]) })
				for i, err := range errs {
					if err == nil {
						billed++
						continue
					}
					f := failure(t, results[i], err)
					var spent *money.BudgetError
					if verdict(f.Failure) != "quota_exhausted, billed no, fault operator, retryable" || !errors.As(err, &spent) || spent.Scope != budget.Scope || spent.Name != budget.Name {
						t.Fatalf("%s: %v", verdict(f.Failure), err)
					}
					if got := f.Failure.RetryAfter; got != untilMidnight {
						t.Errorf("to be tried again after %v, want %v", got, untilMidnight)
					}
					if len(f.Attempts) != 1 || f.Attempts[0].Outcome != engine.Skipped || f.Attempts[0].Reason.String() != "is not asked: "+spent.Error() {
						t.Errorf("attempts %+v", f.Attempts)
					}
				}
				return billed
			}
			if billed := day(); billed != limit || x.bills.Load() != limit {
				t.Errorf("%d calls succeeded and %d were billed, want %d", billed, x.bills.Load(), limit)
			}
			if b := e.Budgets()[0]; b.Spent != (money.Units{Amount: limit * 10_000, Calls: limit}) || b.Reserved != (money.Units{}) {
				t.Errorf("the budget is %+v", b)
			}
			e.clock.Forward(untilMidnight - time.Second)
			request := numbered(t, 0)
			request.Tenant = "bank"
			if r, err := e.Recognize(t.Context(), request); err == nil {
				t.Errorf("a second before midnight: %+v", r)
			}
			e.clock.Forward(time.Second)
			if _, err := e.Recognize(t.Context(), request); err != nil {
				t.Errorf("on the next day: %v", err)
			}
		})
	}
}

func TestBudgetGetsBackWhatWasNotBilled(t *testing.T) {
	t.Parallel()
	refusing := tillOf(t, `{"kind": "rate_limited"}`)
	reading := opens(t, specimen(rightNumber), nil)
	e := open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"refusing": priced(refusing, 10_000), "reading": priced(reading, 10_000)}
		c.Routes = map[string]engine.Route{"default": {Providers: []string{"refusing", "reading"}, Retries: -1}}
		c.Money.Budgets = []money.Budget{{Scope: money.ScopeRoute, Name: "default", Per: money.Month, Limit: money.Units{Amount: 20_000, Calls: 2}}}
	})
	for i := range 2 {
		if _, err := e.Recognize(t.Context(), numbered(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	if b := e.Budgets()[0]; b.Spent != (money.Units{Amount: 20_000, Calls: 2}) || b.Unknown != (money.Units{}) {
		t.Errorf("the budget is %+v", b)
	}
}

func TestPricesComeFromManifestAndPackages(t *testing.T) {
	t.Parallel()
	price := func(calls int, perCall string) map[string]any {
		return map[string]any{"calls": calls, "per_call": perCall, "currency": "CNY"}
	}
	dir := troupe(t, map[string]func(map[string]any){
		"seller": func(about map[string]any) { about["prices"] = []any{price(100, "0.10"), price(2000, "0.05")} },
		"abroad": func(about map[string]any) {
			about["prices"] = []any{map[string]any{"calls": 100, "per_call": "0.01", "currency": "USD"}}
		},
	})
	x := opens(t, specimen(rightNumber), nil)
	as := func(plugin string, price money.TariffConfig) engine.ProviderConfig {
		p := actor(x.url)
		p.Plugin, p.Price = plugin, price
		return p
	}
	e := open(t, func(c *engine.Config) {
		midnight := time.Date(2024, 5, 7, 0, 0, 0, 0, engine.Shanghai())
		c.Plugins = dir
		c.Providers = map[string]engine.ProviderConfig{
			"small": as("seller", money.TariffConfig{}), "large": as("seller", money.TariffConfig{Bought: 2000}),
			"packs": as("seller", money.TariffConfig{FreeCalls: 1, Packages: []money.Package{
				{ID: "later", Calls: 1000, Price: 42 * money.Micro, Used: 999}, {ID: "soon", Calls: 2, Price: 1 * money.Micro, Expires: midnight},
			}}),
		}
	})
	for _, tt := range []struct{ provider, want string }{
		{"small", "0.1 CNY by manifest's price in packages of 100"},
		{"large", "0.05 CNY by manifest's price in packages of 2,000"},
		{"packs", "0.5 CNY by package soon, 2 of 2 left"},
		{"packs", "the clock strikes midnight"},
		{"packs", "0.042 CNY by package later, 1 of 1,000 left"},
		{"packs", ""},
		{"packs", "0.1 CNY by manifest's price in packages of 100"},
	} {
		if tt.want == "the clock strikes midnight" {
			e.clock.Forward(untilMidnight)
			continue
		}
		request := act(t, "read")
		request.Provider = tt.provider
		r, err := e.Recognize(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		want := tt.provider + " recognized, billed yes, " + tt.want + ": named by the request"
		if tt.want == "" {
			want = tt.provider + " recognized, billed yes: named by the request"
		}
		if diff := cmp.Diff([]string{want}, trail(r.Attempts)); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	}
	cfg := config(t)
	cfg.Plugins, cfg.Providers = dir, map[string]engine.ProviderConfig{"abroad": as("abroad", money.TariffConfig{})}
	var wrong *engine.ConfigError
	if _, err := engine.Open(t.Context(), cfg); !errors.As(err, &wrong) || wrong.Provider != "abroad" || wrong.Key != "/price" {
		t.Errorf("a price in another currency: %v", err)
	}
}
