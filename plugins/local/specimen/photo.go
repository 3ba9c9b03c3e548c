package specimen

import (
	"bytes"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Photo is a picture of a card, as from a camera or scanner.
type Photo struct {
	// JPEG is the encoded picture.
	JPEG []byte
	// Corners are the card's corners in the picture, in the card's reading order.
	Corners raster.Quad
	// Portrait is the box of the photograph in the picture. On the back it is the zero Quad.
	Portrait raster.Quad
	// Rotation is how many degrees clockwise the card is turned in the picture, 0 up to 360.
	Rotation float64
}

// Condition is one way to photograph a card.
type Condition struct {
	// Name is short and stable, for tables.
	Name string
	// Ordinary pictures occur every day. The others show the limits of a reader.
	Ordinary bool
	shoot    func(*rand.Rand, *raster.Image) scene
	quality  int
}

// scene is an unfinished Photo. corners are the places of the card's corners.
type scene struct {
	picture *raster.Image
	corners raster.Quad
}

// Shoot photographs card number index. The same arguments give the same picture.
func (g *Generator) Shoot(c Condition, card *Card, index int) (*Photo, error) {
	stream := uint64(16)
	for _, b := range []byte(c.Name + card.Side) {
		stream = stream*31 + uint64(b)
	}
	s := c.shoot(rand.New(rand.NewPCG(g.seed+stream, uint64(index))), card.Picture)
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, s.picture.RGBA(), &jpeg.Options{Quality: c.quality}); err != nil {
		return nil, err
	}
	photo := &Photo{JPEG: buf.Bytes(), Corners: s.corners}
	across := s.corners[1].Sub(s.corners[0]).Add(s.corners[2].Sub(s.corners[3]))
	photo.Rotation = math.Mod(math.Atan2(across.Y, across.X)*180/math.Pi+360, 360)
	if card.Portrait != (raster.Quad{}) {
		edge := flat(card.Picture)
		h, err := raster.FitHomography(edge.corners[:], s.corners[:])
		if err != nil {
			return nil, err
		}
		photo.Portrait = h.ApplyQuad(card.Portrait)
	}
	return photo, nil
}

// flat is a card that fills the picture, as from a scanner.
func flat(m *raster.Image) scene {
	w, h := float64(m.W), float64(m.H)
	return scene{picture: m, corners: raster.Quad{{}, {X: w}, {X: w, Y: h}, {Y: h}}}
}

func (s scene) turn(k int) scene {
	w, h := float64(s.picture.W), float64(s.picture.H)
	for i, p := range s.corners {
		switch k {
		case 1:
			p = raster.Point{X: h - p.Y, Y: p.X}
		case 2:
			p = raster.Point{X: w - p.X, Y: h - p.Y}
		case 3:
			p = raster.Point{X: p.Y, Y: w - p.X}
		}
		s.corners[i] = p
	}
	s.picture = s.picture.Turn(k)
	return s
}

// desk returns a surface for a card: grain in one of a few colours.
func desk(r *rand.Rand, w, h int) *raster.Image {
	out := raster.New(w, h)
	colour := pick(r, [][3]float64{{120, 84, 56}, {70, 72, 78}, {190, 182, 170}, {44, 60, 52}})
	phase := r.Float64() * 9
	for y := range h {
		for x := range w {
			grain := 12*math.Sin(float64(y)/23+2*math.Sin(float64(x)/190+phase)) + 6*math.Sin(float64(y)/5+phase) + r.Float64()*8 - 4
			for c := range 3 {
				out.Pix[(y*w+x)*3+c] = uint8(math.Max(0, math.Min(255, colour[c]+grain)))
			}
		}
	}
	return out
}

// lay puts a card with rounded corners and a soft shadow on a surface. corners are the places of its corners.
func lay(surface, card *raster.Image, corners raster.Quad) scene {
	w, h := float64(card.W), float64(card.H)
	edge := flat(card)
	back, err := raster.FitHomography(corners[:], edge.corners[:])
	if err != nil {
		return edge // callers' corners are never degenerate
	}
	radius := w * 0.03
	for y := range surface.H {
		for x := range surface.W {
			p := back.Apply(raster.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			inner := raster.Point{X: math.Max(radius, math.Min(w-radius, p.X)), Y: math.Max(radius, math.Min(h-radius, p.Y))}
			px := surface.Pix[(y*surface.W+x)*3:]
			switch {
			case p.Dist(inner) <= radius:
				card.Sample(p, px)
			case p.X > -10 && p.Y > -10 && p.X < w+16 && p.Y < h+18:
				for c := range 3 {
					px[c] = uint8(float64(px[c]) * 0.75)
				}
			}
		}
	}
	return scene{picture: surface, corners: corners}
}

// tilted returns a rectangle with the card's proportions around a centre, turned clockwise.
func tilted(center raster.Point, width, degrees float64) raster.Quad {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	w, h := width/2, width*Height/Width/2
	var q raster.Quad
	for i, p := range []raster.Point{{X: -w, Y: -h}, {X: w, Y: -h}, {X: w, Y: h}, {X: -w, Y: h}} {
		q[i] = center.Add(raster.Point{X: p.X*cos - p.Y*sin, Y: p.X*sin + p.Y*cos})
	}
	return q
}
