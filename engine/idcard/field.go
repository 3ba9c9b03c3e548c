package idcard

// Document is the name under which providers and callers speak of this card.
const Document = "cn.idcard"

// The fields of the card, under the names that providers map theirs to.
const (
	FieldName             = "name"
	FieldSex              = "sex"
	FieldEthnicity        = "ethnicity" // 民族, which vendors call nation or nationality
	FieldBirthDate        = "birth_date"
	FieldAddress          = "address"
	FieldIDNumber         = "id_number"
	FieldIssuingAuthority = "issuing_authority"
	FieldValidFrom        = "valid_from"
	FieldValidUntil       = "valid_until"

	// FieldValidity is for input only: the whole span as printed, such as "2019.08.06-长期". [Normalize] splits it into
	// valid_from and valid_until.
	FieldValidity = "validity"
)

// FieldNames returns the fields that a normalised card can have, in the order of the card: portrait side, then emblem side.
func FieldNames() []string {
	return []string{
		FieldName, FieldSex, FieldEthnicity, FieldBirthDate, FieldAddress, FieldIDNumber,
		FieldIssuingAuthority, FieldValidFrom, FieldValidUntil,
	}
}

// The values of the field sex.
const (
	Male   = "male"
	Female = "female"
)

// Flags say what a reader of a field should know beyond its value.
const (
	// FlagUnnormalized marks a field that has no value: its text is not, for certain, what the field should hold, or the field is
	// none of this document.
	FlagUnnormalized = "unnormalized"
	// FlagMasked marks a text in which characters are hidden, as in "198X-0X-XX". It always comes with [FlagUnnormalized].
	FlagMasked = "masked"
	// FlagFifteenDigits marks a number in the form used before 1999: it is kept as read, and has no checksum.
	FlagFifteenDigits = "fifteen_digits"
)

// Field is one field of the card. Exactly one of three holds: Value is set, LongTerm is set, or Flags contains
// [FlagUnnormalized].
type Field struct {
	// Text is the field as read. The two halves of a [FieldValidity] span have their own part of it, without spaces.
	Text string
	// Value is the field in the form that all providers share: dates as 1989-12-01, sex as [Male] or [Female], ethnicity without
	// 族 as the card prints it, the number as 17 digits and a digit or X.
	Value string
	// LongTerm is set for a card without an end date (长期), on valid_until only.
	LongTerm bool
	// Flags holds the Flag constants that apply, or is nil.
	Flags []string
}
