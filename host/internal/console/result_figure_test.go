package console

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// turnedJPEG is a picture as a camera stores it that was held otherwise.
func turnedJPEG(t *testing.T, m image.Image, o imaging.Orientation) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return withOrientation(b.Bytes(), byte(o))
}

// withOrientation puts an EXIF block with the tag 0x0112 into a JPEG.
func withOrientation(picture []byte, o byte) []byte {
	exif := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"), o, 0, 0, 0, 0, 0, 0, 0)
	out := append(picture[:2:2], 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	return append(append(out, exif...), picture[2:]...)
}

// WithOrientation is for the tests in the browser.
var WithOrientation = withOrientation

func TestFigureTurnsEveryOrientationAsTheEngineDoes(t *testing.T) {
	t.Parallel()
	for o := imaging.Upright; o <= imaging.Turn270; o++ {
		t.Run(fmt.Sprint(o), func(t *testing.T) {
			picture := turnedJPEG(t, image.NewGray(image.Rect(0, 0, 300, 200)), o)
			info, err := imaging.Inspect(picture, anySize)
			if err != nil || info.Orientation != o {
				t.Fatalf("orientation %d is seen as %d (%v)", o, info.Orientation, err)
			}
			fitted, err := imaging.Fit(t.Context(), picture, info, imaging.Limits{Formats: []imaging.Format{imaging.PNG}})
			if err != nil {
				t.Fatal(err)
			}
			degrees, mirrored := uprightBy(o)
			if rotation := fitted.Transform.BackRotation(0); rotation != degrees {
				t.Errorf("turned by %v, and the engine says %v", degrees, rotation)
			}
			turn, w, h := quarters(degrees, mirrored, 300, 200)
			if wantW, wantH := info.UprightSize(); w != float64(wantW) || h != float64(wantH) {
				t.Errorf("shown as %v by %v, want %d by %d", w, h, wantW, wantH)
			}
			for _, at := range [][2]float64{{0, 0}, {10, 20}, {w, h}} {
				x, y := fitted.Transform.Back(at[0], at[1])
				if got := turn.points(engine.Polygon{{x, y}})[0]; math.Hypot(got[0]-at[0], got[1]-at[1]) > 1e-6 {
					t.Errorf("%v is shown at %v", at, got)
				}
			}
		})
	}
}

func TestFigureCutsThePortraitOutUpright(t *testing.T) {
	t.Parallel()
	// A box of 40 by 60 whose top points to the right and down, 120 degrees clockwise.
	sin, cos := math.Sincos(120 * math.Pi / 180)
	turned := matrix{cos, sin, -sin, cos, 500, 500}.points(engine.Polygon{{0, 0}, {40, 0}, {40, 60}, {0, 60}})
	var left, top, width, height float64
	if _, err := fmt.Sscanf(cutOut(turned, 120, false).ViewBox, "%f %f %f %f", &left, &top, &width, &height); err != nil {
		t.Fatal(err)
	}
	if math.Abs(width-40) > 0.1 || math.Abs(height-60) > 0.1 {
		t.Errorf("the cut is %v by %v, want 40 by 60", width, height)
	}
}
