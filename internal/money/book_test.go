package money

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/message/messagetest"
)

func refused(t *testing.T, b *Book, claim Claim) *BudgetError {
	t.Helper()
	_, err := b.Reserve(t.Context(), claim)
	var budget *BudgetError
	if !errors.As(err, &budget) {
		t.Fatalf("a claim gives %v", err)
	}
	return budget
}

// left returns what is left of a budget.
func left(t *testing.T, b *Book, scope Scope, per Per) Units {
	t.Helper()
	for _, a := range b.Snapshot() {
		if a.Scope == scope && a.Per == per && a.Pool.IsZero() {
			return a.Left
		}
	}
	t.Fatalf("no budget of %s per %s", scope, per)
	return Units{}
}

func TestBookTakesAClaimFromEveryBudgetOrFromNone(t *testing.T) {
	t.Parallel()
	b := open(t, Config{Budgets: []Budget{
		{ScopeProvider, "p", Day, Units{Calls: 5}}, {ScopeRoute, "r", Day, Units{Amount: 10 * Micro}}, {ScopeTenant, "t", Month, Units{Amount: Micro}},
	}})
	claim := Claim{Provider: "p", Route: "r", Tenant: "t", Quote: Quote{Amount: amount(t, "0.6")}}
	reserve(t, b, claim).Settle(yes)
	e := refused(t, b, claim)
	if e.Scope != ScopeTenant || e.Name != "t" || e.Per != Month || e.Limit.Amount != Micro || e.Spent.Amount != amount(t, "0.6") {
		t.Errorf("%+v", e)
	}
	if got := left(t, b, ScopeProvider, Day); got.Calls != 4 {
		t.Errorf("the provider has %v left", got)
	}
	if got := left(t, b, ScopeRoute, Day); got.Amount != amount(t, "9.4") {
		t.Errorf("the route has %v left", got)
	}
	claim.Tenant = "another"
	reserve(t, b, claim).Settle(no)
}

func TestBudgetErrorSaysHowMuchIsUsedAndWhenThePeriodEnds(t *testing.T) {
	t.Parallel()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	b := open(t, Config{Now: c.Now, Zone: zone(t, "Asia/Shanghai"), Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 1}}}})
	r := reserve(t, b, Claim{Tenant: "t"})
	e := refused(t, b, Claim{Tenant: "t"})
	r.Settle(yes)
	const want = `money.budget_used_up(held= name="t" per=day scope=tenant until=2026-11-23 00:00:00 +08:00 used=money.used_calls(call_limit=1 calls=1))`
	if got := messagetest.Code(e.Message()); got != want {
		t.Error(got)
	}
	if !e.Until.Equal(instant(t, "2026-11-23T00:00:00+08:00")) || e.InFlight.Calls != 1 || e.Spent.Calls != 0 {
		t.Errorf("%+v", e)
	}
}

