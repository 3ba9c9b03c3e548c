package ocr

import (
	"cmp"
	"math"
	"slices"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// hull returns the convex hull, clockwise with y down (Andrew's monotone chain). It sorts points in place.
func hull(points []raster.Point) []raster.Point {
	slices.SortFunc(points, func(a, b raster.Point) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	half := func(out []raster.Point, floor int, p raster.Point) []raster.Point {
		for len(out) >= floor && cross(out[len(out)-2], out[len(out)-1], p) <= 0 {
			out = out[:len(out)-1]
		}
		return append(out, p)
	}
	var out []raster.Point
	for _, p := range points {
		out = half(out, 2, p)
	}
	floor := len(out) + 1
	for i := len(points) - 2; i >= 0; i-- {
		out = half(out, floor, points[i])
	}
	return out[:len(out)-1]
}

// cross is positive if o→a→b turns clockwise with y down.
func cross(o, a, b raster.Point) float64 {
	return (a.X-o.X)*(b.Y-o.Y) - (a.Y-o.Y)*(b.X-o.X)
}

// minAreaRect returns the smallest rectangle around a convex hull, with its corners clockwise. One of its sides is on a side of
// the hull.
func minAreaRect(hull []raster.Point) raster.Quad {
	smallest := math.Inf(1)
	var quad raster.Quad
	for i, a := range hull {
		side := hull[(i+1)%len(hull)].Sub(a)
		length := math.Hypot(side.X, side.Y)
		if length == 0 {
			continue
		}
		u := side.Mul(1 / length)
		v := raster.Point{X: -u.Y, Y: u.X}
		lo, hi := raster.Point{X: math.Inf(1), Y: math.Inf(1)}, raster.Point{X: math.Inf(-1), Y: math.Inf(-1)}
		for _, p := range hull {
			x, y := p.Dot(u), p.Dot(v)
			lo.X, hi.X = math.Min(lo.X, x), math.Max(hi.X, x)
			lo.Y, hi.Y = math.Min(lo.Y, y), math.Max(hi.Y, y)
		}
		area := (hi.X - lo.X) * (hi.Y - lo.Y)
		if area >= smallest {
			continue
		}
		smallest = area
		at := func(x, y float64) raster.Point { return u.Mul(x).Add(v.Mul(y)) }
		quad = raster.Quad{at(lo.X, lo.Y), at(hi.X, lo.Y), at(hi.X, hi.Y), at(lo.X, hi.Y)}
	}
	return quad
}

func bounds(points []raster.Point) (lo, hi raster.Point) {
	lo, hi = points[0], points[0]
	for _, p := range points[1:] {
		lo = raster.Point{X: math.Min(lo.X, p.X), Y: math.Min(lo.Y, p.Y)}
		hi = raster.Point{X: math.Max(hi.X, p.X), Y: math.Max(hi.Y, p.Y)}
	}
	return lo, hi
}
