package specimen

import (
	"math"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// blur is a Gaussian blur of sigma pixels.
func blur(m *raster.Image, sigma float64) *raster.Image {
	reach := int(math.Ceil(sigma * 3))
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-reach)*(i-reach)) / (2 * sigma * sigma))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return convolve(convolve(m, kernel, 1, 0), kernel, 0, 1)
}

func convolve(m *raster.Image, kernel []float64, dx, dy int) *raster.Image {
	out := raster.New(m.W, m.H)
	reach := len(kernel) / 2
	for y := range m.H {
		for x := range m.W {
			var sum [3]float64
			for i, k := range kernel {
				sx := min(max(x+(i-reach)*dx, 0), m.W-1)
				sy := min(max(y+(i-reach)*dy, 0), m.H-1)
				p := m.Pix[(sy*m.W+sx)*3:]
				sum[0] += k * float64(p[0])
				sum[1] += k * float64(p[1])
				sum[2] += k * float64(p[2])
			}
			o := out.Pix[(y*m.W+x)*3:]
			o[0], o[1], o[2] = uint8(sum[0]+0.5), uint8(sum[1]+0.5), uint8(sum[2]+0.5)
		}
	}
	return out
}

// tone maps every channel of every pixel.
func tone(m *raster.Image, f func(x, y int, v float64) float64) *raster.Image {
	out := raster.New(m.W, m.H)
	for y := range m.H {
		for x := range m.W {
			i := (y*m.W + x) * 3
			for c := range 3 {
				out.Pix[i+c] = uint8(math.Max(0, math.Min(255, f(x, y, float64(m.Pix[i+c])))))
			}
		}
	}
	return out
}
