// Command specimen draws synthetic cards and photographs of them, with what they say as truth.json beside.
//
//	go run ./plugins/local/cmd/specimen -out cards -fronts 10 -backs 5 -seed 1
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocrmux/ocrmux/plugins/local/specimen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "specimen:", err)
		os.Exit(1)
	}
}

func run() error {
	out := flag.String("out", "cards", "folder to write to")
	fronts := flag.Int("fronts", 10, "portrait sides to draw")
	backs := flag.Int("backs", 5, "emblem sides to draw")
	seed := flag.Uint64("seed", 1, "same seed, same cards")
	only := flag.String("conditions", "clean", "comma list of conditions, or all")
	share := flag.String("fonts", "/usr/share", "folder that holds the fonts")
	names := flag.Int("names", 0, "0 everyday characters, 1 rare ones, 2 ones that dictionaries lack")
	flag.Parse()

	fonts, err := specimen.LoadFonts(*share)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	g := specimen.NewGenerator(*seed, fonts)
	var truths []specimen.Truth
	shoot := func(card *specimen.Card, index int) error {
		for _, c := range specimen.Conditions() {
			if *only != "all" && !strings.Contains(","+*only+",", ","+c.Name+",") {
				continue
			}
			photo, err := g.Shoot(c, card, index)
			if err != nil {
				return err
			}
			truth := specimen.NewTruth(card, photo, fmt.Sprintf("%s%02d-%s.jpg", card.Side, index, c.Name))
			truths = append(truths, truth)
			if err := os.WriteFile(filepath.Join(*out, truth.File), photo.JPEG, 0o644); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range *fronts {
		card, err := g.Front(i, specimen.Names(*names))
		if err != nil {
			return err
		}
		if err := shoot(card, i); err != nil {
			return err
		}
	}
	for i := range *backs {
		card, err := g.Back(i)
		if err != nil {
			return err
		}
		if err := shoot(card, i); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(truths, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*out, "truth.json"), append(data, '\n'), 0o644)
}
