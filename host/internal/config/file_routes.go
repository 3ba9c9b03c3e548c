package config

import "github.com/invopop/jsonschema"

// Route configures which providers serve a call.
type Route struct {
	Policy       string         `json:"policy,omitempty" jsonschema:"enum=failover,enum=weighted,enum=cheapest,enum=fastest,enum=hedge,enum=cascade,enum=consensus,default=failover" jsonschema_description:"Who is asked first and when to stop: failover in the order of the list, weighted by lot, cheapest by the price now, fastest by recent calls, hedge with a second one when the first is late, cascade until a reading is good enough, consensus by a vote on each field."`
	Providers    []string       `json:"providers" jsonschema:"minItems=1,uniqueItems=true" jsonschema_description:"Names of providers, the preferred one first."`
	Weights      map[string]int `json:"weights,omitempty" jsonschema_description:"Weights of a weighted route by provider; 1 where none is given, 0 comes last."`
	Timeout      Duration       `json:"timeout,omitempty" jsonschema_description:"Of a whole call. Default: limits.timeout."`
	Retries      *int           `json:"retries,omitempty" jsonschema:"minimum=0,maximum=10,default=1" jsonschema_description:"Repetitions with one provider in one call, after failures that may be retried and were not billed."`
	RepeatBilled bool           `json:"repeat_billed,omitempty" jsonschema:"default=false" jsonschema_description:"Whether an attempt may be repeated with the same provider although it may have been billed."`
	Labels       []string       `json:"labels,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Labels that a provider must carry for every call of the route."`
	Hedge        HedgeRule      `json:"hedge,omitempty" jsonschema_description:"For the policy hedge."`
	Accept       AcceptRule     `json:"accept,omitempty" jsonschema_description:"For the policy cascade: when a reading is good enough."`
	Consensus    ConsensusRule  `json:"consensus,omitempty" jsonschema_description:"For the policy consensus."`
}

// HedgeRule bounds hedging.
type HedgeRule struct {
	After    Duration `json:"after,omitempty" jsonschema_description:"When the next provider is asked. Default: when the first is later than 95 percent of its recent calls."`
	MaxExtra float64  `json:"max_extra,omitempty" jsonschema:"minimum=0,maximum=1,default=0.1" jsonschema_description:"Cost that hedges may add, as a share of what the calls cost without them."`
}

// AcceptRule says which reading a cascade accepts.
type AcceptRule struct {
	Fields        []string `json:"fields,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Fields that must be there."`
	MinConfidence float64  `json:"min_confidence,omitempty" jsonschema:"minimum=0,maximum=1" jsonschema_description:"Confidence that every field needs which has one."`
	IgnoreChecks  bool     `json:"ignore_checks,omitempty" jsonschema:"default=false" jsonschema_description:"Whether a reading is taken whose checks fail."`
}

// ConsensusRule says how many providers are asked and how many must agree.
type ConsensusRule struct {
	Agree int `json:"agree,omitempty" jsonschema:"minimum=1,maximum=16,default=2" jsonschema_description:"Providers that must agree on every field; so many are asked at once."`
	Of    int `json:"of,omitempty" jsonschema:"minimum=1,maximum=16,default=3" jsonschema_description:"Readings that are taken at most."`
}

// Price is the price of the calls of an account, in the currency of the money section.
type Price struct {
	PerCall   Amount       `json:"per_call,omitempty" jsonschema_description:"Of every call."`
	Tier      uint64       `json:"tier,omitempty" jsonschema_description:"Calls in the package that was bought, to take the price of that tier from the manifest."`
	FreeCalls uint64       `json:"free_calls,omitempty" jsonschema_description:"Calls that cost nothing, before any others."`
	Packages  []Package    `json:"packages,omitempty" jsonschema_description:"Packages that were bought. The one that expires first is used first."`
	Monthly   []VolumeTier `json:"monthly,omitempty" jsonschema_description:"Prices by the number of calls in the month so far."`
}

// Package is a number of prepaid calls.
type Package struct {
	ID      string `json:"id" jsonschema:"pattern=^[a-z0-9]+([-_][a-z0-9]+)*$,example=2026-a" jsonschema_description:"Name, unique in the account; the count of used calls belongs to it."`
	Calls   uint64 `json:"calls" jsonschema:"minimum=1" jsonschema_description:"Calls in it."`
	Price   Amount `json:"price" jsonschema_description:"Of the whole package."`
	Expires Date   `json:"expires,omitempty" jsonschema_description:"Last day on which it can be used."`
	Used    uint64 `json:"used,omitempty" jsonschema_description:"Calls that were used before this program counted."`
}

// VolumeTier is a price from a number of calls on.
type VolumeTier struct {
	From    uint64 `json:"from,omitempty" jsonschema_description:"Calls of the month after which it applies."`
	PerCall Amount `json:"per_call" jsonschema_description:"Of every further call."`
}

// AccountLimits protect an account.
type AccountLimits struct {
	Concurrency int          `json:"concurrency,omitempty" jsonschema:"minimum=0,maximum=100000" jsonschema_description:"Calls that may be under way at once. Default: any number."`
	Rate        CallRate     `json:"rate,omitempty" jsonschema_description:"Calls in a time, as the vendor sells it, such as 20/s. Default: any number."`
	Breaker     BreakerRules `json:"breaker,omitempty" jsonschema_description:"Circuit breaker."`
}

