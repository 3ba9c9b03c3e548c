package raster

import (
	"errors"
	"math"
)

// Point is a place in a picture, in pixels.
type Point struct{ X, Y float64 }

// Sub returns the vector from q to p.
func (p Point) Sub(q Point) Point { return Point{p.X - q.X, p.Y - q.Y} }

// Add returns p moved by the vector q.
func (p Point) Add(q Point) Point { return Point{p.X + q.X, p.Y + q.Y} }

// Mul returns p scaled by k.
func (p Point) Mul(k float64) Point { return Point{p.X * k, p.Y * k} }

// Dot returns the inner product.
func (p Point) Dot(q Point) float64 { return p.X*q.X + p.Y*q.Y }

// Dist returns the distance between two points.
func (p Point) Dist(q Point) float64 { return math.Hypot(p.X-q.X, p.Y-q.Y) }

// Lerp returns the point a share t of the way from p to q.
func (p Point) Lerp(q Point, t float64) Point { return p.Add(q.Sub(p).Mul(t)) }

// Quad is a four-sided region. The corners of a region with text are in reading order: top left, top right, bottom right,
// bottom left.
type Quad [4]Point

// Width returns the length of the longer side along the text.
func (q Quad) Width() float64 { return math.Max(q[0].Dist(q[1]), q[3].Dist(q[2])) }

// Height returns the length of the longer side across the text.
func (q Quad) Height() float64 { return math.Max(q[0].Dist(q[3]), q[1].Dist(q[2])) }

// Center returns the mean of the corners.
func (q Quad) Center() Point {
	return q[0].Add(q[1]).Add(q[2]).Add(q[3]).Mul(0.25)
}

// Slice returns the part of a text region between the shares from and to of its width.
func (q Quad) Slice(from, to float64) Quad {
	return Quad{q[0].Lerp(q[1], from), q[0].Lerp(q[1], to), q[3].Lerp(q[2], to), q[3].Lerp(q[2], from)}
}

// Contains reports whether a point is in a convex region with clockwise corners, as in reading order.
func (q Quad) Contains(p Point) bool {
	for i := range q {
		side, to := q[(i+1)%4].Sub(q[i]), p.Sub(q[i])
		if side.X*to.Y-side.Y*to.X < 0 {
			return false
		}
	}
	return true
}

// Homography is a projective map of the plane, row-major, with the last element 1.
type Homography [9]float64

// Apply maps one point.
func (h Homography) Apply(p Point) Point {
	w := h[6]*p.X + h[7]*p.Y + h[8]
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / w, (h[3]*p.X + h[4]*p.Y + h[5]) / w}
}

// ApplyQuad maps four corners.
func (h Homography) ApplyQuad(q Quad) Quad {
	for i := range q {
		q[i] = h.Apply(q[i])
	}
	return q
}

// ErrDegenerate means that the points do not determine a map: they are too few, or too many are on one line.
var ErrDegenerate = errors.New("points do not determine a projective map")

// FitHomography returns the projective map from from[i] to to[i], by least squares if there are more than four pairs. It returns
// [ErrDegenerate] if the points do not determine one.
func FitHomography(from, to []Point) (Homography, error) {
	if len(from) != len(to) || len(from) < 4 {
		return Homography{}, ErrDegenerate
	}
	// Normal equations square the condition number, so both sides are first scaled to about unit size.
	nf, f := normalise(from)
	nt, t := normalise(to)
	var eq [8][9]float64
	for i := range f {
		x, y, u, v := f[i].X, f[i].Y, t[i].X, t[i].Y
		accumulate(&eq, [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u})
		accumulate(&eq, [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v})
	}
	s, ok := solve(&eq)
	if !ok {
		return Homography{}, ErrDegenerate
	}
	h := compose(compose(nt.inverse(), Homography{s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], 1}), nf.homography())
	if math.Abs(h[8]) < 1e-12 {
		return Homography{}, ErrDegenerate
	}
	for i := range h {
		h[i] /= h[8]
		if math.IsNaN(h[i]) || math.IsInf(h[i], 0) {
			return Homography{}, ErrDegenerate
		}
	}
	h[8] = 1
	return h, nil
}

// similarity is p → (p − c)·k.
type similarity struct {
	c Point
	k float64
}

func (s similarity) homography() Homography {
	return Homography{s.k, 0, -s.c.X * s.k, 0, s.k, -s.c.Y * s.k, 0, 0, 1}
}

func (s similarity) inverse() Homography {
	return Homography{1 / s.k, 0, s.c.X, 0, 1 / s.k, s.c.Y, 0, 0, 1}
}

func normalise(ps []Point) (similarity, []Point) {
	var s similarity
	for _, p := range ps {
		s.c = s.c.Add(p.Mul(1 / float64(len(ps))))
	}
	spread := 0.0
	for _, p := range ps {
		spread += p.Dist(s.c) / float64(len(ps))
	}
	s.k = 1
	if spread > 0 {
		s.k = 1 / spread
	}
	out := make([]Point, len(ps))
	for i, p := range ps {
		out[i] = p.Sub(s.c).Mul(s.k)
	}
	return s, out
}

func compose(a, b Homography) Homography {
	var c Homography
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				c[i*3+j] += a[i*3+k] * b[k*3+j]
			}
		}
	}
	return c
}

func accumulate(eq *[8][9]float64, row [9]float64) {
	for i := range 8 {
		for j := range 9 {
			eq[i][j] += row[i] * row[j]
		}
	}
}

// solve is Gauss-Jordan elimination with pivoting.
func solve(a *[8][9]float64) (x [8]float64, ok bool) {
	for c := range 8 {
		p := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		if math.Abs(a[c][c]) < 1e-10 {
			return x, false
		}
		for r := range 8 {
			if r == c {
				continue
			}
			k := a[r][c] / a[c][c]
			for j := c; j < 9; j++ {
				a[r][j] -= k * a[c][j]
			}
		}
	}
	for i := range 8 {
		x[i] = a[i][8] / a[i][i]
	}
	return x, true
}
