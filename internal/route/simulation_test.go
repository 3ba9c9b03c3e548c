package route_test

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

const (
	seeds        = 6
	callsOfASeed = 250
)

// TestPoliciesOverVendorsThatFail calls sellers with every policy, one call after the other and many at once. It checks each verdict,
// the limits of each vendor and, at the end, the bill.
func TestPoliciesOverVendorsThatFail(t *testing.T) {
	t.Parallel()
	all := catalogue(t)
	seen := &occurrences{}
	for _, policy := range route.Policies() {
		t.Run(string(policy), func(t *testing.T) {
			for seed := range uint64(seeds) {
				for _, pace := range []time.Duration{0, 70 * time.Millisecond} {
					synctest.Test(t, func(t *testing.T) { simulate(t, policy, seed, pace, all, seen) })
					if t.Failed() {
						t.Fatalf("with seed %d, a call every %v", seed, pace)
					}
				}
			}
		})
	}
	if !t.Failed() {
		seen.check(t)
	}
}

// simulate makes the calls of one seed: one after the other if pace is 0, otherwise one in each pace on average.
func simulate(t *testing.T, policy route.Policy, seed uint64, pace time.Duration, all map[string][]route.Result, seen *occurrences) {
	m := newMarket(t, policy, seed, all)
	random := rand.New(rand.NewPCG(seed, 99))
	var calls sync.WaitGroup
	answers := make([]answered, callsOfASeed)
	for i := range callsOfASeed {
		tenant := []string{"north", "south"}[random.IntN(2)]
		within := time.Duration(1+random.IntN(20)) * time.Second
		order := m.order(pace == 0)
		one := func() {
			answers[i] = m.ask(tenant, within)
			m.check(answers[i].Verdict, order)
			seen.note(answers[i].Verdict)
		}
		if pace == 0 {
			one()
			m.attempts.Wait() // so that nothing is under way when the next ranking is looked at
			time.Sleep(time.Duration(random.ExpFloat64() * float64(200*time.Millisecond)))
			continue
		}
		calls.Go(one)
		time.Sleep(time.Duration(random.ExpFloat64() * float64(pace)))
	}
	calls.Wait()
	m.attempts.Wait()
	sure := make(map[string]int) // billed, by the attempts of all calls
	late := make(map[string]int) // billed for attempts that no call waited for
	for _, a := range answers {
		m.tally(a, sure, late)
	}
	m.checkBill(sure, late)
	if t.Failed() {
		t.Logf("route %+v", m.route)
	}
}

