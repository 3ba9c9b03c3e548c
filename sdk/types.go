package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// The messages of the contract under the names authors use; engine/abi documents every field.
type (
	Start       = abi.Start
	Action      = abi.Action
	Done        = abi.Done
	Fail        = abi.Fail
	Field       = abi.Field
	Leaf        = abi.Leaf
	Signal      = abi.Signal
	VendorCheck = abi.VendorCheck
	SignalState = abi.SignalState
	CheckState  = abi.CheckState
	Extra       = abi.Extra

	Polygon         = abi.Polygon
	Value           = abi.Value
	NamedValue      = abi.NamedValue
	MultipartField  = abi.MultipartField
	JSON            = abi.JSON
	JSONMember      = abi.JSONMember
	Header          = abi.Header
	CacheRule       = abi.CacheRule
	Capture         = abi.Capture
	ImageLimits     = abi.ImageLimits
	PictureInfo     = abi.PictureInfo
	Accepted        = abi.Accepted
	Admit           = abi.Admit
	Proof           = abi.Proof
	ClientKey       = abi.ClientKey
	InboundPicture  = abi.InboundPicture
	InboundResponse = abi.InboundResponse
	Recognition     = abi.Recognition
	Algorithm       = abi.Algorithm
	Encoding        = abi.Encoding
	Side            = abi.Side
	Billed          = abi.Billed
	Fault           = abi.Fault
	FailureKind     = abi.FailureKind
)

const (
	MD5       = abi.AlgorithmMD5
	SHA1      = abi.AlgorithmSHA1
	SHA256    = abi.AlgorithmSHA256
	SHA512    = abi.AlgorithmSHA512
	SM3       = abi.AlgorithmSM3
	RSASHA256 = abi.AlgorithmRSASHA256

	Raw           = abi.EncodingRaw
	Base64        = abi.EncodingBase64
	Base64Percent = abi.EncodingBase64Percent
	Hex           = abi.EncodingHex
	HexUpper      = abi.EncodingHexUpper

	JPG  = abi.ImageFormatJPG
	PNG  = abi.ImageFormatPNG
	BMP  = abi.ImageFormatBMP
	WebP = abi.ImageFormatWebp

	Front = abi.SideFront
	Back  = abi.SideBack

	BilledUnknown = abi.BilledUnknown
	BilledNo      = abi.BilledNo
	BilledYes     = abi.BilledYes

	CallerFault   = abi.FaultCaller
	OperatorFault = abi.FaultOperator
	VendorFault   = abi.FaultVendor
	NetworkFault  = abi.FaultNetwork

	InvalidRequest   = abi.FailureKindInvalidRequest
	InvalidImage     = abi.FailureKindInvalidImage
	NoDocument       = abi.FailureKindNoDocument
	Unreadable       = abi.FailureKindUnreadable
	Unauthenticated  = abi.FailureKindUnauthenticated
	PermissionDenied = abi.FailureKindPermissionDenied
	QuotaExhausted   = abi.FailureKindQuotaExhausted
	RateLimited      = abi.FailureKindRateLimited
	Unavailable      = abi.FailureKindUnavailable
	Timeout          = abi.FailureKindTimeout
	OutcomeUnknown   = abi.FailureKindOutcomeUnknown
	ProviderError    = abi.FailureKindProviderError
	Internal         = abi.FailureKindInternal
)

// Standard field names of cn.idcard. A vendor that gives the validity period as one text uses Validity.
const (
	Name             = "name"
	Sex              = "sex"
	Ethnicity        = "ethnicity"
	BirthDate        = "birth_date"
	Address          = "address"
	IDNumber         = "id_number"
	IssuingAuthority = "issuing_authority"
	ValidFrom        = "valid_from"
	ValidUntil       = "valid_until"
	Validity         = "validity"
)

// States of a signal and of a vendor's check.
const (
	SignalNotChecked = abi.SignalStateNotChecked
	SignalNo         = abi.SignalStateNo
	SignalYes        = abi.SignalStateYes

	CheckNotChecked = abi.CheckStateNotChecked
	CheckPass       = abi.CheckStatePass
	CheckFail       = abi.CheckStateFail
)

// Standard names of signals.
const (
	SignalCopy         = "copy"
	SignalScreen       = "screen"
	SignalReflective   = "reflective"
	SignalBlurred      = "blurred"
	SignalIncomplete   = "incomplete"
	SignalOccluded     = "occluded"
	SignalTampered     = "tampered"
	SignalTemporary    = "temporary"
	SignalOverDark     = "over_dark"
	SignalOverExposed  = "over_exposed"
	SignalReversedSide = "reversed_side"
	SignalNotIDCard    = "not_id_card"
)

// Portrait is the extra that asks for the portrait's box; Uncertain is the flag of a field that somebody doubts.
const (
	Portrait  = "portrait"
	Uncertain = "uncertain"
)

// Standard names of checks, for what a vendor checked as well.
const (
	CheckIDNumberChecksum       = "id_number_checksum"
	CheckBirthDateMatchesNumber = "birth_date_matches_number"
	CheckSexMatchesNumber       = "sex_matches_number"
	CheckRegionKnown            = "region_known"
	CheckValiditySpan           = "validity_span"
	CheckExpired                = "expired"
)
