package money

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/message/messagetest"
)

// spend makes calls that are all billed. It returns the sources of their prices in order, with the number of calls of each.
func spend(t *testing.T, b *Book, provider string, calls int) (total Amount, sources []string, counts []int) {
	t.Helper()
	for range calls {
		r := reserve(t, b, Claim{Provider: provider, Quote: b.Tariff(provider).Quote(b.cfg.Now())})
		r.Settle(yes)
		total += r.Quote().Amount
		if name := messagetest.Code(r.Quote().pool.source); len(sources) == 0 || sources[len(sources)-1] != name {
			sources, counts = append(sources, name), append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return total, sources, counts
}

func TestTariffUsesPackagesThenFreeCallsThenTiers(t *testing.T) {
	t.Parallel()
	c := newClock(t, "2026-11-22T10:00:00+08:00")
	perCall := amount(t, "0.10")
	b := open(t, Config{Now: c.Now, Zone: zone(t, "Asia/Shanghai"), Tariffs: map[string]*Tariff{"p": tariff(t, TariffConfig{
		Packages: []Package{
			{ID: "for ever", Calls: 3, Price: amount(t, "0.03")},
			{ID: "late", Calls: 100, Used: 96, Price: amount(t, "4"), Expires: instant(t, "2027-01-01T00:00:00+08:00")},
			{ID: "soon", Calls: 5, Price: amount(t, "0.10"), Expires: instant(t, "2026-12-01T00:00:00+08:00")},
			{ID: "over", Calls: 5, Price: amount(t, "0.10"), Expires: instant(t, "2026-11-01T00:00:00+08:00")},
			{ID: "used", Calls: 5, Used: 5, Price: amount(t, "0.10")},
		},
		FreeCalls: 2,
		PerCall:   &perCall,
		Volume:    []VolumeTier{{From: 4, PerCall: amount(t, "0.08")}, {From: 6, PerCall: amount(t, "0.05")}},
	})}})
	total, sources, counts := spend(t, b, "p", 22)
	wantSources := []string{"money.price_package(id=soon)", "money.price_package(id=late)", "money.price_package(id=for ever)", "money.price_free", "money.price_per_call", "money.price_volume(from=4)", "money.price_volume(from=6)"}
	if diff := cmp.Diff(wantSources, sources); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{5, 4, 3, 2, 3, 2, 3}, counts); diff != "" {
		t.Error(diff)
	}
	if want := amount(t, "0.10") + 4*amount(t, "0.04") + amount(t, "0.03") + 3*amount(t, "0.10") + 2*amount(t, "0.08") + 3*amount(t, "0.05"); total != want {
		t.Errorf("the calls cost %s, want %s", total, want)
	}

	c.Forward(10 * 24 * time.Hour) // the tiers begin again with the month
	_, sources, counts = spend(t, b, "p", 4)
	if diff := cmp.Diff([]string{"money.price_per_call", "money.price_volume(from=4)"}, sources); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{3, 1}, counts); diff != "" {
		t.Error(diff)
	}
}

func TestTariffDoesNotUseAPackageThatExpiresAfterTheQuote(t *testing.T) {
	t.Parallel()
	c := newClock(t, "2026-11-30T23:59:59+08:00")
	b := open(t, Config{Now: c.Now, Tariffs: map[string]*Tariff{"p": tariff(t, TariffConfig{
		Packages: []Package{{ID: "a", Calls: 5, Price: Micro, Expires: instant(t, "2026-12-01T00:00:00+08:00")}},
		Tiers:    []abi.PriceTier{{Calls: 1, PerCall: "0.3", Currency: "CNY"}},
	})}})
	q := b.Tariff("p").Quote(c.Now())
	if messagetest.Code(q.Message()) != "money.price_left(left=5 size=5 source=money.price_package(id=a))" || q.Package != "a" {
		t.Errorf("the quote is %s of package %q", q, q.Package)
	}
	c.Forward(time.Second)
	r := reserve(t, b, Claim{Provider: "p", Quote: q})
	r.Settle(yes)
	if got := r.Quote(); got.Amount != amount(t, "0.3") || got.Package != "" || messagetest.Code(got.Message()) != "money.price_manifest(calls=1)" {
		t.Errorf("%s is paid: %s", got.Amount, got)
	}
}

func TestTariffGetsBackWhatIsNotBilled(t *testing.T) {
	t.Parallel()
	b := open(t, Config{Tariffs: map[string]*Tariff{"p": tariff(t, TariffConfig{Packages: []Package{{ID: "a", Calls: 1, Price: Micro}}})}})
	first := reserve(t, b, Claim{Provider: "p", Quote: b.Tariff("p").Quote(b.cfg.Now())})
	if q := b.Tariff("p").Quote(b.cfg.Now()); q.Message().Code() != message.PriceUnknown || q.Amount != 0 {
		t.Errorf("while the last call is under way, the quote is %s, %s", q.Amount, q)
	}
	first.Settle(no)
	if q := b.Tariff("p").Quote(b.cfg.Now()); messagetest.Code(q.Message()) != "money.price_left(left=1 size=1 source=money.price_package(id=a))" {
		t.Errorf("the quote is %s", q)
	}
}

