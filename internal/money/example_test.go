package money_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/money"
)

// A provider with a package of two calls, and a tenant that may spend 0.15 a day.
func Example() {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }
	tariff, err := money.NewTariff(money.TariffConfig{
		Packages: []money.Package{{ID: "2026-a", Calls: 2, Price: money.Micro / 10}},
		Tiers:    []abi.PriceTier{{Calls: 100, PerCall: "0.10", Currency: "CNY"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	book, err := money.Open(ctx, money.Config{
		Store: store.NewMemory(), Now: now, Zone: time.UTC,
		Budgets: []money.Budget{{Scope: money.ScopeTenant, Name: "acme", Per: money.Day, Limit: money.Units{Amount: money.Micro * 15 / 100}}},
		Tariffs: map[string]*money.Tariff{"jumdata": tariff},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer book.Close(ctx)

	for {
		quote := book.Tariff("jumdata").Quote(now())
		reservation, err := book.Reserve(ctx, money.Claim{Provider: "jumdata", Tenant: "acme", Quote: quote, Until: now().Add(time.Minute)})
		var budget *money.BudgetError
		if errors.As(err, &budget) {
			fmt.Println(err)
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := reservation.Wait(ctx); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("asking the vendor for %s: %s\n", quote.Amount, quote)
		reservation.Settle(money.Settlement{Billed: abi.BilledYes, Took: 400 * time.Millisecond})
	}
	// Output:
	// asking the vendor for 0.05: package 2026-a, 2 of 2 left
	// asking the vendor for 0.05: package 2026-a, 1 of 2 left
	// the budget of tenant "acme" per day cannot pay for this call: 0.1 of 0.15 are used; the next period begins at 2026-11-23 00:00:00 +00:00
}
