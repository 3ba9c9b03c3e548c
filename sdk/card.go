package sdk

import "strings"

// Card reads a recognised cn.idcard for a front door: every text in the form that is printed on the card, or "" when the
// recognition does not have the field. A text that could not be normalised is given as it was read.
type Card struct{ fields []Field }

// CardOf wraps a recognition; nil has no fields.
func CardOf(r *Recognition) Card {
	if r == nil {
		return Card{}
	}
	return Card{fields: r.Fields}
}

// FrontFields are the standard names of the fields of the portrait side.
func FrontFields() []string { return []string{Name, Sex, Ethnicity, BirthDate, Address, IDNumber} }

// BackFields are the standard names of the fields of the emblem side.
func BackFields() []string { return []string{IssuingAuthority, ValidFrom, ValidUntil} }

// Field finds a field by its standard name; nil when there is none.
func (c Card) Field(name string) *Field {
	for i := range c.fields {
		if c.fields[i].Name == name {
			return &c.fields[i]
		}
	}
	return nil
}

// Has reports whether any of the fields was read.
func (c Card) Has(names ...string) bool {
	for _, name := range names {
		if c.Field(name) != nil {
			return true
		}
	}
	return false
}

// Text is the field's value, or its text when it has none. Sex is 男 or 女, a card without end 长期, dates are ISO.
func (c Card) Text(name string) string {
	f := c.Field(name)
	switch {
	case f == nil:
		return ""
	case f.LongTerm:
		return "长期"
	case name == Sex && f.Value == "male":
		return "男"
	case name == Sex && f.Value == "female":
		return "女"
	case f.Value != "":
		return f.Value
	}
	return f.Text
}

// Date splits a date field into year, month and day without leading zeros, as they are printed. ok is false when the field
// has no normalised date.
func (c Card) Date(name string) (year, month, day string, ok bool) {
	f := c.Field(name)
	if f == nil {
		return "", "", "", false
	}
	parts := strings.Split(f.Value, "-")
	if len(parts) != 3 || len(f.Value) != len("2006-01-02") {
		return "", "", "", false
	}
	return parts[0], strings.TrimPrefix(parts[1], "0"), strings.TrimPrefix(parts[2], "0"), true
}

// Compact is a date field as YYYYMMDD, 长期, or the text as it was read.
func (c Card) Compact(name string) string {
	f := c.Field(name)
	if f != nil && len(f.Value) == len("2006-01-02") && strings.Count(f.Value, "-") == 2 {
		return strings.ReplaceAll(f.Value, "-", "")
	}
	return c.Text(name)
}