func TestTariffSharesOfAPackageComeToItsPrice(t *testing.T) {
	t.Parallel()
	for _, p := range []Package{{"a", 3, Micro, time.Time{}, 0}, {"b", 1000, 45 * Micro, time.Time{}, 0}, {"c", 7, 1, time.Time{}, 0}, {"d", 999, 0, time.Time{}, 0}} {
		share := tariff(t, TariffConfig{Packages: []Package{p}}).Quote(time.Now()).Amount
		sum, err := share.Times(p.Calls)
		if err != nil || sum < p.Price || sum-p.Price >= Amount(p.Calls) {
			t.Errorf("%d calls for %s come to %s, %v", p.Calls, p.Price, sum, err)
		}
	}
}

func TestTariffFallsBackToTheSmallestTierOfTheManifest(t *testing.T) {
	t.Parallel()
	tiers := []abi.PriceTier{{Calls: 2000, PerCall: "0.05", Currency: "CNY"}, {Calls: 100, PerCall: "0.10", Currency: "CNY"}}
	if got := tariff(t, TariffConfig{Tiers: tiers}).Quote(time.Now()); got.Amount != 100_000 || messagetest.Code(got.Message()) != "money.price_manifest(calls=100)" {
		t.Errorf("%s, %s", got.Amount, got)
	}
	if got := tariff(t, TariffConfig{Tiers: tiers, Bought: 2000}).Quote(time.Now()); got.Amount != 50_000 {
		t.Errorf("%s, %s", got.Amount, got)
	}
	tiers = append(tiers, abi.PriceTier{Calls: 1, PerCall: "0.01", Currency: "USD"})
	if got := tariff(t, TariffConfig{Tiers: tiers}).Quote(time.Now()); got.Amount != 100_000 {
		t.Errorf("with a price in another currency beside: %s, %s", got.Amount, got)
	}
	if got := (Quote{}).Message(); got.Code() != message.PriceUnknown {
		t.Error(got)
	}
}

func TestTariffRefusesAWrongConfig(t *testing.T) {
	t.Parallel()
	negative := Amount(-1)
	for want, cfg := range map[string]TariffConfig{
		`money.setting_wrong(problem=money.setting_byte_range(most=64) setting=packages[0].id)`:        {Packages: []Package{{Calls: 1}}},
		`money.setting_wrong(problem=money.package_twice(value="a") setting=packages[1].id)`:           {Packages: []Package{{ID: "a", Calls: 1}, {ID: "a", Calls: 1}}},
		`money.setting_wrong(problem=money.calls_too_few setting=packages[0].calls)`:                   {Packages: []Package{{ID: "a"}}},
		`money.setting_wrong(problem=money.setting_negative setting=packages[0].price)`:                {Packages: []Package{{ID: "a", Calls: 1, Price: -1}}},
		`money.setting_wrong(problem=money.calls_used_too_many(calls=1,000) setting=packages[0].used)`: {Packages: []Package{{ID: "a", Calls: 1000, Used: 1001}}},
		`money.setting_wrong(problem=money.setting_negative setting=free_calls)`:                       {FreeCalls: -1},
		`money.setting_wrong(problem=money.setting_negative setting=per_call)`:                         {PerCall: &negative},
		`money.setting_wrong(problem=money.volume_out_of_order setting=volume[1].from)`:                {Volume: []VolumeTier{{From: 1}, {From: 1}}},
		`money.setting_wrong(problem=money.setting_negative setting=volume[0].per_call)`:               {Volume: []VolumeTier{{From: 1, PerCall: -1}}},
		`money.setting_wrong(problem=money.manifest_no_price(calls=5) setting=bought)`:                 {Bought: 5},
		`money.setting_wrong(problem=money.currency_malformed(value="yuan") setting=currency)`:         {Currency: "yuan"},
	} {
		_, err := NewTariff(cfg)
		if got := messagetest.Code(message.Error(err)); got != want || !errors.As(err, new(*ConfigError)) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestTariffRefusesAnotherCurrency(t *testing.T) {
	t.Parallel()
	_, err := NewTariff(TariffConfig{Tiers: []abi.PriceTier{{Calls: 100, PerCall: "0.01", Currency: "USD"}}})
	var currency *CurrencyError
	if !errors.As(err, &currency) || currency.Got != "USD" || currency.Want != CNY {
		t.Fatal(err)
	}
	const want = `money.other_currency(got="USD" want=CNY what=money.price_of_manifest(calls=100))`
	if got := messagetest.Code(currency.Message()); got != want {
		t.Error(got)
	}
}

func TestTariffQuoteAllocatesNothing(t *testing.T) {
	tr := tariff(t, TariffConfig{Packages: []Package{{ID: "a", Calls: 10, Price: Micro}}})
	now := time.Now()
	if n := testing.AllocsPerRun(100, func() { _ = tr.Quote(now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
