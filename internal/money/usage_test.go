package money

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// spentOverDays returns the book of one of two programs that made attempts on three days.
func spentOverDays(t *testing.T) (*Book, *testenv.Clock) {
	s := shared{store.NewMemory()}
	c := newClock(t, "2026-11-21T23:00:00+08:00")
	cfg := Config{Store: s, Now: c.Now, Zone: zone(t, "Asia/Shanghai")}
	one, two := quiet(t, cfg), quiet(t, cfg)
	price := Quote{Amount: amount(t, "0.05")}
	reserve(t, one, Claim{Provider: "p", Route: "r", Tenant: "a", Quote: price}).Settle(Settlement{Billed: abi.BilledNo, Failure: abi.FailureKindTimeout})
	late := reserve(t, two, Claim{Provider: "q", Route: "r", Tenant: "a", Quote: price, Attempt: 1})
	c.Forward(2 * time.Hour)
	late.Settle(yes) // counts for the day on which it began
	reserve(t, one, Claim{Provider: "p", Route: "r", Tenant: "b", Quote: price}).Settle(yes)
	reserve(t, two, Claim{Provider: "p", Route: "s", Tenant: "b", Quote: price}).Settle(unsure)
	c.Forward(24 * time.Hour)
	reserve(t, one, Claim{Provider: "p", Route: "s", Tenant: "b", Quote: price})
	return one, c
}

