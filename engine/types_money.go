package engine

import "github.com/ocrmux/ocrmux/internal/money"

// Amount is an amount of money in millionths of the engine's currency: 0.045 is 45,000. As text, also in JSON, it is a decimal such as
// "0.045".
type Amount = money.Amount

// ParseAmount returns the amount that a decimal such as "0.045" writes. It accepts up to six decimal places and no exponent.
func ParseAmount(text string) (Amount, error) { return money.ParseAmount(text) }

// Currency is an ISO 4217 code such as "CNY".
type Currency = money.Currency

// CNY is the renminbi, the default currency.
const CNY Currency = money.CNY

// Price is what the calls of one account cost. Of the sources that are set, the first with calls left counts: packages (the one that
// expires first goes first), free calls, then the price of one call. The volume tier that the month has reached replaces the price of
// one call. The zero value is the price that the plugin's manifest states for its smallest package.
//
//	type Price struct {
//		Currency  Currency     // set by the engine
//		Packages  []Package
//		FreeCalls int64        // that came with the account, less those used before
//		Volume    []VolumeTier // prices by the calls of a month
//		PerCall   *Amount      // nil means the price of Tiers
//		Tiers     []abi.PriceTier // set by the engine from the manifest
//		Bought    uint64       // calls of the manifest's tier that was bought; 0 means the smallest tier
//	}
type Price = money.TariffConfig

// Package is a number of calls that were paid in advance. One call costs its share of the price, rounded up to a millionth.
//
//	type Package struct {
//		ID      string    // unique within the account
//		Calls   int64
//		Price   Amount    // of the whole package
//		Expires time.Time // zero means never
//		Used    int64     // calls spent before the package was configured here
//	}
type Package = money.Package

// VolumeTier is the price of a call from the month's call number From on, counted from 1.
//
//	type VolumeTier struct {
//		From    int64
//		PerCall Amount
//	}
type VolumeTier = money.VolumeTier

// Budget limits what a provider, a route or a tenant may spend within a period.
//
//	type Budget struct {
//		Scope BudgetScope
//		Name  string       // of the provider, route or tenant
//		Per   BudgetPeriod
//		Limit Units        // money, calls, or both; 0 means no limit
//	}
type Budget = money.Budget

// BudgetScope is what a budget is for.
type BudgetScope = money.Scope

// Scopes of budgets.
const (
	// ScopeProvider is for the calls of one provider.
	ScopeProvider BudgetScope = money.ScopeProvider
	// ScopeRoute is for the calls by one route.
	ScopeRoute BudgetScope = money.ScopeRoute
	// ScopeTenant is for the calls on behalf of one tenant.
	ScopeTenant BudgetScope = money.ScopeTenant
)

// BudgetPeriod is the period after which a budget starts again.
type BudgetPeriod = money.Per

// Periods of budgets, in the time zone Money.Location.
const (
	// Day begins at midnight.
	Day BudgetPeriod = money.Day
	// Month begins with its first day.
	Month BudgetPeriod = money.Month
)

// Units are an amount of money and a number of calls.
//
//	type Units struct {
//		Amount Amount
//		Calls  int64
//	}
type Units = money.Units

// BudgetStatus is a budget or a package at one moment. It learns of other gateways' spending with a delay of up to one renewal of
// their leases.
//
//	type BudgetStatus struct {
//		Scope    BudgetScope
//		Name     string
//		Per      BudgetPeriod
//		Pool     string    // of a package or free calls, as in "package 2026-a"; empty for a budget
//		Limit    Units     // 0 means no limit, and Left is then 0 too
//		Spent    Units
//		Unknown  Units     // may have been billed; counts as spent
//		Reserved Units     // by running calls of this gateway
//		Held     Units     // reserved or leased by other gateways
//		Left     Units
//		Until    time.Time // when the next period begins or the package expires; zero means never
//	}
type BudgetStatus = money.BudgetStatus

// BudgetError is a call that a budget does not allow. Match it with errors.As.
//
//	type BudgetError struct {
//		Scope    BudgetScope
//		Name     string
//		Per      BudgetPeriod
//		Limit    Units     // 0 means no limit
//		Spent    Units     // what may have been billed included
//		InFlight Units     // reserved by running calls
//		Held     Units     // leased by other gateways
//		Until    time.Time // when the next period begins
//	}
type BudgetError = money.BudgetError

// UsageQuery asks for the usage of whole days in the engine's time zone: from the day of From to the day before To. A zero From means the
// beginning of the ledger, a zero To means now.
//
//	type UsageQuery struct {
//		From, To time.Time
//		By       []UsageDimension // one row for each combination; empty gives one sum
//	}
type UsageQuery = money.Query

// UsageDimension is what usage is split by.
type UsageDimension = money.Dimension

// Dimensions of usage.
const (
	// ByDay splits it by the day on which attempts began.
	ByDay UsageDimension = money.ByDay
	// ByProvider splits it by the provider that was asked.
	ByProvider UsageDimension = money.ByProvider
	// ByRoute splits it by the route; it is empty for calls that named a provider.
	ByRoute UsageDimension = money.ByRoute
	// ByTenant splits it by the tenant; it is empty for calls without one.
	ByTenant UsageDimension = money.ByTenant
)

// Usage is what the ledger knows.
//
//	type Usage struct {
//		Rows       []UsageRow // by day, then by name
//		Since      time.Time  // first day of which everything is known; zero means all days
//		Unreadable int        // records that are left out
//	}
type Usage = money.Usage

// UsageRow sums up attempts. A dimension that the query does not ask for is empty. Attempts count on the day on which they begin.
//
//	type UsageRow struct {
//		Day, Provider, Route, Tenant string
//		Calls       int64  // attempts that were the first of their call
//		Attempts    int64
//		Billed      int64
//		Unknown     int64  // attempts that may have been billed
//		Open        int64  // attempts that have not ended, or whose gateway ended before them
//		Failed      int64
//		Cost        Amount // of billed attempts
//		UnknownCost Amount // of unknown ones
//	}
type UsageRow = money.UsageRow
