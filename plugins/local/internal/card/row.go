package card

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/plugins/local/internal/ocr"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// token is one character of a row.
type token struct {
	r    rune
	prob float64
	at   raster.Point // centre in the picture
	u    float64      // centre along the reading direction, pixels
	half float64      // half its width along the line, estimated from the line's height
	line *line
}

// line is an OCR line with its place on the page: u along the text, v down the page.
type line struct {
	quad           raster.Quad
	tokens         []token
	u0, u1, v0, v1 float64
}

func (l *line) height() float64 { return l.v1 - l.v0 }

// row is a row of lines, left to right.
type row struct {
	lines  []*line
	tokens []token
	v0, v1 float64
}

func (r *row) middle() float64 { return (r.v0 + r.v1) / 2 }

func (r *row) text() string { return text(r.tokens) }

func text(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteRune(t.r)
	}
	return b.String()
}

// leastProb returns the probability of the least sure token, or 0 for none.
func leastProb(tokens []token) float64 {
	if len(tokens) == 0 {
		return 0
	}
	least := 1.0
	for _, t := range tokens {
		least = math.Min(least, t.prob)
	}
	return least
}

// minLineProb is the limit below which a line is a pattern of the paper, not text.
const minLineProb = 0.5

// layOut returns the lines of a page with their places.
func layOut(p *ocr.Page) []*line {
	along, down := p.Axes()
	var lines []*line
	for _, l := range p.Lines {
		if l.Prob() < minLineProb {
			continue
		}
		n := &line{quad: l.Quad, u0: math.Inf(1), u1: math.Inf(-1), v0: math.Inf(1), v1: math.Inf(-1)}
		for _, q := range l.Quad {
			u, v := q.Dot(along), q.Dot(down)
			n.u0, n.u1 = math.Min(n.u0, u), math.Max(n.u1, u)
			n.v0, n.v1 = math.Min(n.v0, v), math.Max(n.v1, v)
		}
		left, right := l.Quad[0].Lerp(l.Quad[3], 0.5), l.Quad[1].Lerp(l.Quad[2], 0.5)
		for _, g := range l.Glyphs {
			r, ok := plain(g.Rune)
			if !ok {
				continue
			}
			at := left.Lerp(right, g.At)
			half := 0.35 * l.Quad.Height()
			if r < 0x80 {
				half /= 2
			}
			n.tokens = append(n.tokens, token{r: r, prob: g.Prob, at: at, u: at.Dot(along), half: half, line: n})
		}
		if len(n.tokens) > 0 {
			lines = append(lines, n)
		}
	}
	return lines
}

// plain maps full-width forms to ASCII and all middle dots to one. It returns false for spaces, which are dropped.
func plain(r rune) (rune, bool) {
	switch {
	case r == ' ' || r == '　':
		return 0, false
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xfee0, true
	case strings.ContainsRune("•・．‧∙⋅●", r):
		return '·', true
	}
	return r, true
}

// rowsOf groups lines that overlap vertically with the nearest line of a row, so rows may slant.
func rowsOf(lines []*line) []*row {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b *line) int { return cmp.Compare(a.v0+a.v1, b.v0+b.v1) })
	var rows []*row
	for _, l := range lines {
		if r := home(rows, l); r != nil {
			r.lines = append(r.lines, l)
		} else {
			rows = append(rows, &row{lines: []*line{l}})
		}
	}
	for _, r := range rows {
		slices.SortStableFunc(r.lines, func(a, b *line) int { return cmp.Compare(a.u0, b.u0) })
		r.v0, r.v1 = math.Inf(1), math.Inf(-1)
		for _, l := range r.lines {
			r.tokens = join(r.tokens, l.tokens)
			r.v0, r.v1 = math.Min(r.v0, l.v0), math.Max(r.v1, l.v1)
		}
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(a.middle(), b.middle()) })
	return rows
}

// sameSpot is the distance, in heights of a line, below which two characters are the same one. Digits of one size are at
// least 0.4 apart.
const sameSpot = 0.3

// join appends the characters of the next line of a row. If a character on the border was read in both lines, join keeps the
// more probable one.
func join(tokens, next []token) []token {
	if len(tokens) > 0 && len(next) > 0 {
		last := &tokens[len(tokens)-1]
		if last.r == next[0].r && last.at.Dist(next[0].at) < sameSpot*next[0].line.quad.Height() {
			if next[0].prob > last.prob {
				*last = next[0]
			}
			next = next[1:]
		}
	}
	return append(tokens, next...)
}

// home returns the row that a line belongs to, one of the last three, or nil.
func home(rows []*row, l *line) *row {
	for i := len(rows) - 1; i >= max(0, len(rows)-3); i-- {
		var near *line
		gap := math.Inf(1)
		for _, m := range rows[i].lines {
			if d := math.Max(m.u0-l.u1, l.u0-m.u1); d < gap {
				gap, near = d, m
			}
		}
		h := math.Min(l.height(), near.height())
		if math.Min(l.v1, near.v1)-math.Max(l.v0, near.v0) > 0.5*h && gap > -2*h {
			return rows[i]
		}
	}
	return nil
}

// region returns the rectangle around tokens, in reading direction.
func region(tokens []token, along, down raster.Point) raster.Quad {
	u0, u1, v0, v1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, t := range tokens {
		// For a slanting line, the height around each character is the height of the line.
		h := t.line.quad.Height() / 2
		v := t.at.Dot(down)
		u0, u1 = math.Min(u0, t.u-t.half), math.Max(u1, t.u+t.half)
		v0, v1 = math.Min(v0, v-h), math.Max(v1, v+h)
	}
	at := func(u, v float64) raster.Point { return along.Mul(u).Add(down.Mul(v)) }
	return raster.Quad{at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)}
}
