package message

// Reasons for which a route asks a provider.
const (
	// FirstInRoute has the route.
	FirstInRoute Code = "route.first"
	// NamedByRequest is the reason of a call that names its provider.
	NamedByRequest Code = "route.named"
	// DrawnInRoute has the route, and the percent of the weight that the provider has in it.
	DrawnInRoute Code = "route.drawn"
	// CheapestInRoute has the route and the price, a Message that says where it comes from.
	CheapestInRoute Code = "route.cheapest"
	// FastestInRoute has the route and the typical duration of the provider's calls.
	FastestInRoute Code = "route.fastest"
	// NotTimedInRoute has the route; nothing is known of the provider's speed.
	NotTimedInRoute Code = "route.not_timed"
	// AskedAtOnce has the route and the count of providers that it asks at once.
	AskedAtOnce Code = "route.asked_at_once"
	// NextAfterSkipped has the provider before.
	NextAfterSkipped Code = "route.next_after_skipped"
	// NextAfterFailure has the provider before, and the kind of its failure.
	NextAfterFailure Code = "route.next_after_failure"
	// NextSince has the provider before, and what keeps it from being asked, a Message.
	NextSince Code = "route.next_since"
	// NextAfterReading has the provider before, and what its reading lacks, a Message.
	NextAfterReading Code = "route.next_after_reading"
	// WaitedFor has the provider itself, and what kept it from being asked, a Message.
	WaitedFor Code = "route.waited_for"
	// RetryOf has the number of the retry, the provider, and what it failed with, a Message.
	RetryOf Code = "route.retry"
	// HedgeAfter has the provider that has not answered, and the duration after which the hedge was made.
	HedgeAfter Code = "route.hedge"
	// AnotherReading has the count of the readings that do not agree.
	AnotherReading Code = "route.another_reading"
)

// Additions to the reason of an attempt when the call has ended. Each has that reason, a Message.
const (
	// StoppedByWinner has the provider that answered first.
	StoppedByWinner Code = "route.stopped_by_winner"
	StoppedAtEnd    Code = "route.stopped_at_end"
	BestOfPoor      Code = "route.best_of_poor"
	// CachedAnswer and SharedAnswer: the answer to an equal call was used.
	CachedAnswer Code = "route.cached_answer"
	SharedAnswer Code = "route.shared_answer"
)

// Reasons why a provider is not asked. Each continues a sentence that begins with the provider's name.
const (
	// ProviderParked has the optional Messages until (ParkedUntil), after (ParkedAfter) and reason (ParkedReason).
	ProviderParked Code = "route.parked"
	ParkedUntil    Code = "route.parked_until"
	ParkedAfter    Code = "route.parked_after"
	ParkedReason   Code = "route.parked_reason"
	// BreakerOpen has the time until which it is.
	BreakerOpen    Code = "route.breaker_open"
	BreakerProbing Code = "route.breaker_probing"
	// CalledTooFast has the time until which the provider is left alone.
	CalledTooFast Code = "route.called_too_fast"
	// ReturnsGradually has the percent of the calls that the provider gets.
	ReturnsGradually Code = "route.returns_gradually"
	ConcurrencyLimit Code = "route.concurrency_limit"
	RateLimit        Code = "route.rate_limit"
	// NotFreeInTime, NoSlotInTime and NoRateInTime: the call waited for the provider until its own time was over.
	NotFreeInTime Code = "route.not_free_in_time"
	NoSlotInTime  Code = "route.no_slot_in_time"
	NoRateInTime  Code = "route.no_rate_in_time"
	// FreeTooLate has the time at which the provider could be asked.
	FreeTooLate Code = "route.free_too_late"
	// FailedWith has the kind of the failure.
	FailedWith Code = "route.failed_with"
	// NotAsked and NotLoaded have the cause, a Message.
	NotAsked  Code = "route.not_asked"
	NotLoaded Code = "route.not_loaded"
)

// Things that a provider lacks for a request. Each continues a sentence that begins with the provider's name.
const (
	LacksDocument Code = "route.lacks_document" // document
	LacksSide     Code = "route.lacks_side"     // side
	LacksField    Code = "route.lacks_field"    // field
	LacksExtra    Code = "route.lacks_extra"    // extra
	LacksSignal   Code = "route.lacks_signal"   // signal
	LacksLabel    Code = "route.lacks_label"    // label
	LacksURL      Code = "route.lacks_url"      // bytes: the length of the address
)

// Things that a request needs from a provider. Each continues a sentence that begins with the provider's name; the parameters are those
// of what a provider lacks.
const (
	NeedsDocument Code = "route.needs_document"
	NeedsSide     Code = "route.needs_side"
	NeedsField    Code = "route.needs_field"
	NeedsExtra    Code = "route.needs_extra"
	NeedsSignal   Code = "route.needs_signal"
	NeedsLabel    Code = "route.needs_label"
	NeedsURL      Code = "route.needs_url"
)

// Things that a reading lacks for a cascade. Each continues a sentence about the reading.
const (
	// FieldsMissing has the fields, a List.
	FieldsMissing Code = "route.fields_missing"
	// ChecksFailed has the checks, a List.
	ChecksFailed Code = "route.checks_failed"
	// FieldUnsure has the field, and the percent of its confidence and of the one that is wanted.
	FieldUnsure Code = "route.field_unsure"
)

