package ocr

import (
	"math"
	"strings"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Glyph is one recognised character.
type Glyph struct {
	Rune rune
	// Prob is the network's probability for it, 0 to 1. It is not calibrated: wrong readings at 0.99 exist.
	Prob float64
	// At is where its centre lies along the line, as a share of the line's width.
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

// Text is the line as a string.
func (l Line) Text() string {
	var b strings.Builder
	for _, g := range l.Glyphs {
		b.WriteRune(g.Rune)
	}
	return b.String()
}

// Prob is the mean probability of the characters, 0 for an empty line.
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

// Page is what a picture says.
type Page struct {
	Lines []Line
	// Angle is the reading direction in radians: 0 to the right, π/2 downwards, that is, the page is turned clockwise by so much.
	Angle float64
}

// Axes returns the unit vectors along the text and down the page.
func (p Page) Axes() (along, down raster.Point) {
	sin, cos := math.Sincos(p.Angle)
	return raster.Point{X: cos, Y: sin}, raster.Point{X: -sin, Y: cos}
}
