package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
	"github.com/ocrmux/ocrmux/plugins/local/specimen"
)

func fieldNames() []string {
	return []string{card.Name, card.Sex, card.Ethnicity, card.BirthDate, card.Address, card.IDNumber, card.IssuingAuthority, card.ValidFrom, card.ValidUntil}
}

// score is the result of one condition.
type score struct {
	condition    specimen.Condition
	cards, whole int
	sideWrong    int
	right, drawn map[string]int
	falseNumbers int // wrong numbers whose checksum holds
	times        []time.Duration
	overlaps     []float64
	turns        []float64
}

func newScore(c specimen.Condition) *score {
	return &score{condition: c, right: map[string]int{}, drawn: map[string]int{}}
}

// add counts one card and returns the fields that are not exact. read is nil if the card was not recognised.
func (s *score) add(drawn *specimen.Card, photo *specimen.Photo, read *card.Card, took time.Duration) []string {
	s.cards++
	s.times = append(s.times, took)
	if read == nil || string(read.Side) != drawn.Side {
		s.sideWrong++
	}
	var wrong []string
	for _, name := range fieldNames() {
		want, ok := drawn.Fields[name]
		if !ok {
			continue
		}
		s.drawn[name]++
		var f *card.Field
		if read != nil {
			f = read.Field(name)
		}
		if f != nil && f.Text == want {
			s.right[name]++
			continue
		}
		wrong = append(wrong, name)
		if name == card.IDNumber && f != nil && card.Checksum(f.Text) {
			s.falseNumbers++
		}
	}
	if len(wrong) == 0 {
		s.whole++
	}
	if read != nil {
		s.turns = append(s.turns, math.Abs(math.Mod(read.Rotation-photo.Rotation+540, 360)-180))
		if photo.Portrait != (raster.Quad{}) {
			overlap := 0.0
			if read.Portrait != nil {
				overlap = iou(*read.Portrait, photo.Portrait)
			}
			s.overlaps = append(s.overlaps, overlap)
		}
	}
	return wrong
}

// iou returns intersection over union, measured on a grid of 200 by 200 points over both.
func iou(a, b raster.Quad) float64 {
	lo, hi := a[0], a[0]
	for _, p := range append(a[:], b[:]...) {
		lo = raster.Point{X: math.Min(lo.X, p.X), Y: math.Min(lo.Y, p.Y)}
		hi = raster.Point{X: math.Max(hi.X, p.X), Y: math.Max(hi.Y, p.Y)}
	}
	both, either := 0, 0
	for y := range 200 {
		for x := range 200 {
			p := raster.Point{X: lo.X + (hi.X-lo.X)*(float64(x)+0.5)/200, Y: lo.Y + (hi.Y-lo.Y)*(float64(y)+0.5)/200}
			ina, inb := a.Contains(p), b.Contains(p)
			if ina && inb {
				both++
			}
			if ina || inb {
				either++
			}
		}
	}
	return float64(both) / math.Max(1, float64(either))
}

// review counts right and wrong flags "uncertain" on names.
func (s *survey) review(sc *score, drawn *specimen.Card, read *card.Card, index int) {
	f := read.Field(card.Name)
	flagged := f == nil || slices.Contains(f.Flags, card.Uncertain)
	right := f != nil && f.Text == drawn.Fields[card.Name]
	unknown := slices.ContainsFunc([]rune(drawn.Fields[card.Name]), func(c rune) bool { return !s.reader.Knows(c) })
	count := func(n *int, when bool) {
		if when {
			*n++
		}
	}
	if unknown {
		s.unknownNames++
		count(&s.unknownFlagged, flagged)
	} else if sc.condition.Ordinary {
		count(&s.knownNames, right)
		count(&s.knownFlagged, right && flagged)
		count(&s.wrongNames, !right)
		count(&s.wrongSilent, !right && !flagged)
		count(&s.rareNames, isRare(index))
		count(&s.rareRight, isRare(index) && right)
	}
	if s.misses && !flagged && !right {
		fmt.Printf("SILENT %s %d (%s): %s, want %s\n", sc.condition.Name, index, drawn.Font, describe(read, card.Name), drawn.Fields[card.Name])
	}
}

// nonCards reads pictures of other things than cards.
func (s *survey) nonCards(ctx context.Context) error {
	others, err := s.cards.Others()
	if err != nil {
		return err
	}
	for _, o := range others {
		_, err := s.reader.Read(ctx, o.JPEG, "")
		if err != nil && !errors.Is(err, card.ErrNotCard) {
			return err
		}
		s.others++
		if err == nil {
			s.takenForCards++
		}
	}
	return nil
}

// unknownName reads one front whose name has characters that dictionaries lack, under the ordinary conditions. Only the flag
// on the name counts.
func (s *survey) unknownName(ctx context.Context, index int) error {
	drawn, err := s.cards.Front(index, specimen.UnknownNames)
	if err != nil {
		return err
	}
	for _, sc := range s.scores {
		if !sc.condition.Ordinary {
			continue
		}
		photo, err := s.cards.Shoot(sc.condition, drawn, index)
		if err != nil {
			return err
		}
		read, err := s.reader.Read(ctx, photo.JPEG, "")
		if err != nil {
			return err
		}
		s.review(sc, drawn, read, index)
	}
	return nil
}
