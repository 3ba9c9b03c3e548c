// Command accuracy measures the local reader on synthetic cards and prints Markdown tables: every field by condition, names
// outside the dictionary, portrait and rotation, time and memory.
//
//	go run ./plugins/local/cmd/accuracy -seed 2 -fronts 60 -backs 30
//
// It draws the cards in memory and writes nothing. Seed 1 is for tuning; report the results of another seed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
	"github.com/ocrmux/ocrmux/plugins/local/internal/reader"
	"github.com/ocrmux/ocrmux/plugins/local/specimen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

type options struct {
	models, share, only    string
	seed                   uint64
	fronts, backs, unknown int
	threads, workers       int
	ordinary, misses       bool
}

func run() error {
	var o options
	flag.StringVar(&o.models, "models", "bin/plugins/local.d", "folder of models")
	flag.StringVar(&o.share, "fonts", "/usr/share", "folder of the fonts")
	flag.StringVar(&o.only, "condition", "", "comma list of conditions, all if empty")
	flag.Uint64Var(&o.seed, "seed", 1, "same seed, same cards")
	flag.IntVar(&o.fronts, "fronts", 20, "portrait sides")
	flag.IntVar(&o.backs, "backs", 10, "emblem sides")
	flag.IntVar(&o.unknown, "unknown", 10, "portrait sides whose name has characters dictionaries lack")
	flag.IntVar(&o.threads, "threads", 1, "threads of one run of a model")
	flag.IntVar(&o.workers, "workers", 2, "lines read side by side")
	flag.BoolVar(&o.ordinary, "ordinary", false, "ordinary conditions only")
	flag.BoolVar(&o.misses, "misses", false, "print what was misread; the cards are synthetic")
	flag.Parse()

	fonts, err := specimen.LoadFonts(o.share)
	if err != nil {
		return err
	}
	started := time.Now()
	r, err := reader.Open(o.models, reader.Options{Threads: o.threads, Workers: o.workers})
	if err != nil {
		return err
	}
	s := &survey{options: o, reader: r, cards: specimen.NewGenerator(o.seed, fonts), loaded: time.Since(started)}
	if err := s.all(context.Background()); err != nil {
		return errors.Join(err, r.Close())
	}
	s.print(os.Stdout)
	return r.Close()
}

// survey reads cards and keeps score.
type survey struct {
	options
	reader                       *reader.Reader
	cards                        *specimen.Generator
	loaded                       time.Duration
	scores                       []*score
	unknownNames, unknownFlagged int
	knownNames, knownFlagged     int
	wrongNames, wrongSilent      int
	rareNames, rareRight         int
	others, takenForCards        int
}

// all draws every card once, because drawing takes longer than reading, and photographs it under every condition.
func (s *survey) all(ctx context.Context) error {
	for _, c := range specimen.Conditions() {
		if (!s.ordinary || c.Ordinary) && (s.only == "" || strings.Contains(","+s.only+",", ","+c.Name+",")) {
			s.scores = append(s.scores, newScore(c))
		}
	}
	if len(s.scores) == 0 {
		return fmt.Errorf("no condition is called %q", s.only)
	}
	for i := range s.fronts {
		names := specimen.CommonNames
		if isRare(i) {
			names = specimen.RareNames
		}
		front, err := s.cards.Front(i, names)
		if err != nil {
			return err
		}
		if err := s.each(ctx, front, i); err != nil {
			return err
		}
	}
	for i := range s.backs {
		back, err := s.cards.Back(i)
		if err != nil {
			return err
		}
		if err := s.each(ctx, back, i); err != nil {
			return err
		}
	}
	for i := range s.unknown {
		if err := s.unknownName(ctx, firstUnknown+i); err != nil {
			return err
		}
	}
	return s.nonCards(ctx)
}

// isRare reports whether a card has a name with an unusual character. One in eight has.
func isRare(index int) bool { return index%8 == 3 }

// firstUnknown is the first index of cards with names outside the dictionary.
const firstUnknown = 1000

func (s *survey) each(ctx context.Context, drawn *specimen.Card, index int) error {
	for _, sc := range s.scores {
		if err := s.one(ctx, sc, drawn, index); err != nil {
			return err
		}
	}
	return nil
}

// one reads one picture.
func (s *survey) one(ctx context.Context, sc *score, drawn *specimen.Card, index int) error {
	photo, err := s.cards.Shoot(sc.condition, drawn, index)
	if err != nil {
		return err
	}
	started := time.Now()
	read, err := s.reader.Read(ctx, photo.JPEG, "")
	took := time.Since(started)
	if err != nil && !errors.Is(err, card.ErrNotCard) {
		return err
	}
	wrong := sc.add(drawn, photo, read, took)
	if s.misses {
		for _, name := range wrong {
			fmt.Printf("%s %s %d (%s) %s: %q, want %q\n", sc.condition.Name, drawn.Side, index, drawn.Font, name, describe(read, name), drawn.Fields[name])
		}
	}
	if drawn.Side == "front" && read != nil {
		s.review(sc, drawn, read, index)
	}
	return nil
}

func describe(read *card.Card, name string) string {
	if read == nil {
		return "no card"
	}
	if f := read.Field(name); f != nil {
		return fmt.Sprintf("%s %.2f %v", f.Text, f.Confidence, f.Flags)
	}
	return ""
}