func TestBudgetBeginsAnewAtLocalMidnight(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]string{"Asia/Shanghai": "2026-11-22T23:59:59+08:00", "America/Sao_Paulo": "2017-10-14T23:59:59-03:00"} {
		c := newClock(t, now)
		b := open(t, Config{Now: c.Now, Zone: zone(t, name), Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 1}}, {ScopeTenant, "t", Month, Units{Calls: 2}}}})
		before := reserve(t, b, Claim{Tenant: "t"})
		refused(t, b, Claim{Tenant: "t"})
		c.Forward(time.Second)
		reserve(t, b, Claim{Tenant: "t"}).Settle(yes)
		before.Settle(no) // back to the day that it was taken from, and to the month
		if e := refused(t, b, Claim{Tenant: "t"}); e.Per != Day {
			t.Errorf("%s: %v", name, e)
		}
		c.Forward(24 * time.Hour)
		reserve(t, b, Claim{Tenant: "t"}).Settle(yes)
		c.Forward(24 * time.Hour)
		if e := refused(t, b, Claim{Tenant: "t"}); e.Per != Month {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestReservationThatNobodySettlesIsUnknownAndCanStillBeSettled(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]struct {
		s              Settlement
		spent, unknown int64
	}{"billed": {yes, 1, 0}, "not billed": {no, 0, 0}, "unknown": {unsure, 0, 1}} {
		t.Run(how, func(t *testing.T) {
			c := newClock(t, "2026-11-22T10:00:00+08:00")
			b := open(t, Config{Now: c.Now, Grace: time.Minute, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 5}}}})
			r := reserve(t, b, Claim{Tenant: "t", Until: c.Now().Add(10 * time.Second)})
			c.Forward(70 * time.Second)
			if err := b.tend(t.Context()); err != nil {
				t.Fatal(err)
			}
			if a := b.Snapshot()[0]; a.Reserved.Calls != 1 || a.Unknown.Calls != 0 {
				t.Errorf("within the grace: %+v", a)
			}
			c.Forward(time.Second)
			if err := b.tend(t.Context()); err != nil {
				t.Fatal(err)
			}
			if a := b.Snapshot()[0]; a.Reserved.Calls != 0 || a.Unknown.Calls != 1 || a.Left.Calls != 4 {
				t.Errorf("given up: %+v", a)
			}
			r.Settle(want.s)
			r.Settle(yes) // only the first one counts
			if a := b.Snapshot()[0]; a.Spent.Calls != want.spent || a.Unknown.Calls != want.unknown || a.Left.Calls != 5-want.spent-want.unknown {
				t.Errorf("settled: %+v", a)
			}
			u, err := b.Usage(t.Context(), Query{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]UsageRow{{Calls: 1, Attempts: 1, Billed: want.spent, Unknown: want.unknown}}, u.Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLeaseThatCouldNotBeRenewedIsNotUsed(t *testing.T) {
	t.Parallel()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	cfg := Config{Store: shared{store.NewMemory()}, Now: c.Now, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 10}}}}
	late, other := quiet(t, cfg), quiet(t, cfg)
	started := reserve(t, late, Claim{Tenant: "t"})
	asked := reserve(t, late, Claim{Tenant: "t"})
	c.Forward(DefaultLease + DefaultLease/6 + time.Second)
	for range 8 { // the two of the other program may have been billed
		reserve(t, other, Claim{Tenant: "t"}).Settle(yes)
	}
	refused(t, other, Claim{Tenant: "t"})
	if err := asked.Wait(t.Context()); !errors.Is(err, ErrLate) {
		t.Errorf("an attempt that was not begun in time: %v", err)
	}
	refused(t, late, Claim{Tenant: "t"})
	started.Settle(no)
	asked.Settle(no)
	refused(t, late, Claim{Tenant: "t"})
	for _, b := range []*Book{other, late} {
		if err := b.tend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a := late.Snapshot()[0]; a.Spent.Calls != 8 || a.Unknown.Calls != 2 || a.Left.Calls != 0 {
		t.Errorf("%+v", a)
	}
}

func TestLeaseIsRenewedBeforeItIsUsedAfterALongSilence(t *testing.T) {
	t.Parallel()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	cfg := Config{Store: shared{store.NewMemory()}, Now: c.Now, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 6400}}}}
	for name, meanwhile := range map[string]func(){
		"and nobody met it": func() {},
		"and another program took it over": func() {
			reserve(t, quiet(t, cfg), Claim{Tenant: "t"}).Settle(yes)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := quiet(t, cfg)
			reserve(t, b, Claim{Tenant: "t"}).Settle(yes)
			c.Forward(time.Hour)
			meanwhile()
			r := reserve(t, b, Claim{Tenant: "t"})
			if err := r.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			r.Settle(yes)
		})
	}
	b := quiet(t, cfg)
	if a := b.Snapshot()[0]; a.Spent.plus(a.Unknown).plus(a.Held).Calls < 5 {
		t.Errorf("%+v", a)
	}
}

