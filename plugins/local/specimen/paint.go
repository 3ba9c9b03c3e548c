package specimen

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

type fontOf = *opentype.Font

var (
	blue = color.RGBA{52, 110, 160, 255}
	ink  = color.RGBA{28, 28, 32, 255}
)

// painter draws on one card and keeps the first error.
type painter struct {
	picture  *image.RGBA
	fallback fontOf
	err      error
}

func newPainter(picture *image.RGBA, fallback fontOf) *painter {
	return &painter{picture: picture, fallback: fallback}
}

// text draws on a baseline. Characters that the font lacks come from the fallback.
func (p *painter) text(f fontOf, size float64, x, y int, text string, c color.Color, tracking float64) {
	main, err := face(f, size)
	if err == nil {
		var spare font.Face
		spare, err = face(p.fallback, size)
		d := font.Drawer{Dst: p.picture, Src: image.NewUniform(c), Dot: fixed.P(x, y)}
		for _, r := range text {
			d.Face = main
			if !covers(f, string(r)) {
				d.Face = spare
			}
			if err == nil {
				d.DrawString(string(r))
			}
			d.Dot.X += fixed.Int26_6(tracking * 64)
		}
	}
	if err != nil && p.err == nil {
		p.err = err
	}
}

// background is tinted paper with two sets of fine wavy lines.
func background(r *rand.Rand) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, Width, Height))
	p1, p2, pitch := r.Float64()*6, r.Float64()*6, 18+r.Float64()*8
	for y := range Height {
		for x := range Width {
			fx, fy := float64(x)/Width, float64(y)/Height
			red, green, blue := 226+14*fx, 236-6*fy, 243-10*fx
			wave := math.Sin(float64(y)/pitch*2+3*math.Sin(float64(x)/60+p1)) * math.Sin(float64(x)/45+p2)
			if math.Abs(wave) < 0.05 {
				red, green, blue = red-22, green-14, blue-8
			}
			if math.Abs(math.Sin(float64(x+y)/7+5*math.Sin(fy*7+p2))) < 0.04 {
				red, green, blue = red-6, green-12, blue-14
			}
			m.SetRGBA(x, y, color.RGBA{uint8(red), uint8(green), uint8(blue), 255})
		}
	}
	return m
}

// portrait draws an invented head and shoulders in a box of 26 × 32 mm and returns the box.
func (p *painter) portrait(r *rand.Rand, x0, y0 int) raster.Quad {
	const w, h = 307, 378
	skin := color.RGBA{uint8(205 + r.IntN(30)), uint8(170 + r.IntN(30)), uint8(145 + r.IntN(30)), 255}
	coat := color.RGBA{uint8(40 + r.IntN(60)), uint8(46 + r.IntN(50)), uint8(64 + r.IntN(60)), 255}
	for y := range h {
		for x := range w {
			fx, fy := float64(x)-w/2, float64(y)
			c := color.RGBA{206, 214, 224, 255}
			if ellipse(fx, fy-h, 138, 146) < 1 || (math.Abs(fx) < 40 && fy > 190 && fy < 260) {
				c = coat
			}
			if math.Abs(fx) < 34 && fy > 180 && fy < 250 {
				c = skin
			}
			head := ellipse(fx, fy-136, 76, 96)
			if head < 1 {
				c = skin
			}
			if head < 1.14 && fy < 100+8*math.Cos(fx/40) {
				c = color.RGBA{42, 36, 34, 255}
			}
			p.picture.SetRGBA(x0+x, y0+y, c)
		}
	}
	a, b := raster.Point{X: float64(x0), Y: float64(y0)}, raster.Point{X: float64(x0 + w), Y: float64(y0 + h)}
	return raster.Quad{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}}
}

func ellipse(x, y, a, b float64) float64 { return x*x/(a*a) + y*y/(b*b) }

// emblem draws a red disc with a gold rim and one star in the place of the national emblem.
func (p *painter) emblem(x0, y0 int) {
	red, gold := color.RGBA{203, 58, 50, 255}, color.RGBA{224, 176, 80, 255}
	for y := range 184 {
		for x := range 184 {
			fx, fy := float64(x)-92, float64(y)-92
			q := ellipse(fx, fy, 90, 90)
			if q >= 1 {
				continue
			}
			c := red
			if q > 0.76 || star(fx, fy+8, 44) {
				c = gold
			}
			p.picture.SetRGBA(x0+x, y0+y, c)
		}
	}
}

// star reports whether a point is in a five-pointed star of the given radius around the origin.
func star(x, y, radius float64) bool {
	angle := math.Mod(math.Atan2(x, -y)+2*math.Pi, 2*math.Pi/5) - math.Pi/5
	// Between two tips the outline goes straight from the tip (at ±36°) to 0.382 of the radius (at 0°).
	a := math.Abs(angle)
	tip, notch := raster.Point{X: math.Cos(math.Pi / 5), Y: math.Sin(math.Pi / 5)}, raster.Point{X: 0.382}
	at := raster.Point{X: math.Cos(a), Y: math.Sin(a)}.Mul(math.Hypot(x, y) / radius)
	edge, to := tip.Sub(notch), at.Sub(notch)
	return edge.X*to.Y-edge.Y*to.X > 0
}

// hills draws a pale skyline across the middle of the back.
func (p *painter) hills(r *rand.Rand) {
	phase := r.Float64() * 6
	for x := range Width {
		fx := float64(x)
		top := 360 + 34*math.Sin(fx/120+phase) + 14*math.Sin(fx/37+2*phase)
		for y := int(top); y < int(top)+90 && y < Height; y++ {
			fade := 1 - (float64(y)-top)/90
			c := p.picture.RGBAAt(x, y)
			c.R -= uint8(26 * fade)
			c.G -= uint8(14 * fade)
			p.picture.SetRGBA(x, y, c)
		}
	}
}

// finish adds a little blur and sensor noise to a rendering.
func finish(r *rand.Rand, m *image.RGBA) *raster.Image {
	soft := blur(raster.FromImage(m), 0.6)
	return tone(soft, func(_, _ int, v float64) float64 { return v + r.NormFloat64()*2.5 })
}
