package specimen

import (
	"math"
	"math/rand/v2"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Conditions returns the conditions of photographs, ordinary ones first.
func Conditions() []Condition {
	turned := func(k int) func(*rand.Rand, *raster.Image) scene {
		return func(_ *rand.Rand, m *raster.Image) scene { return flat(m).turn(k) }
	}
	return []Condition{
		{"clean", true, turned(0), 90},
		{"turn90", true, turned(1), 90},
		{"turn180", true, turned(2), 90},
		{"turn270", true, turned(3), 90},
		{"tilt", true, tilt, 88},
		{"perspective", true, keystone, 88},
		{"perspective-turned", true, func(r *rand.Rand, m *raster.Image) scene { return keystone(r, m).turn(1 + r.IntN(3)) }, 88},
		{"jpeg40", true, turned(0), 40},
		{"width480", true, scaled(480), 80},
		{"dark", true, dark, 85},
		{"blur", false, blurred(2), 88},
		{"blur3", false, blurred(3), 88},
		{"glare", false, glare(100), 85},
		{"glare-strong", false, glare(190), 85},
		{"width320", false, scaled(320), 80},
		{"phone12mp", false, phone, 85},
		{"far", false, far, 85},
	}
}

func onDesk(r *rand.Rand, m *raster.Image, degrees float64) scene {
	at := raster.Point{X: 700 + r.Float64()*60 - 30, Y: 525 + r.Float64()*60 - 30}
	return lay(desk(r, 1400, 1050), m, tilted(at, Width, degrees))
}

func tilt(r *rand.Rand, m *raster.Image) scene { return onDesk(r, m, r.Float64()*20-10) }

// keystone shows the card from its lower edge, with every corner slightly moved.
func keystone(r *rand.Rand, m *raster.Image) scene {
	q := raster.Quad{{X: 270, Y: 230}, {X: 1120, Y: 250}, {X: 1230, Y: 850}, {X: 170, Y: 830}}
	for i := range q {
		q[i] = q[i].Add(raster.Point{X: r.Float64()*50 - 25, Y: r.Float64()*50 - 25})
	}
	return lay(desk(r, 1400, 1050), m, q)
}

func scaled(width int) func(*rand.Rand, *raster.Image) scene {
	return func(_ *rand.Rand, m *raster.Image) scene { return flat(m.Resize(width, width*m.H/m.W)) }
}

func blurred(sigma float64) func(*rand.Rand, *raster.Image) scene {
	return func(_ *rand.Rand, m *raster.Image) scene { return flat(blur(m, sigma)) }
}

// dark has a quarter to half of the light, less on one side, and more noise.
func dark(r *rand.Rand, m *raster.Image) scene {
	return flat(tone(m, func(x, _ int, v float64) float64 {
		return v*(0.22+0.25*float64(x)/float64(m.W)) + r.NormFloat64()*6
	}))
}

// glare adds a bright spot somewhere on the text.
func glare(strength float64) func(*rand.Rand, *raster.Image) scene {
	return func(r *rand.Rand, m *raster.Image) scene {
		at := raster.Point{X: 250 + r.Float64()*350, Y: 150 + r.Float64()*350}
		return flat(tone(m, func(x, y int, v float64) float64 {
			d := math.Hypot(float64(x)-at.X, (float64(y)-at.Y)*1.4)
			return v + strength*math.Exp(-d*d/(2*120*120))
		}))
	}
}

// phone is a 12-megapixel picture. The card takes about half of its width.
func phone(r *rand.Rand, m *raster.Image) scene {
	at := raster.Point{X: 2000 + r.Float64()*300 - 150, Y: 1500 + r.Float64()*300 - 150}
	return lay(desk(r, 4000, 3000), m, tilted(at, 2200, r.Float64()*12-6))
}

// far shows a card that takes 30 % of the picture's width.
func far(r *rand.Rand, m *raster.Image) scene {
	at := raster.Point{X: 1000 + r.Float64()*400 - 200, Y: 750 + r.Float64()*300 - 150}
	return lay(desk(r, 2000, 1500), m.Resize(600, 600*m.H/m.W), tilted(at, 600, r.Float64()*8-4))
}