func TestUsageIsGroupedAsAsked(t *testing.T) {
	t.Parallel()
	b, c := spentOverDays(t)
	cent5 := amount(t, "0.05")
	for name, test := range map[string]struct {
		q    Query
		want []UsageRow
	}{
		"as one sum": {Query{}, []UsageRow{{Calls: 4, Attempts: 5, Billed: 2, Unknown: 1, Open: 1, Failed: 1, Cost: 2 * cent5, UnknownCost: cent5}}},
		"by day": {Query{By: []Dimension{ByDay}}, []UsageRow{
			{Day: "2026-11-21", Calls: 1, Attempts: 2, Billed: 1, Failed: 1, Cost: cent5},
			{Day: "2026-11-22", Calls: 2, Attempts: 2, Billed: 1, Unknown: 1, Cost: cent5, UnknownCost: cent5},
			{Day: "2026-11-23", Calls: 1, Attempts: 1, Open: 1},
		}},
		"of one day by provider and tenant": {Query{From: c.Now().Add(-48 * time.Hour), To: c.Now().Add(-24 * time.Hour), By: []Dimension{ByProvider, ByTenant}}, []UsageRow{
			{Provider: "p", Tenant: "a", Calls: 1, Attempts: 1, Failed: 1},
			{Provider: "q", Tenant: "a", Attempts: 1, Billed: 1, Cost: cent5},
		}},
		"from a day on by route": {Query{From: c.Now().Add(-24 * time.Hour), By: []Dimension{ByRoute}}, []UsageRow{
			{Route: "r", Calls: 1, Attempts: 1, Billed: 1, Cost: cent5},
			{Route: "s", Calls: 2, Attempts: 2, Unknown: 1, Open: 1, UnknownCost: cent5},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := b.Usage(t.Context(), test.q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, u.Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUsageReadsWhatHasComeSinceTheLastQuery(t *testing.T) {
	t.Parallel()
	b, _ := spentOverDays(t)
	for i := range 3 {
		u, err := b.Usage(t.Context(), Query{})
		if err != nil || u.Rows[0].Attempts != int64(5+i) {
			t.Fatalf("%+v, %v", u, err)
		}
		reserve(t, b, Claim{Provider: "p"})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Usage(ctx, Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

func TestUsageCountsUnreadableRecords(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	b := quiet(t, Config{Store: s})
	s.Append("attempts/CNY/later/0", []byte("\x00"), func(error) {})
	s.Append("parked/p", []byte("of another package"), func(error) {})
	s.Append("attempts/USD/other/0", []byte("{}"), func(error) {})
	u, err := b.Usage(t.Context(), Query{})
	if err != nil || u.Unreadable != 1 || len(u.Rows) != 0 {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestUsageForgetsTheOldestDayBeforeItTakesTooMuchMemory(t *testing.T) {
	t.Parallel()
	r := newReader(Config{Currency: CNY, Zone: time.UTC})
	day := instant(t, "2026-11-21T12:00:00Z")
	add := func(at time.Time, tenant string) {
		r.add(&record{At: at.UnixMilli(), Provider: "p", Tenant: tenant, Price: 1})
	}
	add(day, "first")
	for i := range maxCells {
		add(day.Add(24*time.Hour), fmt.Sprint(i))
	}
	if len(r.cells) != maxCells || !r.since.Equal(instant(t, "2026-11-22T00:00:00Z")) {
		t.Errorf("%d cells since %s", len(r.cells), r.since)
	}
	add(day, "too old")
	add(day.Add(25*time.Hour), "one too many")
	add(day.Add(25*time.Hour), "another")
	if others := r.cells[UsageRow{Day: "2026-11-22", Provider: "p", Tenant: OtherTenants}]; others == nil || others.Attempts != 2 {
		t.Errorf("the others are %+v", others)
	}
}

func TestSnapshotListsBudgetsThenPackages(t *testing.T) {
	t.Parallel()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	expires := instant(t, "2026-11-22T12:00:00+08:00")
	b := quiet(t, Config{
		Now: c.Now, Zone: zone(t, "Asia/Shanghai"), Budgets: []Budget{{ScopeTenant, "t", Day, Units{Calls: 10}}},
		Tariffs: map[string]*Tariff{"p": tariff(t, TariffConfig{Packages: []Package{{ID: "a", Calls: 5, Used: 1, Price: 5 * Micro, Expires: expires}}, FreeCalls: 3})},
	})
	claim := Claim{Provider: "p", Tenant: "t", Quote: b.Tariff("p").Quote(c.Now())}
	reserve(t, b, claim).Settle(yes)
	reserve(t, b, claim).Settle(unsure)
	reserve(t, b, claim)
	c.Forward(3 * time.Hour)
	want := []BudgetStatus{
		{Scope: ScopeTenant, Name: "t", Per: Day, Limit: Units{Calls: 10}, Spent: Units{Micro, 1}, Unknown: Units{Micro, 1}, Reserved: Units{Micro, 1},
			Left: Units{Calls: 7}, Until: instant(t, "2026-11-23T00:00:00+08:00")},
		{Scope: ScopeProvider, Name: "p", Pool: message.New(message.PricePackage, "id", "a"), Limit: Units{Calls: 4}, Spent: Units{Micro, 1}, Unknown: Units{Micro, 1}, Reserved: Units{Micro, 1},
			Until: expires},
		{Scope: ScopeProvider, Name: "p", Pool: message.New(message.PriceFree), Limit: Units{Calls: 3}, Left: Units{Calls: 3}},
	}
	if diff := cmp.Diff(want, b.Snapshot()); diff != "" {
		t.Error(diff)
	}
}

func FuzzRecordIsReadAsItWasWritten(f *testing.F) {
	f.Add(uint64(1), int64(45_000), "p", "周\"\\\x01", "req", uint32(3), true)
	f.Add(uint64(math.MaxUint64), int64(-1), "", "\xff", "", uint32(0), false)
	f.Fuzz(func(t *testing.T, number uint64, price int64, provider, tenant, request string, on uint32, settled bool) {
		r := record{
			Number: number, Of: number, At: price, Provider: provider, Tenant: tenant, Attempt: int(on), Price: price, On: []uint32{on, 1},
			Settled: settled, Was: settled, Billed: abi.Billed(on % 3), Took: price, Failure: abi.FailureKind(on % 5), Request: request,
		}
		got, err := decodeRecord(r.append(nil))
		if err != nil {
			t.Fatal(err)
		}
		// JSON has only Unicode: other bytes become replacement characters.
		for _, text := range []*string{&r.Provider, &r.Tenant, &r.Request} {
			*text = string([]rune(*text))
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzRecordFromOutsideNeverPanics(f *testing.F) {
	f.Add([]byte(`{"n":1,"of":1,"on":[1],"billed":"yes","failure":"timeout"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := decodeRecord(data); err == nil {
			reader := newReader(Config{Zone: time.UTC})
			reader.add(&r)
		}
		_, _ = decodeDocument("k", data)
	})
}
