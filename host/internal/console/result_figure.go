package console

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// figure is the picture with what was found in it, in pixels of the picture as it is shown: upright. Browsers are told not to turn it
// themselves, since polygons are in pixels as stored.
type figure struct {
	Width, Height             float64 // as shown
	StoredWidth, StoredHeight int
	// Matrix brings the stored picture to where it is shown.
	Matrix string
	// URL is the picture itself; empty where our script has it.
	URL template.URL
	// Boxes of fields. Unit is about the height of a small letter on the screen.
	Boxes []box
	Unit  float64
	// Portrait is where the holder's photograph is, Cut how it is shown alone; nil if nobody said.
	Portrait *box
	Cut      *cut
}

// box is a polygon with the number of its field.
type box struct {
	Key, Name string
	Number    int
	Points    string
	X, Y      float64 // of the number
}

// cut shows a part of the picture.
type cut struct{ ViewBox, Matrix string }

// figure draws the recognised fields, in the order that it is given.
func (t *teller) figure(r *engine.Recognition, info imaging.Info) *figure {
	degrees, mirrored := uprightBy(info.Orientation)
	if r.Rotation != nil {
		degrees = *r.Rotation
	}
	turn, w, h := quarters(degrees, mirrored, float64(info.Width), float64(info.Height))
	f := &figure{Width: w, Height: h, StoredWidth: info.Width, StoredHeight: info.Height, Matrix: turn.String(), Unit: math.Max(w, h) / 60}
	for i, name := range service.KeysInOrder(r.Fields, idcard.FieldNames()) {
		if p := r.Fields[name].Polygon; len(p) > 0 {
			b := f.box(turn.points(p))
			b.Key, b.Name, b.Number = name, t.word("field", name), i+1
			f.Boxes = append(f.Boxes, b)
		}
	}
	if r.Portrait != nil && len(r.Portrait.Polygon) > 0 {
		b := f.box(turn.points(r.Portrait.Polygon))
		f.Portrait = &b
		f.Cut = cutOut(r.Portrait.Polygon, degrees, mirrored)
	}
	return f
}

// box puts the number of a polygon at the left of it, within the picture.
func (f *figure) box(p engine.Polygon) box {
	left, top, _, bottom := bounds(p)
	return box{
		Points: pointsText(p), X: math.Min(math.Max(left-1.4*f.Unit, 1.2*f.Unit), f.Width-1.2*f.Unit),
		Y: math.Min(math.Max((top+bottom)/2, 1.2*f.Unit), f.Height-1.2*f.Unit),
	}
}

// cutOut shows what a polygon holds, upright to the degree.
func cutOut(p engine.Polygon, degrees float64, mirrored bool) *cut {
	sin, cos := math.Sincos(-degrees * math.Pi / 180)
	turn := matrix{cos, sin, -sin, cos, 0, 0}
	if mirrored {
		turn = matrix{-1, 0, 0, 1, 0, 0}.after(turn)
	}
	left, top, right, bottom := bounds(turn.points(p))
	return &cut{ViewBox: fmt.Sprintf("%.1f %.1f %.1f %.1f", left, top, right-left, bottom-top), Matrix: turn.String()}
}

// uprightBy is how far a picture is turned whose EXIF says so: degrees clockwise to where its top points as stored, and whether it is
// mirrored.
func uprightBy(o imaging.Orientation) (degrees float64, mirrored bool) {
	switch o {
	case imaging.FlipHorizontally:
		return 0, true
	case imaging.Turn180:
		return 180, false
	case imaging.FlipVertically:
		return 180, true
	case imaging.FlipAlongDiagonal:
		return 270, true
	case imaging.Turn90:
		return 270, false
	case imaging.FlipAcrossDiagonal:
		return 90, true
	case imaging.Turn270:
		return 90, false
	}
	return 0, false
}

// quarters brings a picture of w by h upright by quarter turns, and gives its new size.
func quarters(degrees float64, mirrored bool, w, h float64) (turn matrix, width, height float64) {
	turn = matrix{1, 0, 0, 1, 0, 0}
	for range (4 - int(math.Round(degrees/90))%4) % 4 {
		turn = matrix{0, 1, -1, 0, h, 0}.after(turn)
		w, h = h, w
	}
	if mirrored {
		turn = matrix{-1, 0, 0, 1, w, 0}.after(turn)
	}
	return turn, w, h
}

// matrix maps points as the matrix of SVG does: x to ax+cy+e, y to bx+dy+f.
type matrix [6]float64

// after maps as first does, and then as m.
func (m matrix) after(first matrix) matrix {
	return matrix{
		m[0]*first[0] + m[2]*first[1], m[1]*first[0] + m[3]*first[1],
		m[0]*first[2] + m[2]*first[3], m[1]*first[2] + m[3]*first[3],
		m[0]*first[4] + m[2]*first[5] + m[4], m[1]*first[4] + m[3]*first[5] + m[5],
	}
}

func (m matrix) points(p engine.Polygon) engine.Polygon {
	out := make(engine.Polygon, len(p))
	for i, at := range p {
		out[i] = [2]float64{m[0]*at[0] + m[2]*at[1] + m[4], m[1]*at[0] + m[3]*at[1] + m[5]}
	}
	return out
}

func (m matrix) String() string {
	return fmt.Sprintf("matrix(%.6g %.6g %.6g %.6g %.6g %.6g)", m[0], m[1], m[2], m[3], m[4], m[5])
}

func bounds(p engine.Polygon) (left, top, right, bottom float64) {
	left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, at := range p {
		left, right = math.Min(left, at[0]), math.Max(right, at[0])
		top, bottom = math.Min(top, at[1]), math.Max(bottom, at[1])
	}
	return left, top, right, bottom
}

func pointsText(p engine.Polygon) string {
	var b strings.Builder
	for _, at := range p {
		fmt.Fprintf(&b, "%.1f,%.1f ", at[0], at[1])
	}
	return strings.TrimSpace(b.String())
}
