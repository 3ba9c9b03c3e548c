// Package card finds the fields of a Chinese identity card (GA 448/461) in the lines of text of a picture.
//
// It knows the card's words and their arrangement, never the picture. What it cannot read it leaves out: no field is completed, corrected or guessed. The
// one exception is said aloud: a birth date or sex that is on the card but unreadable is taken from a number whose checksum holds, and flagged
// [FromNumber].
package card

import (
	"errors"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// ErrNotCard says that the text does not look like either side of an identity card.
var ErrNotCard = errors.New("the text is not that of a Chinese identity card")

// Side is one side of the card.
type Side string

// The portrait side and the emblem side.
const (
	Front Side = "front"
	Back  Side = "back"
)

// Field names, as the engine's result model has them.
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
	// Uncertain marks a reading that a person should look at: see docs/local.md for the rules.
	Uncertain = "uncertain"
	// FromNumber marks a value that was not read but follows from the number.
	FromNumber = "from_number"
)

// Field is one thing the card says.
type Field struct {
	Name string
	// Text is as read, without the spaces: 1989年12月1日, 2019.08.06, 长期.
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
	// Rotation is by how many degrees clockwise the card is turned in the picture, 0 up to 360.
	Rotation float64
	// Portrait is the region of the photograph; nil on the back, or where too little of the card was read to place it.
	Portrait *raster.Quad
}

// Field returns a field by name, nil when it was not read.
func (c *Card) Field(name string) *Field {
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i]
		}
	}
	return nil
}