// newMarket returns a market with five sellers, each of which fails like one of the shipped vendors, and with budgets that are used up
// before the end.
func newMarket(t *testing.T, policy route.Policy, seed uint64, all map[string][]route.Result) *market {
	vendors := slices.Sorted(maps.Keys(all))
	m := &market{t: t, sellers: make(map[string]*seller)}
	m.budgets = budgets(seed)
	m.route = route.Route{
		Policy: policy, RepeatBilled: seed%3 == 2, Retries: []int{-1, 1, 2}[seed%3],
		Accept: route.AcceptRule{Fields: []string{"name"}},
		Hedge:  route.HedgeRule{After: []time.Duration{0, 800 * time.Millisecond}[seed%2], MaxExtra: 0.2},
	}
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		m.sellers[name] = newSeller(t, name, seed, all[vendors[(i+int(seed))%len(vendors)]])
		m.route.Providers = append(m.route.Providers, name)
	}
	cfg := route.Config{
		Accounts: map[string]route.Account{}, Routes: map[string]route.Route{"default": m.route},
		Now: time.Now, Random: rand.NewPCG(seed, 2), Logger: slog.New(slog.DiscardHandler), Owner: "test",
	}
	var err error
	cfg.Book, err = money.Open(t.Context(), money.Config{Store: store.NewMemory(), Zone: time.UTC, Budgets: m.budgets, Tariffs: tariffs(t, m.sellers)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cfg.Book.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for name, s := range m.sellers {
		cfg.Accounts[name] = route.Account{Traits: traits(), Tariff: cfg.Book.Tariff(name), Limits: s.limits}
	}
	m.book = cfg.Book
	if m.Router, err = route.New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// budgets returns those of a seed. Every second seed has none.
func budgets(seed uint64) []money.Budget {
	if seed%2 == 0 {
		return nil
	}
	return []money.Budget{
		{Scope: money.ScopeProvider, Name: "a", Per: money.Day, Limit: money.Units{Amount: 1_000_000}},
		{Scope: money.ScopeTenant, Name: "north", Per: money.Month, Limit: money.Units{Amount: 2_500_000}},
		{Scope: money.ScopeRoute, Name: "default", Per: money.Day, Limit: money.Units{Calls: 150}},
	}
}

// order returns the order in which the route's policy asks the providers now, or nil if the test cannot know it: for a random order, and
// for one by latency while other calls are under way.
func (m *market) order(alone bool) []string {
	switch m.route.Policy {
	case route.Weighted:
		return nil
	case route.Fastest:
		if !alone {
			return nil
		}
		_, ranking, _ := m.Explain("default", route.Needs{Document: "cn.idcard"})
		var order []string
		for _, r := range ranking {
			if r.Ready { // who is not may be by the time that its turn comes
				order = append(order, r.Provider)
			}
		}
		return order
	case route.Cheapest:
		return slices.SortedStableFunc(slices.Values(m.route.Providers), func(a, b string) int { return cmp.Compare(m.sellers[a].price, m.sellers[b].price) })
	default:
		return m.route.Providers
	}
}

// check checks what every policy promises of a verdict.
func (m *market) check(v *route.Verdict, order []string) {
	m.t.Helper()
	wrong := func(format string, args ...any) {
		m.t.Helper()
		m.t.Errorf(format+"\n%s", append(args, story(v))...)
	}
	met := make(map[string]int) // considered so far
	times := make(map[string]int)
	for i, c := range v.Attempts {
		if c.Reason.IsZero() {
			wrong("%s has no reason", c.Provider)
		}
		met[c.Provider]++
		if c.Number < 0 {
			continue
		}
		for _, before := range order[:max(0, slices.Index(order, c.Provider))] {
			if met[before] == 0 {
				wrong("%s is asked before %s", c.Provider, before)
			}
		}
		times[c.Provider]++
		if retries := max(0, m.route.Retries); times[c.Provider] > 1+retries {
			wrong("%s is asked %d times, with %d retries", c.Provider, times[c.Provider], retries)
		}
		for _, past := range v.Attempts[:i] {
			ended := past.Started.Add(past.Took)
			f := past.Result.Failure
			if past.Outcome == route.Failed && !f.FailOver && past.Provider != c.Provider && c.Started.After(ended) {
				wrong("%s is asked although the failure of %s was final", c.Provider, past.Provider)
			}
			if past.Provider == c.Provider && past.Number >= 0 && !m.mayRepeat(&past) {
				wrong("%s is asked again", c.Provider)
			}
		}
	}
	switch {
	case v.Winner >= 0:
		if i := slices.IndexFunc(v.Attempts, func(c route.AttemptRecord) bool { return c.Number == v.Winner }); i < 0 || v.Attempts[i].Outcome != route.Recognized {
			wrong("attempt %d has won without a reading", v.Winner)
		}
	case v.Failure < 0 && v.Refused == nil:
		wrong("there is neither a reading nor a failure")
	case v.Refused != nil && v.Refused.Kind != abi.FailureKindTimeout && len(met) != len(m.sellers):
		wrong("it is refused although only %d of %d providers were considered", len(met), len(m.sellers))
	}
}

// mayRepeat reports whether a provider may be asked again after an attempt.
func (m *market) mayRepeat(past *route.AttemptRecord) bool {
	f := past.Result.Failure
	return past.Outcome == route.Failed && f.Retryable && (past.Result.Billed == abi.BilledNo || m.route.RepeatBilled)
}

// tally compares the attempts of a call with the vendors' results, and adds up what was billed.
func (m *market) tally(a answered, sure, late map[string]int) {
	for _, c := range a.Attempts {
		price := m.sellers[c.Provider].price
		said := abi.BilledNo
		if c.Number >= 0 {
			said = a.told[c.Number].Billed
		}
		want := said
		if c.Outcome == route.Stopped {
			want = abi.BilledUnknown
			if said == abi.BilledYes {
				late[c.Provider]++
			}
		} else if said == abi.BilledYes {
			sure[c.Provider]++
		}
		cost := price
		if want == abi.BilledNo {
			cost = 0
		}
		if c.Result.Billed != want || c.Cost != cost {
			m.t.Errorf("%s says billed %s at %s, the vendor %s at %s", c.Provider, c.Result.Billed, c.Cost, said, cost)
		}
	}
}

// checkBill compares the attempts, the ledger and the vendors' own bills, and the budgets with all of them.
func (m *market) checkBill(sure, late map[string]int) {
	usage, err := m.book.Usage(context.Background(), money.Query{By: []money.Dimension{money.ByProvider}})
	if err != nil {
		m.t.Fatal(err)
	}
	rows := make(map[string]money.UsageRow)
	for _, r := range usage.Rows {
		rows[r.Provider] = r
	}
	for name, s := range m.sellers {
		r := rows[name]
		times := func(n int) money.Amount { return s.price * money.Amount(n) }
		if r.Attempts != int64(s.asked) || r.Billed != int64(s.billed) || r.Unknown != int64(s.unknown) || r.Open != 0 || r.Cost != times(s.billed) || r.UnknownCost != times(s.unknown) {
			m.t.Errorf("the ledger has %+v, but %s", r, s)
		}
		if got := sure[name] + late[name]; got != s.billed {
			m.t.Errorf("the attempts have %d billed calls and %d that were not waited for, but %s", sure[name], late[name], s)
		}
		if bill := times(s.charged); bill < r.Cost || bill > r.Cost+r.UnknownCost {
			m.t.Errorf("the bill of %s is not within %s and the %s that may have been billed", s, r.Cost, r.UnknownCost)
		}
	}
	m.checkBudgets()
}

func (m *market) checkBudgets() {
	for _, b := range m.budgets {
		dimension := map[money.Scope]money.Dimension{money.ScopeProvider: money.ByProvider, money.ScopeRoute: money.ByRoute, money.ScopeTenant: money.ByTenant}[b.Scope]
		usage, err := m.book.Usage(context.Background(), money.Query{By: []money.Dimension{dimension}})
		if err != nil {
			m.t.Fatal(err)
		}
		for _, r := range usage.Rows {
			used := money.Units{Amount: r.Cost + r.UnknownCost, Calls: r.Billed + r.Unknown}
			if cmp.Or(r.Provider, r.Route, r.Tenant) == b.Name && (b.Limit.Amount > 0 && used.Amount > b.Limit.Amount || b.Limit.Calls > 0 && used.Calls > b.Limit.Calls) {
				m.t.Errorf("the budget of %s %s allows %+v and %+v were spent", b.Scope, b.Name, b.Limit, used)
			}
		}
	}
}
