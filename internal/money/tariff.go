package money

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// TariffConfig has the prices of an account. The first source with a call left sets the price: packages (the one that expires first
// before the others), free calls, then the price per call. The price per call is PerCall or else a tier of the manifest; the volume
// tier that the month has reached replaces either.
type TariffConfig struct {
	// Currency of the prices; empty means CNY.
	Currency Currency
	Packages []Package
	// FreeCalls of the new account, less those used before.
	FreeCalls int64
	// Volume tiers, by the calls in a month that are paid one by one. Calls of packages and free calls do not count.
	Volume []VolumeTier
	// PerCall is the price of a call; nil means that of Tiers.
	PerCall *Amount
	// Tiers are the prices of the manifest. Bought is the size of the tier that was bought, in calls; 0 means the smallest, which is
	// usually the dearest.
	Tiers  []abi.PriceTier
	Bought uint64
}

// Package of calls that was paid in advance. A call of it costs its share of the price, rounded up to a millionth. The shares of all
// calls exceed the price by at most a millionth each.
type Package struct {
	// ID names the package for people and in counters. It is unique in the account.
	ID    string
	Calls int64
	Price Amount
	// Expires is the first moment at which the package cannot be used; zero means never. See [ParseInstant].
	Expires time.Time
	// Used is how many calls were used before the package was entered here. A later change of it changes what is left.
	Used int64
}

// VolumeTier is the price of the calls of a month from number From on, counted from 1.
type VolumeTier struct {
	From    int64
	PerCall Amount
}

// Tariff prices the calls of an account. A Tariff from [NewTariff] counts nothing, so its packages never end; one from [Book.Tariff]
// knows what is left. It is safe for concurrent use.
type Tariff struct {
	currency Currency
	pools    []*pool
}

// pool is a number of calls at one price.
type pool struct {
	// id is a segment or two of a counter's key; empty when nothing is counted.
	id      string
	pack    string // the ID of a package
	source  message.Message
	price   Amount
	expires time.Time
	per     Per
	limit   int64 // calls; 0 for any number
	size    int64 // the limit for people: with what was used before
	meter   *meter
}

// NewTariff returns a Tariff. The error is a *[ConfigError], *[CurrencyError] or *[AmountError].
func NewTariff(cfg TariffConfig) (*Tariff, error) {
	if cfg.Currency == "" {
		cfg.Currency = CNY
	}
	if !cfg.Currency.valid() {
		return nil, wrong("currency", message.CurrencyMalformed, "value", quote(string(cfg.Currency), 10))
	}
	packages, err := packagePools(cfg.Packages)
	if err != nil {
		return nil, err
	}
	t := &Tariff{currency: cfg.Currency, pools: packages}
	switch {
	case cfg.FreeCalls < 0:
		return nil, wrong("free_calls", message.SettingNegative)
	case cfg.FreeCalls > 0:
		t.pools = append(t.pools, &pool{id: "free", source: message.New(message.PriceFree), limit: cfg.FreeCalls, size: cfg.FreeCalls})
	}
	base, err := cfg.base()
	if err != nil {
		return nil, err
	}
	volume, err := volumePools(cfg.Volume, base)
	if err != nil {
		return nil, err
	}
	t.pools = append(t.pools, volume...)
	return t, nil
}

// NoVendor returns the tariff of a provider that asks no vendor. Its calls are free.
func NoVendor(c Currency) *Tariff {
	return &Tariff{currency: c, pools: []*pool{{source: message.New(message.PriceNoVendor)}}}
}

func packagePools(packages []Package) ([]*pool, error) {
	var pools []*pool
	seen := map[string]bool{}
	for i, p := range packages {
		at := fmt.Sprintf("packages[%d]", i)
		switch {
		case p.ID == "" || len(p.ID) > maxName:
			return nil, wrong(at+".id", message.SettingByteRange, "most", maxName)
		case seen[p.ID]:
			return nil, wrong(at+".id", message.PackageTwice, "value", strconv.Quote(p.ID))
		case p.Calls < 1:
			return nil, wrong(at+".calls", message.CallsTooFew)
		case p.Price < 0:
			return nil, wrong(at+".price", message.SettingNegative)
		case p.Used < 0 || p.Used > p.Calls:
			return nil, wrong(at+".used", message.CallsUsedTooMany, "calls", p.Calls)
		}
		seen[p.ID] = true
		if p.Used == p.Calls {
			continue
		}
		pools = append(pools, &pool{
			id: key("package", segment(p.ID)), pack: p.ID, source: message.New(message.PricePackage, "id", p.ID), price: p.Price.shareUp(p.Calls), expires: p.Expires,
			limit: p.Calls - p.Used, size: p.Calls,
		})
	}
	slices.SortStableFunc(pools, func(a, b *pool) int {
		switch {
		case a.expires.Equal(b.expires):
			return 0
		case b.expires.IsZero() || !a.expires.IsZero() && a.expires.Before(b.expires):
			return -1
		default:
			return 1
		}
	})
	return pools, nil
}