func TestLeaseIsRenewedInTheBackgroundAndGivenBackWhenIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := shared{store.NewMemory()}
		cfg := Config{Store: s, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 1000}}}}
		one, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		two, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := reserve(t, one, Claim{Tenant: "t", Until: time.Now().Add(time.Hour)})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if a := two.Snapshot()[0]; a.Held.Calls != 1 || a.Left.Calls != 999 {
			t.Errorf("while a call is under way: %+v", a)
		}
		r.Settle(yes)
		time.Sleep(time.Minute)
		synctest.Wait()
		if a := two.Snapshot()[0]; a.Spent.Calls != 1 || a.Held.Calls != 0 || a.Left.Calls != 999 {
			t.Errorf("after it: %+v", a)
		}
		for _, b := range []*Book{one, two} {
			if err := b.Close(context.Background()); err != nil {
				t.Error(err)
			}
		}
		if _, err := one.Reserve(t.Context(), Claim{}); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestBudgetErrorSaysWhatOthersHold(t *testing.T) {
	t.Parallel()
	cfg := Config{Store: shared{store.NewMemory()}, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 1}}}}
	one, two := open(t, cfg), open(t, cfg)
	r := reserve(t, one, Claim{Tenant: "t"})
	if e := refused(t, two, Claim{Tenant: "t"}); e.Held.Calls != 1 {
		t.Errorf("%+v", e)
	}
	r.Settle(no)
}

// broken is a store that fails.
type broken struct {
	store.Store
	down bool
}

func (b *broken) Get(ctx context.Context, key string) (store.Entry, error) {
	if b.down {
		return store.Entry{}, errFlaky
	}
	return b.Store.Get(ctx, key)
}

func (b *broken) Set(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if b.down {
		return 0, errFlaky
	}
	return b.Store.Set(ctx, key, value, revision)
}

func (b *broken) Append(topic string, record []byte, done func(error)) {
	if b.down {
		done(store.ErrBusy)
		return
	}
	b.Store.Append(topic, record, done)
}

func TestBookWithoutItsStoreSpendsOnlyItsLease(t *testing.T) {
	t.Parallel()
	s := &broken{Store: store.NewMemory()}
	b := quiet(t, Config{Store: s, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 6400}}}})
	reserve(t, b, Claim{Tenant: "t"}).Settle(yes)
	s.down = true
	for range 99 { // a 64th
		r := reserve(t, b, Claim{Tenant: "t"})
		if err := r.Wait(t.Context()); !errors.Is(err, store.ErrBusy) {
			t.Fatalf("the ledger did not take the attempt, but Wait says %v", err)
		}
		r.Settle(yes)
	}
	_, err := b.Reserve(t.Context(), Claim{Tenant: "t"})
	if !errors.As(err, new(*StoreError)) || !errors.Is(err, errFlaky) {
		t.Errorf("%v", err)
	}
	s.down = false
	reserve(t, b, Claim{Tenant: "t"}).Settle(yes)
	if a := b.Snapshot()[0]; a.Spent.Calls != 101 {
		t.Errorf("%+v", a)
	}
}

func TestBookReserveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := quiet(t, Config{Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 1}}}})
	b.mu.Lock()
	b.meters[0].now.turn = make(chan struct{}) // an exchange that takes long
	turn := b.meters[0].now.turn
	b.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Reserve(ctx, Claim{Tenant: "t"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	b.mu.Lock()
	b.meters[0].now.turn = nil
	b.mu.Unlock()
	close(turn)
}

func TestBookRefusesAWrongConfig(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	for want, cfg := range map[string]Config{
		`money.setting_wrong(problem=money.setting_missing setting=store)`:                                  {},
		`money.setting_wrong(problem=money.scope_unknown(value="team") setting=budgets[0].scope)`:           {Store: s, Budgets: []Budget{{"team", "t", Day, Units{Calls: 1}}}},
		`money.setting_wrong(problem=money.setting_byte_range(most=64) setting=budgets[0].name)`:            {Store: s, Budgets: []Budget{{ScopeTenant, "", Day, Units{Calls: 1}}}},
		`money.setting_wrong(problem=money.period_unknown(value="week") setting=budgets[0].per)`:            {Store: s, Budgets: []Budget{{ScopeTenant, "t", "week", Units{Calls: 1}}}},
		`money.setting_wrong(problem=money.setting_negative setting=budgets[0].limit)`:                      {Store: s, Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: -1}}}},
		`money.setting_wrong(problem=money.budget_unlimited setting=budgets[0].limit)`:                      {Store: s, Budgets: []Budget{{ScopeTenant, "t", Day, Units{}}}},
		`money.setting_wrong(problem=money.budget_twice(name="t" per=day scope=tenant) setting=budgets[1])`: {Store: s, Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 1}}, {ScopeTenant, "t", Day, Units{Calls: 2}}}},
		`money.setting_wrong(problem=money.setting_too_short(least=100 ms) setting=lease)`:                  {Store: s, Lease: 1},
		`money.setting_wrong(problem=money.setting_too_long(most=48) setting=owner)`:                        {Store: s, Owner: strings.Repeat("o", 49)},
		`money.setting_wrong(problem=money.setting_negative setting=grace)`:                                 {Store: s, Grace: -1},
		`money.setting_wrong(problem=money.currency_malformed(value="yuan") setting=currency)`:              {Store: s, Currency: "yuan"},
		`money.other_currency(got="CNY" want=USD what=money.tariff_of(provider="p"))`: {
			Store: s, Currency: "USD", Tariffs: map[string]*Tariff{"p": tariff(t, TariffConfig{})}},
	} {
		_, err := Open(t.Context(), cfg)
		if got := messagetest.Code(message.Error(err)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestCounterOfAnotherFormatIsNotChanged(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	path := "money/CNY/tenant/=5ZGo/day/2026-11-22" // 周
	if _, err := s.Set(t.Context(), path, []byte("later"), 0); err != nil {
		t.Fatal(err)
	}
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	_, err := Open(t.Context(), Config{Store: s, Now: c.Now, Zone: zone(t, "Asia/Shanghai"), Budgets: []Budget{{ScopeTenant, "周", Day, Units{Calls: 1}}}})
	var problem *StoreError
	if !errors.As(err, &problem) || problem.Counter != path {
		t.Error(err)
	}
}

func TestSettlementRecordsOnlyWhatItWasTold(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	b := quiet(t, Config{Store: s, Now: c.Now, Owner: "one", Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 5}}}})
	r := reserve(t, b, Claim{Provider: "p", Route: "r", Tenant: "t", Quote: Quote{Amount: 45000}, Attempt: 1})
	r.Settle(Settlement{Billed: abi.BilledUnknown, Took: 3 * time.Millisecond, Failure: abi.FailureKindTimeout, VendorRequestID: "é\x01"})
	var got []string
	for entry, err := range s.Records(t.Context(), "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(entry.Data))
		if want := "attempts/CNY/" + b.cfg.Owner + "/0"; entry.Topic != want || !strings.HasPrefix(b.cfg.Owner, "one-") {
			t.Errorf("the topic is %s, want %s", entry.Topic, want)
		}
	}
	want := []string{
		`{"n":1,"of":1,"at":1795312800000,"provider":"p","route":"r","tenant":"t","try":1,"price":45000,"on":[1]}`,
		`{"n":2,"of":1,"at":1795312800000,"provider":"p","route":"r","tenant":"t","try":1,"price":45000,"on":[1],"settled":true,"took_us":3000,"failure":"timeout","request":"é\u0001"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCounterOfLongAgoIsRemoved(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	b := quiet(t, Config{Store: s, Now: c.Now, Zone: zone(t, "Asia/Shanghai"), Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 5}}, {ScopeTenant, "t", Month, Units{Calls: 5}}}})
	for _, days := range []int{0, 1, 61, 1, 500} {
		c.Forward(time.Duration(days) * 24 * time.Hour)
		reserve(t, b, Claim{Tenant: "t"}).Settle(yes)
		for range 2 { // written down, then given back
			if err := b.tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	var keys []string
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if err := s.Watch(ctx, "", func(e store.Entry) { keys = append(keys, e.Key) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	want := []string{"money/CNY/tenant/t/day/2028-06-07", "money/CNY/tenant/t/month/2028-06"}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
	if first := Day.oldest(c.Now(), zone(t, "Asia/Shanghai")); first != "2028-04-06" {
		t.Error(first)
	}
	if first := Month.oldest(c.Now(), zone(t, "Asia/Shanghai")); first != "2027-04" {
		t.Error(first)
	}
}
