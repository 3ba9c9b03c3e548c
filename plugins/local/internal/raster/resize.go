package raster

import "math"

// Resize returns the picture with w×h pixels. If it shrinks by a factor of two or more, it first averages blocks of pixels, so
// that thin strokes fade instead of breaking. The rest is bilinear.
func (m *Image) Resize(w, h int) *Image {
	src := m
	if f := min(m.W/w, m.H/h); f >= 2 {
		src = m.shrink(f)
	}
	if src.W == w && src.H == h {
		if src == m {
			src = &Image{W: w, H: h, Pix: append([]uint8(nil), m.Pix...)}
		}
		return src
	}
	out := New(w, h)
	xs, ys := taps(src.W, w), taps(src.H, h)
	for y, ty := range ys {
		top, bottom := src.Pix[ty.a*src.W*3:], src.Pix[ty.b*src.W*3:]
		dst := out.Pix[y*w*3:]
		for x, tx := range xs {
			a, b := tx.a*3, tx.b*3
			for c := range 3 {
				up := int32(top[a+c])*(256-tx.f) + int32(top[b+c])*tx.f
				down := int32(bottom[a+c])*(256-tx.f) + int32(bottom[b+c])*tx.f
				dst[x*3+c] = uint8((up*(256-ty.f) + down*ty.f) >> 16)
			}
		}
	}
	return out
}

// tap is the two source pixels of one target pixel. f of 256 parts come from b.
type tap struct {
	a, b int
	f    int32
}

func taps(from, to int) []tap {
	ts := make([]tap, to)
	scale := float64(from) / float64(to)
	for i := range ts {
		at := math.Max(0, (float64(i)+0.5)*scale-0.5)
		a := min(int(at), from-1)
		ts[i] = tap{a: a, b: min(a+1, from-1), f: int32((at - math.Floor(at)) * 256)}
	}
	return ts
}

// shrink averages blocks of f×f pixels.
func (m *Image) shrink(f int) *Image {
	out := New(m.W/f, m.H/f)
	n := uint32(f * f)
	for y := range out.H {
		for x := range out.W {
			var r, g, b uint32
			for dy := range f {
				row := m.Pix[((y*f+dy)*m.W+x*f)*3:]
				for dx := range f {
					r, g, b = r+uint32(row[dx*3]), g+uint32(row[dx*3+1]), b+uint32(row[dx*3+2])
				}
			}
			d := (y*out.W + x) * 3
			out.Pix[d], out.Pix[d+1], out.Pix[d+2] = uint8(r/n), uint8(g/n), uint8(b/n)
		}
	}
	return out
}
