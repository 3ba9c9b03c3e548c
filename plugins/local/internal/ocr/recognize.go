package ocr

import (
	"fmt"
	"math"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

const (
	widthMultiple = 32
	minWidth      = 64
	maxWidth      = 3200 // about sixty times as wide as high, more than any line of a card
	// cropMargin is how much a region grows on all sides before it is read, as a share of its height. The detector cuts off
	// strokes of the first and last character; without the margin twice as many names were misread.
	cropMargin = 0.08
)

// Recognize reads one line of text from its region. A region without area has no text.
func (e *Engine) Recognize(m *raster.Image, q raster.Quad) ([]Glyph, error) {
	margin := cropMargin * q.Height()
	line, err := crop(m, grow(q, margin))
	if err != nil {
		return nil, nil
	}
	w := max(minWidth, (line.W+widthMultiple-1)/widthMultiple*widthMultiple)
	out, shape, err := e.nets.Recognizer.Run(planes(line, w), 1, 3, lineHeight, int64(w))
	if err != nil {
		return nil, fmt.Errorf("recognise a line: %w", err)
	}
	if len(shape) != 3 || len(out) != int(shape[1]*shape[2]) {
		return nil, fmt.Errorf("recognise a line: the model answered with shape %v, want [1 T classes]", shape)
	}
	steps, classes := int(shape[1]), int(shape[2])
	// PP-OCR's last class is the space, which most dictionaries do not contain.
	if missing := classes - 1 - len(e.nets.Alphabet); missing != 0 && missing != 1 {
		return nil, fmt.Errorf("%w: %d characters for %d classes", ErrAlphabet, len(e.nets.Alphabet), classes)
	}
	glyphs := decode(out, steps, classes, e.alphabet, float64(line.W)/float64(w))
	for i := range glyphs { // places are shares of the region, not of the wider crop
		glyphs[i].At = (glyphs[i].At*(q.Width()+2*margin) - margin) / q.Width()
	}
	return glyphs, nil
}

// crop straightens a region to 48 rows.
func crop(m *raster.Image, q raster.Quad) (*raster.Image, error) {
	w, h := q.Width(), q.Height()
	if h < 1 || w < 1 {
		return nil, raster.ErrDegenerate
	}
	// Large text is sampled at its own size and then averaged, so that thin strokes are not lost between samples.
	rows := lineHeight
	if h > 2*lineHeight {
		rows = int(h)
	}
	width := func(rows int) int { return min(maxWidth, max(8, int(math.Round(w*float64(rows)/h)))) }
	line, err := m.Warp(q, width(rows), rows)
	if err != nil || rows == lineHeight {
		return line, err
	}
	return line.Resize(width(lineHeight), lineHeight), nil
}

// planes returns a picture in the networks' input format: blue, green and red planes of width w with values −1 to 1, and zeros
// to the right of the picture.
func planes(m *raster.Image, w int) []float32 {
	out := make([]float32, 3*m.H*w)
	for c := range 3 {
		for y := range m.H {
			row := out[(c*m.H+y)*w:]
			px := m.Pix[y*m.W*3+2-c:]
			for x := range m.W {
				row[x] = float32(px[x*3])/127.5 - 1
			}
		}
	}
	return out
}
