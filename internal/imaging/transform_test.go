package imaging

import (
	"fmt"
	"math"
	"testing"
)

func TestZeroTransformIsTheIdentity(t *testing.T) {
	var none Transform
	if x, y := none.Back(3.5, -2); x != 3.5 || y != -2 || !none.Identity() || none.BackRotation(270) != 270 {
		t.Errorf("got (%v, %v), identity %v", x, y, none.Identity())
	}
}

// EXIF defines each orientation by which side of the upright picture the stored first row and first column are.
var corners = map[Orientation]struct {
	first, lastColumn func(w, h float64) (x, y float64) // where stored (0, 0) and (width, 0) stand in the upright picture
}{
	Upright:            {topLeft, topRight},
	FlipHorizontally:   {topRight, topLeft},
	Turn180:            {bottomRight, bottomLeft},
	FlipVertically:     {bottomLeft, bottomRight},
	FlipAlongDiagonal:  {topLeft, bottomLeft},
	Turn90:             {topRight, bottomRight},
	FlipAcrossDiagonal: {bottomRight, topRight},
	Turn270:            {bottomLeft, topLeft},
}

func topLeft(_, _ float64) (x, y float64)     { return 0, 0 }
func topRight(w, _ float64) (x, y float64)    { return w, 0 }
func bottomLeft(_, h float64) (x, y float64)  { return 0, h }
func bottomRight(w, h float64) (x, y float64) { return w, h }

func TestTransformMapsCornersAsEXIFDefinesThem(t *testing.T) {
	for orientation, corner := range corners {
		stored := Info{Width: 600, Height: 400, Orientation: orientation}
		width, height := stored.UprightSize()
		transform := newTransform(stored, width/4, height/4)
		if transform.Identity() {
			t.Errorf("orientation %d: a shrunk picture maps as identity", orientation)
		}
		w, h := float64(width)/4, float64(height)/4
		if x, y := transform.Back(corner.first(w, h)); x != 0 || y != 0 {
			t.Errorf("orientation %d: the first pixel maps to (%v, %v)", orientation, x, y)
		}
		if x, y := transform.Back(corner.lastColumn(w, h)); x != 600 || y != 0 {
			t.Errorf("orientation %d: the end of the first row maps to (%v, %v)", orientation, x, y)
		}
	}
}

func TestOnlyAnUntouchedPictureMapsAsIdentity(t *testing.T) {
	if stored := (Info{Width: 6, Height: 4, Orientation: Upright}); !newTransform(stored, 6, 4).Identity() || newTransform(stored, 3, 4).Identity() {
		t.Error("upright pictures")
	}
	if stored := (Info{Width: 6, Height: 6, Orientation: Turn90}); newTransform(stored, 6, 6).Identity() {
		t.Error("a turned square maps as identity")
	}
}

func TestBackRotationFollowsTheTopOfTheCard(t *testing.T) {
	for orientation := Upright; orientation <= Turn270; orientation++ {
		stored := Info{Width: 600, Height: 400, Orientation: orientation}
		width, height := stored.UprightSize()
		transform := newTransform(stored, width/2, height/2)
		for degrees := 0.0; degrees < 360; degrees += 15 {
			t.Run(fmt.Sprintf("orientation %d, card turned by %v", orientation, degrees), func(t *testing.T) {
				sin, cos := math.Sincos(degrees * math.Pi / 180)
				fromX, fromY := transform.Back(100, 100)
				toX, toY := transform.Back(100+50*sin, 100-50*cos)
				want := math.Atan2(toX-fromX, fromY-toY) * 180 / math.Pi
				got := transform.BackRotation(degrees)
				if math.Abs(math.Remainder(got-want, 360)) > 1e-9 || got < 0 || got >= 360 {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
	turned := newTransform(Info{Width: 6, Height: 4, Orientation: Turn90}, 4, 6)
	if got := turned.BackRotation(0); got != 270 {
		t.Errorf("a picture that needs a quarter turn clockwise shows an upright card turned by %v", got)
	}
	for _, odd := range []float64{-1e-20, -720, 720, 359.5, -0.25} {
		if got := turned.BackRotation(odd); got < 0 || got >= 360 {
			t.Errorf("%v maps to %v", odd, got)
		}
	}
}
