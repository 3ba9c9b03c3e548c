package engine

import "github.com/ocrmux/ocrmux/engine/abi"

// FailureKind says what went wrong, in the same words for every vendor. It is one of FailureInvalidRequest, FailureInvalidImage,
// FailureNoDocument, FailureUnreadable, FailureUnauthenticated, FailurePermissionDenied, FailureQuotaExhausted, FailureRateLimited,
// FailureUnavailable, FailureTimeout, FailureOutcomeUnknown, FailureProviderError and FailureInternal. Later versions may add kinds. As
// text, also in JSON, it is a lower-case name such as "quota_exhausted".
type FailureKind = abi.FailureKind

// Kinds of failures.
const (
	// FailureInvalidRequest: the request itself is wrong. Correct it before you send it again.
	FailureInvalidRequest FailureKind = abi.FailureKindInvalidRequest
	// FailureInvalidImage: the picture cannot be used because of its format, its size, damage, or an address that cannot be fetched.
	FailureInvalidImage FailureKind = abi.FailureKindInvalidImage
	// FailureNoDocument: the picture shows no such document.
	FailureNoDocument FailureKind = abi.FailureKindNoDocument
	// FailureUnreadable: the picture shows a document that cannot be read.
	FailureUnreadable FailureKind = abi.FailureKindUnreadable
	// FailureUnauthenticated: the vendor, or a front door, does not accept the credentials.
	FailureUnauthenticated FailureKind = abi.FailureKindUnauthenticated
	// FailurePermissionDenied: the credentials do not allow the request, or the host does not allow the provider's.
	FailurePermissionDenied FailureKind = abi.FailureKindPermissionDenied
	// FailureQuotaExhausted: the account has no calls or money left, or a budget has none.
	FailureQuotaExhausted FailureKind = abi.FailureKindQuotaExhausted
	// FailureRateLimited: the vendor was called faster than it allows.
	FailureRateLimited FailureKind = abi.FailureKindRateLimited
	// FailureUnavailable: the vendor, or every provider of the route, cannot be asked now.
	FailureUnavailable FailureKind = abi.FailureKindUnavailable
	// FailureTimeout: the time of the call or of the attempt is over, or the caller canceled the call.
	FailureTimeout FailureKind = abi.FailureKindTimeout
	// FailureOutcomeUnknown: the vendor may have processed and billed the request, but its answer was lost.
	FailureOutcomeUnknown FailureKind = abi.FailureKindOutcomeUnknown
	// FailureProviderError: the provider's plugin or its vendor broke its own rules.
	FailureProviderError FailureKind = abi.FailureKindProviderError
	// FailureInternal: the engine failed.
	FailureInternal FailureKind = abi.FailureKindInternal
)

// Fault says who can resolve a failure. As text it is "caller", "operator", "vendor" or "network".
type Fault = abi.Fault

// Who can resolve a failure.
const (
	// FaultCaller: who sent the request can, by another request or another picture.
	FaultCaller Fault = abi.FaultCaller
	// FaultOperator: who runs the engine can, by its configuration, its keys or its accounts.
	FaultOperator Fault = abi.FaultOperator
	// FaultVendor: the vendor, or the author of its plugin, can.
	FaultVendor Fault = abi.FaultVendor
	// FaultNetwork: the connection to the vendor failed.
	FaultNetwork Fault = abi.FaultNetwork
)

// Billed says whether the vendor charged for an attempt. As text it is "yes", "no" or "unknown".
type Billed = abi.Billed

// Whether the vendor charged for an attempt.
const (
	// BilledUnknown counts as spent in budgets, since the vendor may have charged.
	BilledUnknown Billed = abi.BilledUnknown
	// BilledNo costs nothing.
	BilledNo Billed = abi.BilledNo
	// BilledYes costs the price of the call.
	BilledYes Billed = abi.BilledYes
)

// Side of a document. As text it is "front" or "back". The zero value means that the side is unknown or does not matter.
type Side = abi.Side

// Sides of a document.
const (
	// Front of an identity card has the portrait.
	Front Side = abi.SideFront
	// Back of an identity card has the national emblem.
	Back Side = abi.SideBack
)

// CheckState says whether a check passed. As text it is "pass", "fail" or "not_checked". It is the same type as [idcard.State].
type CheckState = abi.CheckState

// States of a check.
const (
	// CheckNotChecked says that what the check compares was not read.
	CheckNotChecked CheckState = abi.CheckStateNotChecked
	// CheckPass says that the card passed the check.
	CheckPass CheckState = abi.CheckStatePass
	// CheckFail says that the card failed the check.
	CheckFail CheckState = abi.CheckStateFail
)

// SignalState says whether a signal, such as "copy" or "edited", was seen. As text it is "yes", "no" or "not_checked".
type SignalState = abi.SignalState

// States of a signal.
const (
	// SignalNotChecked: nobody looked for it.
	SignalNotChecked SignalState = abi.SignalStateNotChecked
	// SignalNo: it was looked for and not seen.
	SignalNo SignalState = abi.SignalStateNo
	// SignalYes: it was seen.
	SignalYes SignalState = abi.SignalStateYes
)
