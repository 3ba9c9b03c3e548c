package specimen

import (
	"math"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Truth is the contents of a picture of a synthetic card. Files truth.json have a list of them.
type Truth struct {
	File     string            `json:"file"`
	Side     string            `json:"side"`
	Font     string            `json:"font"`
	Fields   map[string]string `json:"fields"`
	Rotation float64           `json:"rotation"`
	Portrait [][2]float64      `json:"portrait,omitempty"`
}

// NewTruth returns the truth of one photograph with the given file name.
func NewTruth(card *Card, photo *Photo, file string) Truth {
	t := Truth{File: file, Side: card.Side, Font: card.Font, Fields: card.Fields, Rotation: math.Round(photo.Rotation*10) / 10}
	if photo.Portrait != (raster.Quad{}) {
		for _, p := range photo.Portrait {
			t.Portrait = append(t.Portrait, [2]float64{math.Round(p.X), math.Round(p.Y)})
		}
	}
	return t
}