// BreakerRules say when an account is not called because its vendor fails.
type BreakerRules struct {
	Off         bool     `json:"off,omitempty" jsonschema:"default=false" jsonschema_description:"Switches it off."`
	FailureRate float64  `json:"failure_rate,omitempty" jsonschema:"minimum=0,maximum=1,default=0.5" jsonschema_description:"Share of calls within the window that opens it when they fail by the vendor's or the network's fault."`
	MinCalls    int      `json:"min_calls,omitempty" jsonschema:"minimum=0,maximum=100000,default=10" jsonschema_description:"Calls within the window before it can open."`
	Window      Duration `json:"window,omitempty" jsonschema:"default=30s" jsonschema_description:"Time that is looked at."`
	OpenFor     Duration `json:"open_for,omitempty" jsonschema:"default=15s" jsonschema_description:"Time for which no call is made. The return to all calls takes as long again."`
}

// Money has the currency and the budgets.
type Money struct {
	Currency string   `json:"currency,omitempty" jsonschema:"pattern=^[A-Z]{3}$,default=CNY,example=CNY" jsonschema_description:"Of every price and budget, ISO 4217."`
	TimeZone string   `json:"time_zone,omitempty" jsonschema:"default=Asia/Shanghai" jsonschema_description:"In which days and months begin, such as Asia/Shanghai."`
	Budgets  []Budget `json:"budgets,omitempty" jsonschema_description:"Bounds of what may be spent. A call is made only if every budget that concerns it has room."`
}

// Budget bounds the calls of one provider, route or tenant in a day or a month.
type Budget struct {
	Provider string `json:"provider,omitempty" jsonschema:"minLength=1,oneof_required=provider" jsonschema_description:"Provider that it bounds."`
	Route    string `json:"route,omitempty" jsonschema:"minLength=1,oneof_required=route" jsonschema_description:"Route that it bounds."`
	Tenant   string `json:"tenant,omitempty" jsonschema:"minLength=1,oneof_required=tenant" jsonschema_description:"Tenant that it bounds."`
	Per      string `json:"per" jsonschema:"enum=day,enum=month" jsonschema_description:"Period after which it begins anew."`
	Amount   Amount `json:"amount,omitempty" jsonschema_description:"Money that may be spent."`
	Calls    uint64 `json:"calls,omitempty" jsonschema_description:"Calls that may be billed."`
}

// State configures where state is kept.
type State struct {
	Dir            string `json:"dir,omitempty" jsonschema:"minLength=1" jsonschema_description:"Folder for this program alone. A second one on the same folder is refused."`
	InMemory       bool   `json:"in_memory,omitempty" jsonschema:"default=false" jsonschema_description:"Whether state lasts only as long as the program."`
	URL            string `json:"url,omitempty" jsonschema:"minLength=1" jsonschema_description:"NATS servers with JetStream that several programs share, such as nats://127.0.0.1:4222."`
	AllowPlaintext bool   `json:"allow_plaintext,omitempty" jsonschema:"default=false" jsonschema_description:"Whether the password and the ledger may go to a server on another machine unencrypted."`
	Name           string `json:"name,omitempty" jsonschema:"pattern=^[a-z0-9]+([-_][a-z0-9]+)*$,default=ocrmux,example=ocrmux" jsonschema_description:"Beginning of the names of bucket and stream."`
	Replicas       int    `json:"replicas,omitempty" jsonschema:"minimum=0,maximum=5,default=1" jsonschema_description:"Servers of a cluster that keep each entry."`
	KeepDays       int    `json:"keep_days,omitempty" jsonschema:"minimum=0,maximum=10000,default=400" jsonschema_description:"Days after which attempts leave the ledger."`

	CredentialsFile string `json:"credentials_file,omitempty" jsonschema_description:"NATS credentials file, for a server."`
	NKeyFile        string `json:"nkey_file,omitempty" jsonschema_description:"File with an NKey seed, for a server."`
	User            string `json:"user,omitempty" jsonschema_description:"User, for a server."`
	Password        Source `json:"password,omitempty" jsonschema_description:"Where the user's password is found."`
}

// Results configures the cache of recognitions.
type Results struct {
	Entries int      `json:"entries,omitempty" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"Results that are kept at most."`
	TTL     Duration `json:"ttl,omitempty" jsonschema_description:"How long a result is good for."`
}

// Amount is money as a decimal text, such as "0.042". A number without quotes would lose digits.
type Amount string

// JSONSchema returns the schema of an amount.
func (Amount) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{1,12}(\.[0-9]{1,6})?$`, Examples: []any{"0.042", "500"}}
}

// Date is a day, such as "2026-12-31".
type Date string

// JSONSchema returns the schema of a day.
func (Date) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, Examples: []any{"2026-12-31"}}
}

// CallRate is a number of calls per second, minute or hour, such as "20/s".
type CallRate string

// JSONSchema returns the schema of a rate.
func (CallRate) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[1-9][0-9]{0,8}/(s|m|h)$`, Examples: []any{"20/s", "600/m"}}
}