// Failures of a call or an attempt that a route makes by itself.
const (
	// NoSuchProvider and NoSuchRoute have the name and those that are known.
	NoSuchProvider Code = "route.no_such_provider"
	NoSuchRoute    Code = "route.no_such_route"
	// NobodyCanServe has why, a Message or several.
	NobodyCanServe Code = "route.nobody_can_serve"
	RouteIsEmpty   Code = "route.empty"
	// NobodyMeets has the need, a Message.
	NobodyMeets Code = "route.nobody_meets"
	// NobodyMeetsAll has the needs, several Messages.
	NobodyMeetsAll Code = "route.nobody_meets_all"
	// ProviderIs has the provider and why, a Message that continues the sentence.
	ProviderIs Code = "route.provider_is"
	// NobodyNow has why, several Messages.
	NobodyNow    Code = "route.nobody_now"
	CallerGaveUp Code = "route.caller_gave_up"
	// TimeOver has nothing; TimeOverSince has why nobody was asked, several Messages.
	TimeOver      Code = "route.time_over"
	TimeOverSince Code = "route.time_over_since"
	// LedgerUnwritable has the cause, a Message.
	LedgerUnwritable Code = "route.ledger_unwritable"
	CallWasOver      Code = "route.call_was_over"
)

var route = map[Code]string{
	FirstInRoute:     "first in route {route}",
	NamedByRequest:   "named by the request",
	DrawnInRoute:     "drawn in route {route}, with {percent} % of the weight",
	CheapestInRoute:  "cheapest in route {route}: {price}",
	FastestInRoute:   "fastest in route {route}: {typical} lately",
	NotTimedInRoute:  "not yet timed in route {route}",
	AskedAtOnce:      "one of {count} asked at once in route {route}",
	NextAfterSkipped: "next after {provider} was skipped",
	NextAfterFailure: "next after {provider} failed with {kind}",
	NextSince:        "next, since {provider} {why}",
	NextAfterReading: "next, since the reading of {provider} is not good enough: {lacks}",
	WaitedFor:        "waited for, since {provider} {why}",
	RetryOf:          "retry {number}: {provider} {why}",
	HedgeAfter:       "hedge, since {provider} has not answered within {after}",
	AnotherReading:   "one more reading, because the {count} so far disagree",

	StoppedByWinner: "{reason}; not waited for, since {provider} answered first",
	StoppedAtEnd:    "{reason}; not waited for, since the call ended",
	BestOfPoor:      "{reason}; the best of those that were not good enough",
	CachedAnswer:    "cached result of an earlier equal call: {reason}",
	SharedAnswer:    "shared with an equal call that was under way: {reason}",

	ProviderParked:   "is parked{until}{after}{reason}",
	ParkedUntil:      " until {until}",
	ParkedAfter:      " after {kind}",
	ParkedReason:     ": {reason}",
	BreakerOpen:      "has its circuit breaker open until {until}",
	BreakerProbing:   "has a circuit breaker that lets only a few calls through",
	CalledTooFast:    "was called faster than its vendor allows, and rests until {until}",
	ReturnsGradually: "returns gradually, with {percent} % of the calls",
	ConcurrencyLimit: "has as many calls under way as it allows",
	RateLimit:        "has reached its rate limit",
	NotFreeInTime:    "was not free before the time of the call was over",
	NoSlotInTime:     "was busy with other calls until this call's time was over",
	NoRateInTime:     "stayed at its rate limit until this call's time was over",
	FreeTooLate:      "can be asked again at {until}, after the end of the call",
	FailedWith:       "failed with {kind}",
	NotAsked:         "is not asked: {cause}",
	NotLoaded:        "is not loaded: {cause}",

	LacksDocument: "does not read {document}",
	LacksSide:     "does not read the {side} side",
	LacksField:    `does not read the field "{field}"`,
	LacksExtra:    `does not give "{extra}"`,
	LacksSignal:   `does not report "{signal}"`,
	LacksLabel:    `is not labelled "{label}"`,
	LacksURL:      "does not take a picture by an address of {bytes} bytes",

	NeedsDocument: "reads {document}",
	NeedsSide:     "reads the {side} side",
	NeedsField:    `reads the field "{field}"`,
	NeedsExtra:    `gives "{extra}"`,
	NeedsSignal:   `reports "{signal}"`,
	NeedsLabel:    `is labelled "{label}"`,
	NeedsURL:      "takes a picture by an address of {bytes} bytes",

	FieldsMissing: "{fields} missing",
	ChecksFailed:  "failed {checks}",
	FieldUnsure:   "is {percent} % sure of {field}, want {want} %",

	NoSuchProvider:   "there is no provider {name}; want one of {known}",
	NoSuchRoute:      "there is no route {name}; want one of {known}",
	NobodyCanServe:   "the route cannot serve this request: {why}",
	RouteIsEmpty:     "it has no providers",
	NobodyMeets:      "no provider of the route {need}",
	NobodyMeetsAll:   "no provider of the route meets all of its needs: {needs}",
	ProviderIs:       "{provider} {why}",
	NobodyNow:        "no provider can be asked now: {why}",
	CallerGaveUp:     "the caller gave up",
	TimeOver:         "the time of the call is over",
	TimeOverSince:    "the time of the call is over: {why}",
	LedgerUnwritable: "the ledger cannot be written, so no provider was asked: {cause}",
	CallWasOver:      "the call was over before the vendor was asked",
}
