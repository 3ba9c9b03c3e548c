package imaging

import (
	"image"
	"image/color"
	"math"
	"testing"
)

func TestShrinkingAveragesAreas(t *testing.T) {
	src := photograph(53, 31)
	for _, size := range []image.Point{{53, 30}, {52, 31}, {26, 15}, {17, 31}, {1, 1}, {3, 2}, {53, 1}} {
		got, err := render(t.Context(), src, Upright, size.X, size.Y)
		if err != nil {
			t.Fatal(err)
		}
		for y := range size.Y {
			for x := range size.X {
				want := areaMean(src, float64(x)*53/float64(size.X), float64(y)*31/float64(size.Y), 53/float64(size.X), 31/float64(size.Y))
				if c := got.RGBAAt(x, y); math.Abs(float64(c.R)-want) > 0.5001 || c.A != 255 {
					t.Fatalf("%v: pixel (%d, %d) is %v, its area's mean is %v", size, x, y, c, want)
				}
			}
		}
	}
}

// areaMean is the mean red of the rectangle, by the definition.
func areaMean(img *image.RGBA, left, top, width, height float64) float64 {
	sum := 0.0
	overlap := func(i int, from, size float64) float64 {
		return max(0, min(float64(i+1), from+size)-max(float64(i), from))
	}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			sum += overlap(x, left, width) * overlap(y, top, height) * float64(img.RGBAAt(x, y).R)
		}
	}
	return sum / (width * height)
}

func TestRenderFlattensOnWhite(t *testing.T) {
	src := image.NewNRGBA(image.Rect(5, 7, 9, 9)) // decoders may well return a picture that does not start at zero
	src.SetNRGBA(5, 7, color.NRGBA{R: 200, A: 255})
	src.SetNRGBA(6, 7, color.NRGBA{A: 128})
	got, err := render(t.Context(), src, Upright, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	for point, want := range map[image.Point]color.RGBA{
		{0, 0}: {200, 0, 0, 255}, {1, 0}: {127, 127, 127, 255}, {2, 0}: {255, 255, 255, 255}, {3, 1}: {255, 255, 255, 255},
	} {
		if c := got.RGBAAt(point.X, point.Y); c != want {
			t.Errorf("%v is %v, want %v", point, c, want)
		}
	}
}
