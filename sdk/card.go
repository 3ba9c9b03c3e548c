package sdk

import "strings"

// Card reads a recognition of the document cn.idcard for a front door. Its methods return texts in the form that is
// printed on the card. A text that could not be normalised is returned as it was read.
type Card struct{ fields []Field }

// CardOf returns the card of a recognition. The card of nil has no fields.
func CardOf(r *Recognition) Card {
	if r == nil {
		return Card{}
	}
	return Card{fields: r.Fields}
}

// FrontFields returns the standard names of the fields on the portrait side.
func FrontFields() []string { return []string{Name, Sex, Ethnicity, BirthDate, Address, IDNumber} }

// BackFields returns the standard names of the fields on the emblem side.
func BackFields() []string { return []string{IssuingAuthority, ValidFrom, ValidUntil} }

// Field returns the field with a standard name, or nil if the card has none.
func (c Card) Field(name string) *Field {
	for i := range c.fields {
		if c.fields[i].Name == name {
			return &c.fields[i]
		}
	}
	return nil
}

// Has reports whether the card has any of the fields.
func (c Card) Has(names ...string) bool {
	for _, name := range names {
		if c.Field(name) != nil {
			return true
		}
	}
	return false
}

// Text returns the normalised value of a field, or the text that was read if there is no value, or "" if there is no
// such field. Sex is 男 or 女, dates are YYYY-MM-DD, and a validity without an end is 长期.
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

// Date returns year, month and day of a date field without leading zeros, as the card prints them. ok is false if the
// field has no normalised date.
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

// Compact returns a date field as YYYYMMDD. Without a normalised date it returns what [Card.Text] does.
func (c Card) Compact(name string) string {
	f := c.Field(name)
	if f != nil && len(f.Value) == len("2006-01-02") && strings.Count(f.Value, "-") == 2 {
		return strings.ReplaceAll(f.Value, "-", "")
	}
	return c.Text(name)
}
