package raster

import "math"

// Warp returns the region q of the picture, with corners in reading order, as an upright picture of w×h pixels. Pixels outside
// the picture repeat its edge. It returns [ErrDegenerate] if q has no area.
func (m *Image) Warp(q Quad, w, h int) (*Image, error) {
	fw, fh := float64(w), float64(h)
	hm, err := FitHomography([]Point{{0, 0}, {fw, 0}, {fw, fh}, {0, fh}}, q[:])
	if err != nil {
		return nil, err
	}
	out := New(w, h)
	for y := range h {
		for x := range w {
			p := hm.Apply(Point{float64(x) + 0.5, float64(y) + 0.5})
			m.Sample(p, out.Pix[(y*w+x)*3:])
		}
	}
	return out, nil
}

// Sample writes the colour at p, bilinear, into the first three bytes of dst.
func (m *Image) Sample(p Point, dst []uint8) {
	fx, fy := p.X-0.5, p.Y-0.5
	x, y := math.Floor(fx), math.Floor(fy)
	ax, ay := int32((fx-x)*256), int32((fy-y)*256)
	x0, x1 := within(x, m.W)*3, within(x+1, m.W)*3
	y0, y1 := within(y, m.H)*m.W*3, within(y+1, m.H)*m.W*3
	for c := range 3 {
		top := int32(m.Pix[y0+x0+c])*(256-ax) + int32(m.Pix[y0+x1+c])*ax
		bottom := int32(m.Pix[y1+x0+c])*(256-ax) + int32(m.Pix[y1+x1+c])*ax
		dst[c] = uint8((top*(256-ay) + bottom*ay) >> 16)
	}
}

// within returns the index of the nearest of n pixels to a coordinate. NaN becomes 0.
func within(v float64, n int) int {
	if !(v > 0) {
		return 0
	}
	return int(math.Min(v, float64(n-1)))
}
