package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Messages of a step. Package engine/abi documents the fields of each message.
type (
	// Start is the first step of a call: a picture to recognise.
	Start = abi.Start
	// PictureInfo describes a picture without its bytes: handle, format, size, or a URL.
	PictureInfo = abi.PictureInfo
	// Action is what a step returns. Make it with [Send], [Recognized] or [Failed].
	Action = abi.Action
	// Done is a card that was read.
	Done = abi.Done
	// Field is one field of a card, with the text that was read.
	Field = abi.Field
	// Polygon is x0, y0, x1, y1, … in pixels, clockwise from the top left corner.
	Polygon = abi.Polygon
	// Signal is what a vendor says about the picture or the card.
	Signal = abi.Signal
	// SignalState is the state of a [Signal].
	SignalState = abi.SignalState
	// VendorCheck is a check that the vendor made.
	VendorCheck = abi.VendorCheck
	// CheckState is the state of a [VendorCheck].
	CheckState = abi.CheckState
	// Extra is a text of the vendor that no other field holds.
	Extra = abi.Extra
	// Fail is a call without a card. It decides whether the engine retries or asks another vendor.
	Fail = abi.Fail
	// FailureKind is the kind of a [Fail].
	FailureKind = abi.FailureKind
	// Fault is the party that can fix a [Fail].
	Fault = abi.Fault
	// Billed says whether the vendor charged for the call.
	Billed = abi.Billed
	// Side is a side of the card.
	Side = abi.Side
	// Leaf is one scalar of an answer, a request or a configuration.
	Leaf = abi.Leaf
	// Header is an HTTP header.
	Header = abi.Header
)

// Messages of a request.
type (
	// Value describes bytes that the host fills in while it sends: texts, secrets, the picture, and digests of them.
	Value = abi.Value
	// NamedValue is a header, a query parameter or a form field. Make it with [Param].
	NamedValue = abi.NamedValue
	// MultipartField is a part of a multipart body. Make it with [FormField] or [FormFile].
	MultipartField = abi.MultipartField
	// JSON is a JSON value of a body. Make it with [Object], [Array], [String], [Number] or [Bool].
	JSON = abi.JSON
	// JSONMember is a member of an object. Make it with [Member].
	JSONMember = abi.JSONMember
	// CacheRule says how long the host keeps an answer.
	CacheRule = abi.CacheRule
	// ImageLimits are limits for a picture: formats, sides in pixels, bytes.
	ImageLimits = abi.ImageLimits
	// Algorithm is a digest algorithm.
	Algorithm = abi.Algorithm
	// Encoding is a way to write bytes.
	Encoding = abi.Encoding
)

// Messages of a front door.
type (
	// Accepted is what Accept returns. Make it with [Admitted] or [Answered].
	Accepted = abi.Accepted
	// Admit is a request to carry out once its proofs hold.
	Admit = abi.Admit
	// Proof is a text that must equal a [Value] computed with the client's secrets.
	Proof = abi.Proof
	// ClientKey is the credential that finds the client.
	ClientKey = abi.ClientKey
	// InboundPicture is the picture of an inbound request. Make it with [PictureFrom].
	InboundPicture = abi.InboundPicture
	// InboundResponse is a response to a client. Make it with [AnswerJSON] or [AnswerText].
	InboundResponse = abi.InboundResponse
	// Recognition is the card that a front door returns; see [CardOf].
	Recognition = abi.Recognition
)

// Algorithms of [Hash] and [HMAC]. RSASHA256 is RSASSA-PKCS1-v1_5, for HMAC only.
const (
	MD5       = abi.AlgorithmMD5
	SHA1      = abi.AlgorithmSHA1
	SHA256    = abi.AlgorithmSHA256
	SHA512    = abi.AlgorithmSHA512
	SM3       = abi.AlgorithmSM3
	RSASHA256 = abi.AlgorithmRSASHA256
)

// Encodings of bytes. Base64 is padded and has no line breaks. Base64Percent is base64 that is then percent-encoded.
// Hex is lower-case.
const (
	Raw           = abi.EncodingRaw
	Base64        = abi.EncodingBase64
	Base64Percent = abi.EncodingBase64Percent
	Hex           = abi.EncodingHex
	HexUpper      = abi.EncodingHexUpper
)

// Formats of a picture.
const (
	JPG  = abi.ImageFormatJPG
	PNG  = abi.ImageFormatPNG
	BMP  = abi.ImageFormatBMP
	WebP = abi.ImageFormatWebp
)

// Sides of the card: Front has the portrait, Back the emblem.
const (
	Front = abi.SideFront
	Back  = abi.SideBack
)

// Whether the vendor charged for a call.
const (
	BilledUnknown = abi.BilledUnknown
	BilledNo      = abi.BilledNo
	BilledYes     = abi.BilledYes
)

// Who can fix a failure.
const (
	CallerFault   = abi.FaultCaller
	OperatorFault = abi.FaultOperator
	VendorFault   = abi.FaultVendor
	NetworkFault  = abi.FaultNetwork
)

// Kinds of failure.
const (
	InvalidRequest   = abi.FailureKindInvalidRequest   // a parameter is wrong
	InvalidImage     = abi.FailureKindInvalidImage     // the picture cannot be used: format, size, damaged, unreachable address
	NoDocument       = abi.FailureKindNoDocument       // a picture without an ID card
	Unreadable       = abi.FailureKindUnreadable       // an ID card that cannot be read
	Unauthenticated  = abi.FailureKindUnauthenticated  // the key or the signature is wrong
	PermissionDenied = abi.FailureKindPermissionDenied // not subscribed, disabled, address not allowed
	QuotaExhausted   = abi.FailureKindQuotaExhausted   // no balance
	RateLimited      = abi.FailureKindRateLimited      // too many calls
	Unavailable      = abi.FailureKindUnavailable      // the vendor is busy or in maintenance
	Timeout          = abi.FailureKindTimeout          // the vendor ran out of time
	OutcomeUnknown   = abi.FailureKindOutcomeUnknown   // the request may have been carried out and billed
	ProviderError    = abi.FailureKindProviderError    // the vendor broke its own rules
	Internal         = abi.FailureKindInternal         // the provider has a bug
)

// Standard names of the fields of cn.idcard. Validity is the whole period of validity in one text; the engine splits it
// into ValidFrom and ValidUntil.
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

// States of a signal.
const (
	SignalNotChecked = abi.SignalStateNotChecked
	SignalNo         = abi.SignalStateNo
	SignalYes        = abi.SignalStateYes
)

// States of a vendor's check.
const (
	CheckNotChecked = abi.CheckStateNotChecked
	CheckPass       = abi.CheckStatePass
	CheckFail       = abi.CheckStateFail
)

// Standard names of signals. Other names pass through the engine.
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

// Standard names of checks. The engine makes them as well. A check that passes is good: CheckExpired passes while the card has not
// expired.
const (
	CheckIDNumberChecksum       = "id_number_checksum"
	CheckBirthDateMatchesNumber = "birth_date_matches_number"
	CheckSexMatchesNumber       = "sex_matches_number"
	CheckRegionKnown            = "region_known"
	CheckValiditySpan           = "validity_span"
	CheckExpired                = "expired"
)

// Portrait is the name of the extra that asks for the portrait's polygon. Uncertain is the flag of a field that the
// vendor doubts.
const (
	Portrait  = "portrait"
	Uncertain = "uncertain"
)
