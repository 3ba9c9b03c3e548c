package ocr

import (
	"math"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// elongated boxes show the direction of the text; square ones do not.
const elongated = 2.5

// lineAngle returns the direction of the text up to half a turn, as the mean of the long boxes weighted by their length. It
// doubles the angles, so that θ and θ+π are the same.
func lineAngle(boxes []box) float64 {
	var x, y float64
	for _, b := range boxes {
		a, c := b.quad[1].Sub(b.quad[0]), b.quad[2].Sub(b.quad[1])
		long, short := math.Hypot(a.X, a.Y), math.Hypot(c.X, c.Y)
		if short > long {
			a, long, short = c, short, long
		}
		if long < elongated*short {
			continue
		}
		sin, cos := math.Sincos(2 * math.Atan2(a.Y, a.X))
		x, y = x+long*cos, y+long*sin
	}
	return math.Atan2(y, x) / 2
}

// orient rotates the corners of every box, so that the first is where its text begins.
func orient(boxes []box, angle float64) {
	sin, cos := math.Sincos(angle)
	along := raster.Point{X: cos, Y: sin}
	for i := range boxes {
		q := boxes[i].quad
		best, first := math.Inf(-1), 0
		for j := range q {
			side := q[(j+1)%4].Sub(q[j])
			if d := side.Dot(along) / math.Max(math.Hypot(side.X, side.Y), 1e-9); d > best {
				best, first = d, j
			}
		}
		for j := range q {
			boxes[i].quad[j] = q[(first+j)%4]
		}
	}
}

// separate cuts a box where its right-hand neighbour in the same row begins. The boxes of labels tend to reach into their
// values, and the first character of the value would be read twice.
func separate(boxes []box, angle float64) {
	sin, cos := math.Sincos(angle)
	along, down := raster.Point{X: cos, Y: sin}, raster.Point{X: -sin, Y: cos}
	for i := range boxes {
		for j := range boxes {
			if i == j {
				continue
			}
			left, right := extent(boxes[i].quad, along)
			begins, ends := extent(boxes[j].quad, along)
			if left >= begins || right <= begins || right >= ends {
				continue
			}
			top, bottom := extent(boxes[i].quad, down)
			top2, bottom2 := extent(boxes[j].quad, down)
			if math.Min(bottom, bottom2)-math.Max(top, top2) < 0.5*math.Min(bottom-top, bottom2-top2) {
				continue
			}
			if cut := (right - begins) / boxes[i].quad.Width(); cut <= 0.6 {
				boxes[i].quad = boxes[i].quad.Slice(0, 1-cut)
			}
		}
	}
}

// extent returns the range of a region along an axis.
func extent(q raster.Quad, axis raster.Point) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, p := range q {
		d := p.Dot(axis)
		lo, hi = math.Min(lo, d), math.Max(hi, d)
	}
	return lo, hi
}
