package ocr

import (
	"math"
	"strings"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Glyph is one recognised character.
type Glyph struct {
	Rune rune
	// Prob is the network's probability, 0 to 1. It is not calibrated: some wrong characters have 0.99.
	Prob float64
	// At is the place of its centre along the line, as a share of the line's width.
	At float64
}

// Line is one line of text.
type Line struct {
	// Quad is its region in the picture, corners in reading order.
	Quad raster.Quad
	// Score is the detector's mean probability of text inside the region.
	Score float64
	// Glyphs are its characters in reading order.
	Glyphs []Glyph
}

// Text returns the line as a string.
func (l Line) Text() string {
	var b strings.Builder
	for _, g := range l.Glyphs {
		b.WriteRune(g.Rune)
	}
	return b.String()
}

// Prob returns the mean probability of the characters, or 0 for an empty line.
func (l Line) Prob() float64 {
	if len(l.Glyphs) == 0 {
		return 0
	}
	sum := 0.0
	for _, g := range l.Glyphs {
		sum += g.Prob
	}
	return sum / float64(len(l.Glyphs))
}

// Page is the text of a picture.
type Page struct {
	Lines []Line
	// Angle is the reading direction in radians: 0 to the right, π/2 downwards. It is how far the page is turned clockwise.
	Angle float64
}

// Axes returns the unit vectors along the text and down the page.
func (p Page) Axes() (along, down raster.Point) {
	sin, cos := math.Sincos(p.Angle)
	return raster.Point{X: cos, Y: sin}, raster.Point{X: -sin, Y: cos}
}
