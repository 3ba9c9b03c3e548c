package raster

import (
	"image"
	"image/draw"
)

// Image has W×H pixels of three bytes each (red, green, blue), row by row without padding.
type Image struct {
	W, H int
	Pix  []uint8
}

// New returns a black picture of w×h pixels.
func New(w, h int) *Image { return &Image{W: w, H: h, Pix: make([]uint8, w*h*3)} }

// FromImage copies any picture. Transparent pixels become white.
func FromImage(src image.Image) *Image {
	switch s := src.(type) {
	case *image.YCbCr:
		return fromYCbCr(s)
	case *image.Gray:
		return fromGray(s)
	case *image.RGBA:
		if s.Opaque() {
			return fromRGBA(s)
		}
	}
	b := src.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), src, b.Min, draw.Over)
	return fromRGBA(flat)
}

func fromRGBA(s *image.RGBA) *Image {
	b := s.Bounds()
	out := New(b.Dx(), b.Dy())
	for y := range out.H {
		row := s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):]
		dst := out.Pix[y*out.W*3:]
		for x := range out.W {
			dst[x*3], dst[x*3+1], dst[x*3+2] = row[x*4], row[x*4+1], row[x*4+2]
		}
	}
	return out
}

func fromGray(s *image.Gray) *Image {
	b := s.Bounds()
	out := New(b.Dx(), b.Dy())
	for y := range out.H {
		row := s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):]
		dst := out.Pix[y*out.W*3:]
		for x := range out.W {
			dst[x*3], dst[x*3+1], dst[x*3+2] = row[x], row[x], row[x]
		}
	}
	return out
}

// fromYCbCr does the JFIF conversion in fixed point; the generic path through color.Color takes ten times as long.
func fromYCbCr(s *image.YCbCr) *Image {
	b := s.Bounds()
	out := New(b.Dx(), b.Dy())
	for y := range out.H {
		dst := out.Pix[y*out.W*3:]
		for x := range out.W {
			c := s.COffset(b.Min.X+x, b.Min.Y+y)
			luma := int32(s.Y[s.YOffset(b.Min.X+x, b.Min.Y+y)]) * 0x10101
			cb, cr := int32(s.Cb[c])-128, int32(s.Cr[c])-128
			dst[x*3] = clamp((luma + 91881*cr) >> 16)
			dst[x*3+1] = clamp((luma - 22554*cb - 46802*cr) >> 16)
			dst[x*3+2] = clamp((luma + 116130*cb) >> 16)
		}
	}
	return out
}

func clamp(v int32) uint8 { return uint8(max(0, min(255, v))) }

// RGBA returns an opaque copy for the standard library's encoders.
func (m *Image) RGBA() *image.RGBA {
	r := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i := range m.W * m.H {
		r.Pix[i*4], r.Pix[i*4+1], r.Pix[i*4+2], r.Pix[i*4+3] = m.Pix[i*3], m.Pix[i*3+1], m.Pix[i*3+2], 255
	}
	return r
}

// Crop returns a copy of the part of r that lies inside the picture; it may be empty.
func (m *Image) Crop(r image.Rectangle) *Image {
	r = r.Intersect(image.Rect(0, 0, m.W, m.H))
	out := New(r.Dx(), r.Dy())
	for y := range out.H {
		from := ((r.Min.Y+y)*m.W + r.Min.X) * 3
		copy(out.Pix[y*out.W*3:(y+1)*out.W*3], m.Pix[from:])
	}
	return out
}

// Turn returns the picture turned clockwise by k quarter turns.
func (m *Image) Turn(k int) *Image {
	k = ((k % 4) + 4) % 4
	w, h := m.W, m.H
	if k%2 == 1 {
		w, h = h, w
	}
	out := New(w, h)
	for y := range m.H {
		for x := range m.W {
			nx, ny := x, y
			switch k {
			case 1:
				nx, ny = m.H-1-y, x
			case 2:
				nx, ny = m.W-1-x, m.H-1-y
			case 3:
				nx, ny = y, m.W-1-x
			}
			copy(out.Pix[(ny*w+nx)*3:(ny*w+nx)*3+3], m.Pix[(y*m.W+x)*3:])
		}
	}
	return out
}