// base returns the price of a call outside packages, before any volume tier.
func (cfg *TariffConfig) base() (*pool, error) {
	if cfg.PerCall != nil {
		if *cfg.PerCall < 0 {
			return nil, wrong("per_call", message.SettingNegative)
		}
		return &pool{source: message.New(message.PricePerCall), price: *cfg.PerCall}, nil
	}
	var chosen, foreign *abi.PriceTier
	for i := range cfg.Tiers {
		tier := &cfg.Tiers[i]
		switch {
		case cfg.Bought > 0 && tier.Calls != cfg.Bought:
		case Currency(tier.Currency) != cfg.Currency:
			foreign = tier
		case chosen == nil || tier.Calls < chosen.Calls:
			chosen = tier
		}
	}
	switch {
	case chosen == nil && foreign != nil:
		return nil, &CurrencyError{message.New(message.PriceOfManifest, "calls", foreign.Calls), Currency(foreign.Currency), cfg.Currency}
	case chosen == nil && cfg.Bought > 0:
		return nil, wrong("bought", message.ManifestNoPrice, "calls", cfg.Bought)
	case chosen == nil:
		return &pool{source: message.New(message.PriceUnknown)}, nil
	}
	price, err := ParseAmount(chosen.PerCall)
	if err != nil {
		return nil, fmt.Errorf("the manifest's price for %d calls: %w", chosen.Calls, err)
	}
	return &pool{source: message.New(message.PriceManifest, "calls", int64(chosen.Calls)), price: price}, nil
}

// volumePools returns the tiers of a month. Each has the number of calls until the next one begins.
func volumePools(tiers []VolumeTier, base *pool) ([]*pool, error) {
	pools := []*pool{base}
	begin := int64(1)
	for i, tier := range tiers {
		at := fmt.Sprintf("volume[%d]", i)
		switch {
		case tier.PerCall < 0:
			return nil, wrong(at+".per_call", message.SettingNegative)
		case tier.From < begin || i > 0 && tier.From == begin:
			return nil, wrong(at+".from", message.VolumeOutOfOrder)
		}
		last := pools[len(pools)-1]
		last.limit, last.size, last.per = tier.From-begin, tier.From-begin, Month
		last.id = key("volume", fmt.Sprint(begin))
		if tier.From == begin {
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, &pool{source: message.New(message.PriceVolume, "from", tier.From), price: tier.PerCall})
		begin = tier.From
	}
	return pools, nil
}

// Quote is the price of a call at one moment. The zero Quote is a call that costs nothing.
type Quote struct {
	Amount Amount
	// Package is the ID of the package that the call is taken from; empty outside packages.
	Package string
	pool    *pool
	left    int64
	tariff  *Tariff
}

// Free reports whether the call is known to cost nothing: its price is 0, or it is one of the free calls of a new account. A call
// without a known price is not free.
func (q Quote) Free() bool {
	return q.Amount == 0 && q.pool != nil && q.pool.pack == "" && q.pool.source.Code() != message.PriceUnknown
}

// String returns the English text of [Quote.Message].
func (q Quote) String() string { return q.Message().String() }

// Message says where the price comes from: "package 2026-a, 812 of 1,000 left".
func (q Quote) Message() message.Message {
	switch {
	case q.pool == nil:
		return message.New(message.PriceUnknown)
	case q.pool.limit == 0:
		return q.pool.source
	default:
		return message.New(message.PriceLeft, "source", q.pool.source, "left", q.left, "size", q.pool.size)
	}
}

// Quote returns the price of a call that begins now. It reserves nothing and does not allocate.
func (t *Tariff) Quote(now time.Time) Quote {
	return t.first(t.pools, now)
}

// after returns the quote of the pools behind a pool.
func (t *Tariff) after(p *pool, now time.Time) Quote {
	return t.first(t.pools[slices.Index(t.pools, p)+1:], now)
}

func (t *Tariff) first(pools []*pool, now time.Time) Quote {
	for _, p := range pools {
		if left, ok := p.has(now); ok {
			return Quote{Amount: p.price, Package: p.pack, pool: p, left: left, tariff: t}
		}
	}
	return Quote{} // not reached: the last pool of a tariff has no end
}

func (p *pool) expired(now time.Time) bool { return !p.expires.IsZero() && !now.Before(p.expires) }

// has returns how many calls are left, and whether one can be used.
func (p *pool) has(now time.Time) (left int64, ok bool) {
	switch {
	case p.expired(now):
		return 0, false
	case p.limit == 0:
		return 0, true
	case p.meter == nil:
		return p.limit, true
	}
	left = p.meter.callsLeft(now)
	return left, left > 0
}
