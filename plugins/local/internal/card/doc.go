// Package card finds the fields of a Chinese identity card (GA 448/461) in the lines of text of a picture.
//
// It uses the card's words and their arrangement, not the picture. It leaves out fields that it cannot read: no field is
// completed, corrected or guessed. There is one exception: a birth date or sex that is on the card but not readable is taken
// from a number with a valid checksum, and flagged [FromNumber].
package card

import (
	"errors"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// ErrNotCard means that the text is not that of an identity card.
var ErrNotCard = errors.New("the text is not that of a Chinese identity card")

// Side is one side of the card.
type Side string

// The portrait side and the emblem side.
const (
	Front Side = "front"
	Back  Side = "back"
)

// Names of fields, as in the engine's results.
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
)

// Flags of a field.
const (
	// Uncertain marks a field that a person should check. docs/local.md has the rules.
	Uncertain = "uncertain"
	// FromNumber marks a field that was not read but follows from the number.
	FromNumber = "from_number"
)

// Field is one field of the card.
type Field struct {
	Name string
	// Text is the text that was read, without spaces: 1989年12月1日, 2019.08.06, 长期.
	Text string
	// Confidence is the probability of the least sure character, 0 to 1.
	Confidence float64
	// Quad is the region of the value in the picture.
	Quad  raster.Quad
	Flags []string
}

// Card is what a picture shows.
type Card struct {
	Side   Side
	Fields []Field
	// Rotation is how many degrees clockwise the card is turned in the picture, 0 up to 360.
	Rotation float64
	// Portrait is the region of the photograph. It is nil on the back, or if too little of the card was read to locate it.
	Portrait *raster.Quad
}

// Field returns a field by name, or nil if it was not read.
func (c *Card) Field(name string) *Field {
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i]
		}
	}
	return nil
}
