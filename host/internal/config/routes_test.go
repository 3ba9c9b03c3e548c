package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

const withMoney = `
providers:
  cloud:
    labels: ["residency:cn"]
    price:
      free_calls: 5
      packages: [{id: a, calls: 1000, price: "42", expires: "2026-12-31", used: 188}]
      monthly: [{from: 10000, per_call: "0.03"}]
      per_call: "0.05"
    limits: {concurrency: 8, rate: 20/s, breaker: {failure_rate: 0.3, open_for: 1m}}
  local: {}
routes:
  default: {policy: cascade, providers: [local, cloud], accept: {fields: [name], min_confidence: 0.8}, retries: 0, timeout: 20s}
  careful: {policy: consensus, providers: [local, cloud], consensus: {agree: 2, of: 2}}
money:
  time_zone: Asia/Shanghai
  budgets: [{provider: cloud, per: day, amount: "12.50"}, {tenant: bank, per: month, calls: 100}]
state: {dir: state}
results: {entries: 100, ttl: 10m}
`

func TestRoutesPricesAndBudgetsReachTheEngine(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, map[string]string{"config.yaml": withMoney}, nil)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	perCall := money.Amount(50_000)
	want := engine.ProviderConfig{
		Secrets: map[string]engine.Secret{}, Labels: []string{"residency:cn"},
		Price: money.TariffConfig{
			FreeCalls: 5, PerCall: &perCall, Volume: []money.VolumeTier{{From: 10001, PerCall: 30_000}},
			Packages: []money.Package{{ID: "a", Calls: 1000, Price: 42_000_000, Used: 188, Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, zone)}},
		},
		Limits: route.Limits{Concurrency: 8, Rate: route.Rate{Calls: 20, Per: time.Second}, Breaker: route.Breaker{FailureRate: 0.3, OpenFor: time.Minute}},
	}
	got := c.Engine.Providers["cloud"]
	got.Limits.Breaker.MinCalls, got.Limits.Breaker.Window = 0, 0 // defaults that the schema fills in
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("the provider (-want +got):\n%s", diff)
	}
	if r := c.Engine.Routes["default"]; r.Policy != route.Cascade || r.Retries != -1 || r.Timeout != 20*time.Second || r.Accept.MinConfidence != 0.8 {
		t.Errorf("the route is %+v", r)
	}
	budgets := []money.Budget{
		{Scope: money.ScopeProvider, Name: "cloud", Per: money.Day, Limit: money.Units{Amount: 12_500_000}},
		{Scope: money.ScopeTenant, Name: "bank", Per: money.Month, Limit: money.Units{Calls: 100}},
	}
	if diff := cmp.Diff(budgets, c.Engine.Money.Budgets); diff != "" {
		t.Errorf("budgets (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(c.State.Dir, dir) || c.Engine.Results.TTL != 10*time.Minute {
		t.Errorf("state in %q, results %+v", c.State.Dir, c.Engine.Results)
	}
}

func TestProblemsOfMoneyHaveTheirPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"an amount without quotes":         {"providers: {a: {price: {per_call: 0.05}}}", "providers.a.price.per_call"},
		"a day that is none":               {"providers: {a: {price: {packages: [{id: p, calls: 1, price: \"1\", expires: \"2026-02-30\"}]}}}", "providers.a.price.packages.0.expires: is no day"},
		"a budget of a provider not there": {"providers: {a: {}}\nmoney: {budgets: [{provider: b, per: day, calls: 1}]}", "there is no provider \"b\"; one of a"},
		"a budget without a limit":         {"money: {budgets: [{tenant: b, per: day}]}", "the budget has no limit"},
		"a budget of two":                  {"money: {budgets: [{tenant: b, route: c, per: day, calls: 1}]}", "money.budgets"},
		"a zone that is none":              {"money: {time_zone: Asia/Nowhere}", "money.time_zone: is no time zone"},
		"two places for the state":         {"state: {dir: x, url: \"nats://h:1\"}", "state.url: both a folder and a server"},
		"a rate without unit":              {"providers: {a: {limits: {rate: \"20\"}}}", "providers.a.limits.rate"},
		"a policy that is none":            {"routes: {default: {policy: best, providers: [a]}}", "routes.default.policy"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := load(t, map[string]string{"config.yaml": c.file}, nil)
			var wrong *config.Error
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}
