package imaging

import "math"

// Transform maps a fitted picture back to the picture it was made from: what a provider saw, to the pixels as stored in the file
// the caller sent. Coordinates run right and down from the top left corner, and the pixel in column x and row y covers
// [x, x+1) × [y, y+1). The zero value is the identity. It is comparable.
type Transform struct {
	orientation   Orientation // what brought the stored picture upright; 0 in the identity
	width, height float64     // of the stored picture
	scaleX        float64     // upright pixels a fitted pixel covers
	scaleY        float64
}

// newTransform describes turning the stored picture upright and then resizing it.
func newTransform(stored Info, width, height int) Transform {
	uprightWidth, uprightHeight := stored.UprightSize()
	return Transform{
		orientation: stored.Orientation,
		width:       float64(stored.Width),
		height:      float64(stored.Height),
		scaleX:      float64(uprightWidth) / float64(width),
		scaleY:      float64(uprightHeight) / float64(height),
	}
}

// Identity reports whether points stay where they are.
func (t Transform) Identity() bool {
	return t.orientation == 0 || t.orientation == Upright && t.scaleX == 1 && t.scaleY == 1
}

// Back maps a point of the fitted picture to the stored one.
func (t Transform) Back(x, y float64) (float64, float64) {
	if t.Identity() {
		return x, y
	}
	x, y = x*t.scaleX, y*t.scaleY
	switch t.orientation {
	case FlipHorizontally:
		return t.width - x, y
	case Turn180:
		return t.width - x, t.height - y
	case FlipVertically:
		return x, t.height - y
	case FlipAlongDiagonal:
		return y, x
	case Turn90:
		return y, t.height - x
	case FlipAcrossDiagonal:
		return t.width - y, t.height - x
	case Turn270:
		return t.width - y, x
	default:
		return x, y
	}
}

// BackRotation maps a rotation: given the degrees clockwise by which the card is turned in the fitted picture, it returns
// those by which it is turned in the stored one, in [0, 360). A card is turned to where its top edge points, which is also
// what is meant where the stored picture is mirrored.
func (t Transform) BackRotation(degrees float64) float64 {
	switch t.orientation {
	case FlipHorizontally:
		degrees = -degrees
	case Turn180:
		degrees += 180
	case FlipVertically:
		degrees = 180 - degrees
	case FlipAlongDiagonal:
		degrees = 270 - degrees
	case Turn90:
		degrees += 270
	case FlipAcrossDiagonal:
		degrees = 90 - degrees
	case Turn270:
		degrees += 90
	}
	degrees = math.Mod(degrees, 360)
	if degrees < 0 {
		degrees += 360
	}
	if degrees >= 360 { // a tiny negative angle rounds up to the full circle
		return 0
	}
	return degrees
}
