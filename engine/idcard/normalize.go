package idcard

import "slices"

// MaxTextBytes is the longest text that is normalised. The longest field of a real card, its address, has under 200 bytes.
const MaxTextBytes = 1024

// Normalize turns texts as read, keyed by field name, into fields.
//
// A blank text is the same as an absent one: it is not in the result. A text that cannot be normalised, is longer than
// [MaxTextBytes] or is not valid UTF-8 keeps its text and gets [FlagUnnormalized]; so does a field this document does not have.
// [FieldValidity] fills valid_from and valid_until if they have no value of their own. It is itself in the result, unnormalised,
// only if it could not be read as a span.
//
// A value is normalised to itself, and never longer than [MaxTextBytes].
func Normalize(text map[string]string) map[string]Field {
	fields := make(map[string]Field, len(text)+1)
	for name, read := range text {
		if name != FieldValidity && !blank(read) {
			fields[name] = normalizeField(name, read)
		}
	}
	if span := text[FieldValidity]; !blank(span) {
		addValidity(fields, span)
	}
	return fields
}

func normalizeField(name, text string) Field {
	if !readable(text) {
		return unnormalized(text)
	}
	switch name {
	case FieldName:
		return normalizeName(text)
	case FieldSex:
		return normalizeSex(text)
	case FieldEthnicity:
		return normalizeEthnicity(text)
	case FieldBirthDate, FieldValidFrom:
		return normalizeDate(text)
	case FieldValidUntil:
		if isLongTerm(compact(text)) {
			return Field{Text: text, LongTerm: true}
		}
		return normalizeDate(text)
	case FieldIDNumber:
		return normalizeNumber(text)
	case FieldAddress, FieldIssuingAuthority:
		return normalizeProse(text)
	default:
		return unnormalized(text)
	}
}

func addValidity(fields map[string]Field, text string) {
	if readable(text) {
		if from, until, ok := splitValidity(text); ok {
			fill(fields, FieldValidFrom, from)
			fill(fields, FieldValidUntil, until)
			return
		}
		if isMaskedDate(compact(text)) {
			fields[FieldValidity] = masked(text)
			return
		}
	}
	fields[FieldValidity] = unnormalized(text)
}

// fill sets a field unless it says something of its own already.
func fill(fields map[string]Field, name string, f Field) {
	if own, given := fields[name]; !given || slices.Contains(own.Flags, FlagUnnormalized) {
		fields[name] = f
	}
}

func unnormalized(text string) Field {
	return Field{Text: text, Flags: []string{FlagUnnormalized}}
}

func masked(text string) Field {
	return Field{Text: text, Flags: []string{FlagUnnormalized, FlagMasked}}
}

func normalizeSex(text string) Field {
	// Digits are left alone: 1 and 2 are male and female in GB/T 2261.1, but 1 and 0 in many a database.
	switch compact(text) {
	case "男", "男性", "M", "m", "male", "Male", "MALE":
		return Field{Text: text, Value: Male}
	case "女", "女性", "F", "f", "female", "Female", "FEMALE":
		return Field{Text: text, Value: Female}
	}
	return unnormalized(text)
}

func normalizeEthnicity(text string) Field {
	if e, ok := LookupEthnicity(compact(text)); ok {
		return Field{Text: text, Value: e.Name}
	}
	return unnormalized(text)
}
