package message

// Where a price comes from.
const (
	PriceUnknown Code = "money.price_unknown"
	PricePerCall Code = "money.price_per_call"
	PriceFree    Code = "money.price_free"
	// PriceNoVendor is the price of a provider that asks no vendor.
	PriceNoVendor Code = "money.price_no_vendor"
	// PriceManifest has the calls of the manifest's price.
	PriceManifest Code = "money.price_manifest"
	// PriceVolume has the number of the month's call from which on it counts.
	PriceVolume Code = "money.price_volume"
	// PricePackage has the id of the package.
	PricePackage Code = "money.price_package"
	// PriceLeft has the source, a Message, the calls left, and the size: how many there were.
	PriceLeft Code = "money.price_left"
)

// Why nothing is spent.
const (
	// BudgetUsedUp has the scope, the name and the period of the budget; used, a Message; held, an optional Message; and until,
	// when the next period begins.
	BudgetUsedUp Code = "money.budget_used_up"
	// UsedAmount has the amount and its limit, UsedCalls the calls and their call_limit, and UsedBoth all of them.
	UsedAmount   Code = "money.used_amount"
	UsedCalls    Code = "money.used_calls"
	UsedBoth     Code = "money.used_both"
	HeldByOthers Code = "money.held_by_others"
	// CounterUnwritable has the counter and the cause, a Message.
	CounterUnwritable Code = "money.counter_unwritable"
	BookClosed        Code = "money.book_closed"
	IntentLate        Code = "money.intent_late"
)

// Problems of an amount, a currency, a budget or a price.
const (
	// NotAnAmount has the text and why, a Message.
	NotAnAmount     Code = "money.not_an_amount"
	NotADecimal     Code = "money.not_a_decimal"
	TooManyDecimals Code = "money.too_many_decimals"
	AmountTooLarge  Code = "money.amount_too_large"
	// OtherCurrency has what it is about, a Message, the currency that it has, and the one that is wanted.
	OtherCurrency Code = "money.other_currency"
	// PriceOfManifest has the calls of a price, TariffOf the provider.
	PriceOfManifest Code = "money.price_of_manifest"
	TariffOf        Code = "money.tariff_of"
	// SettingWrong has the setting and the problem, a Message.
	SettingWrong Code = "money.setting_wrong"
	// SettingMissing to InstantMalformed are such problems. Those with a value have it in quotes.
	SettingMissing    Code = "money.setting_missing"
	SettingNegative   Code = "money.setting_negative"
	SettingTooShort   Code = "money.setting_too_short"  // least
	SettingTooLong    Code = "money.setting_too_long"   // most: bytes
	SettingByteRange  Code = "money.setting_byte_range" // most: bytes
	CallsTooFew       Code = "money.calls_too_few"
	CallsUsedTooMany  Code = "money.calls_used_too_many" // calls of the package
	CurrencyMalformed Code = "money.currency_malformed"  // value
	ScopeUnknown      Code = "money.scope_unknown"       // value
	PeriodUnknown     Code = "money.period_unknown"      // value
	BudgetUnlimited   Code = "money.budget_unlimited"    //
	BudgetTwice       Code = "money.budget_twice"        // scope, name, per
	PackageTwice      Code = "money.package_twice"       // value
	ProviderTooLong   Code = "money.provider_too_long"   // value; most: bytes
	ManifestNoPrice   Code = "money.manifest_no_price"   // calls
	VolumeOutOfOrder  Code = "money.volume_out_of_order" //
	InstantMalformed  Code = "money.instant_malformed"   // value
)

var money = map[Code]string{
	PriceUnknown:  "no price is set",
	PricePerCall:  "price per call",
	PriceFree:     "free calls",
	PriceNoVendor: "free, since no vendor is asked",
	PriceManifest: "manifest's price in packages of {calls}",
	PriceVolume:   "price from {from} calls a month on",
	PricePackage:  "package {id}",
	PriceLeft:     "{source}, {left} of {size} left",

	BudgetUsedUp:      "the budget of {scope} {name} per {per} cannot pay for this call: {used}{held}; the next period begins at {until}",
	UsedAmount:        "{amount} of {limit} are used",
	UsedCalls:         "{calls} of {call_limit} calls are used",
	UsedBoth:          "{amount} of {limit} and {calls} of {call_limit} calls are used",
	HeldByOthers:      "; other programs hold a part of it and may give some back",
	CounterUnwritable: "the counter {counter} cannot be read or written, so no call is paid for: {cause}",
	BookClosed:        "the book of budgets is closed",
	IntentLate:        "the ledger took the attempt too late",

	NotAnAmount:       "{text} is no amount of money: {why}",
	NotADecimal:       `it is no decimal number such as "0.045"`,
	TooManyDecimals:   "it has more than six decimals",
	AmountTooLarge:    "it is too large",
	OtherCurrency:     "{what} is in {got}, but budgets and prices are in {want}: give the price in {want}, or choose the other currency for all",
	PriceOfManifest:   "the manifest's price for {calls} calls",
	TariffOf:          "the tariff of provider {provider}",
	SettingWrong:      "{setting}: {problem}",
	SettingMissing:    "is needed",
	SettingNegative:   "must not be negative",
	SettingTooShort:   "must be at least {least}",
	SettingTooLong:    "has more than {most} bytes",
	SettingByteRange:  "must have 1 to {most} bytes",
	CallsTooFew:       "must be at least 1",
	CallsUsedTooMany:  "must be 0 to the {calls} calls of the package",
	CurrencyMalformed: `{value} is no ISO 4217 code such as "CNY"`,
	ScopeUnknown:      "{value} is none of provider, route and tenant",
	PeriodUnknown:     "{value} is neither day nor month",
	BudgetUnlimited:   "limit an amount, calls, or both; to allow nothing, take the provider out of the route",
	BudgetTwice:       "{scope} {name} has two budgets per {per}",
	PackageTwice:      "{value} is there twice",
	ProviderTooLong:   "the provider's name {value} has more than {most} bytes",
	ManifestNoPrice:   "the manifest has no price for {calls} calls",
	VolumeOutOfOrder:  "must be at least 1, and more than that of the tier before",
	InstantMalformed:  `{value} is no time such as "2026-12-31", "2026-12-31 18:00" or RFC 3339`,
}
