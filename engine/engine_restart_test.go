package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// kept opens an engine on a folder of state, and gives what ends both.
func kept(t *testing.T, dir string, at *testenv.Clock, change func(*engine.Config)) (e *bench, end func()) {
	t.Helper()
	s, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	e = open(t, func(c *engine.Config) {
		c.Store, c.Now, c.Random = s, at.Now, nil
		change(c)
	})
	return e, func() {
		t.Helper()
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func TestEngineKeepsTheStateOfAccountsOverARestart(t *testing.T) {
	t.Parallel()
	dir, at := t.TempDir(), testenv.NewClock(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC))
	good, revoked := opens(t, specimen(rightNumber), nil), tillOf(t, `{"kind": "unauthenticated", "message": "the key was revoked"}`)
	down := tillOf(t, `{}`) // which the plugin takes for no answer
	good.hold = func(*http.Request) { at.Forward(300 * time.Millisecond) }
	change := func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"good": priced(good, 10_000), "revoked": priced(revoked, 10_000), "down": priced(down, 10_000)}
		broken := c.Providers["down"]
		broken.Limits.Breaker = route.Breaker{MinCalls: 2, OpenFor: time.Hour}
		c.Providers["down"] = broken
		c.Routes = map[string]engine.Route{"default": {Providers: []string{"revoked", "down", "good"}, Retries: -1}}
		c.Money.Budgets = []money.Budget{{Scope: money.ScopeRoute, Name: "default", Per: money.Month, Limit: money.Units{Calls: 40}}}
	}
	e, end := kept(t, dir, at, change)
	for i := range 25 {
		if _, err := e.Recognize(t.Context(), numbered(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	standing := func(e *bench) (out []string) {
		for _, p := range e.ProviderStatus() {
			why := p.Why.String()
			if p.Why.Code() == message.BreakerOpen { // the breaker itself runs by the system's clock
				why, _, _ = strings.Cut(why, " until ")
			}
			out = append(out, fmt.Sprintf("%s: ready %v, %s; typical %d ms, slow %d ms", p.Provider, p.Ready, why, p.TypicalMs, p.SlowMs))
		}
		return out
	}
	before, budget := standing(e), e.Budgets()[0]
	want := []string{
		"down: ready false, has its circuit breaker open; typical 0 ms, slow 0 ms",
		"good: ready true, ; typical 308 ms, slow 308 ms",
		"revoked: ready false, is parked until 2024-05-06 15:09:09 +08:00 after unauthenticated: the key was revoked; typical 0 ms, slow 0 ms",
	}
	if diff := cmp.Diff(want, before); diff != "" {
		t.Errorf("the accounts (-want +got):\n%s", diff)
	}
	if budget.Spent.Calls != 25 || budget.Left.Calls != 40-25-budget.Unknown.Calls || budget.Unknown.Calls != 2 {
		t.Errorf("the budget is %+v", budget)
	}
	end()

	e, end = kept(t, dir, at, change)
	if diff := cmp.Diff(before, standing(e)); diff != "" {
		t.Errorf("the accounts (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(budget, e.Budgets()[0]); diff != "" {
		t.Errorf("the budget (-before +after):\n%s", diff)
	}
	ledger, err := e.Usage(t.Context(), money.Query{By: []money.Dimension{money.ByProvider, money.ByDay}})
	if err != nil {
		t.Fatal(err)
	}
	rows := []money.UsageRow{
		{Day: "2024-05-06", Provider: "down", Calls: 1, Attempts: 2, Unknown: 2, Failed: 2, UnknownCost: 20_000},
		{Day: "2024-05-06", Provider: "good", Calls: 23, Attempts: 25, Billed: 25, Cost: 250_000},
		{Day: "2024-05-06", Provider: "revoked", Calls: 1, Attempts: 1, Failed: 1},
	}
	if diff := cmp.Diff(rows, ledger.Rows); diff != "" {
		t.Errorf("the ledger (-want +got):\n%s", diff)
	}
	asked := revoked.bills.Load()
	if !e.Unpark("revoked") || e.Unpark("nobody") {
		t.Error("what can be unparked is not what there is")
	}
	end() // so that another start finds it unparked, too

	e, end = kept(t, dir, at, change)
	defer end()
	if _, err := e.Recognize(t.Context(), numbered(t, 100)); err != nil {
		t.Fatal(err)
	}
	if revoked.bills.Load() != asked+1 {
		t.Error("the unparked account was not asked again")
	}
	until := at.Now().Add(time.Hour)
	if !e.Park("good", "for its yearly audit", until) || e.Park("nobody", "", until) {
		t.Error("what can be parked is not what there is")
	}
	if p := e.ProviderStatus()[1]; p.Ready || !p.Until.Equal(until.Truncate(time.Second)) || p.Until.Location() != p.Parked.Until.Location() {
		t.Errorf("parked by hand: %+v", p)
	}
}
