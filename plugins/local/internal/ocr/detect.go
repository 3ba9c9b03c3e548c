package ocr

import (
	"math"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Parameters of DB post-processing. The values come from the measurements in docs/local.md.
const (
	textProb     = 0.3 // a pixel above this is text
	boxProb      = 0.5 // mean probability a box must have
	minSide      = 3.0 // pixels of the map
	minPixels    = 10
	unclipRatio  = 1.5 // the model returns shrunken boxes, which grow by area·ratio/perimeter
	maxBoxes     = 64  // a card has about fifteen lines
	mapMultiple  = 32  // the network halves its input five times
	maxUpscaling = 2.0
)

// box is a detected region, its corners clockwise from an arbitrary one.
type box struct {
	quad  raster.Quad
	score float64
}

// boxes turns a probability map of w×h pixels into rectangles around its connected regions.
func boxes(prob []float32, w, h int) []box {
	seen := make([]bool, w*h)
	fill := floodFill{prob: prob, w: w, h: h, seen: seen, left: make([]int, h), right: make([]int, h)}
	var found []box
	for start := range prob {
		if seen[start] || prob[start] <= textProb {
			continue
		}
		outline, pixels := fill.region(start)
		if pixels < minPixels {
			continue
		}
		quad := minAreaRect(hull(outline))
		bw, bh := quad.Width(), quad.Height()
		if math.Min(bw, bh) < minSide {
			continue
		}
		score := meanInside(prob, w, h, quad)
		if score < boxProb {
			continue
		}
		found = append(found, box{quad: grow(quad, bw*bh*unclipRatio/(2*(bw+bh))), score: score})
	}
	return found
}

// floodFill walks one 8-connected region at a time.
type floodFill struct {
	prob        []float32
	w, h        int
	seen        []bool
	stack       []int
	left, right []int
}

// region visits the region around start. The outline has the corners of the first and last pixel of each row, which is enough
// for a hull.
func (f *floodFill) region(start int) (outline []raster.Point, pixels int) {
	f.seen[start] = true
	f.stack = append(f.stack[:0], start)
	top, bottom := start/f.w, start/f.w
	f.left[top], f.right[top] = f.w, -1
	for len(f.stack) > 0 {
		at := f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		x, y := at%f.w, at/f.w
		pixels++
		for ; top > y; top-- {
			f.left[top-1], f.right[top-1] = f.w, -1
		}
		for ; bottom < y; bottom++ {
			f.left[bottom+1], f.right[bottom+1] = f.w, -1
		}
		f.left[y], f.right[y] = min(f.left[y], x), max(f.right[y], x)
		for ny := max(0, y-1); ny <= min(f.h-1, y+1); ny++ {
			for nx := max(0, x-1); nx <= min(f.w-1, x+1); nx++ {
				if n := ny*f.w + nx; !f.seen[n] && f.prob[n] > textProb {
					f.seen[n] = true
					f.stack = append(f.stack, n)
				}
			}
		}
	}
	for y := top; y <= bottom; y++ {
		if f.right[y] < 0 {
			continue
		}
		l, r, t := float64(f.left[y]), float64(f.right[y]+1), float64(y)
		outline = append(outline, raster.Point{X: l, Y: t}, raster.Point{X: l, Y: t + 1}, raster.Point{X: r, Y: t}, raster.Point{X: r, Y: t + 1})
	}
	return outline, pixels
}

// grow moves every side of a rectangle outwards by d.
func grow(q raster.Quad, d float64) raster.Quad {
	u, v := q[1].Sub(q[0]), q[3].Sub(q[0])
	u, v = u.Mul(d/math.Hypot(u.X, u.Y)), v.Mul(d/math.Hypot(v.X, v.Y))
	return raster.Quad{q[0].Sub(u).Sub(v), q[1].Add(u).Sub(v), q[2].Add(u).Add(v), q[3].Sub(u).Add(v)}
}

// meanInside averages the map over the pixels whose centre lies in the rectangle.
func meanInside(prob []float32, w, h int, q raster.Quad) float64 {
	lo, hi := bounds(q[:])
	sum, n := 0.0, 0
	for y := max(0, int(lo.Y)); y < min(h, int(hi.Y)+1); y++ {
		for x := max(0, int(lo.X)); x < min(w, int(hi.X)+1); x++ {
			if q.Contains(raster.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5}) {
				sum += float64(prob[y*w+x])
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
