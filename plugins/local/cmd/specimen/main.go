// Command specimen draws synthetic cards and photographs of them, and writes their contents into truth.json.
//
//	go run ./plugins/local/cmd/specimen -out cards -fronts 10 -backs 5 -seed 1 -conditions clean,tilt
//	go run ./plugins/local/cmd/specimen -set examples -out examples/cards
//	go run ./plugins/local/cmd/specimen -set regression -out plugins/local/testdata
package main

import (
	"flag"
	"fmt"
	"os"
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
	name := flag.String("set", "", "draw a set that the repository carries: examples or regression")
	fronts := flag.Int("fronts", 10, "portrait sides to draw")
	backs := flag.Int("backs", 5, "emblem sides to draw")
	seed := flag.Uint64("seed", 1, "same seed, same cards")
	only := flag.String("conditions", "clean", "comma list of conditions, or all")
	share := flag.String("fonts", "/usr/share", "folder of the fonts")
	names := flag.Int("names", 0, "0 everyday characters, 1 rare ones, 2 ones that dictionaries lack")
	flag.Parse()

	fonts, err := specimen.LoadFonts(*share)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	drawn, ok := sets()[*name]
	if *name != "" && !ok {
		return fmt.Errorf("there is no set %q: examples or regression", *name)
	}
	if *name == "" {
		drawn.seed = *seed
		for _, c := range specimen.Conditions() {
			if *only != "all" && !strings.Contains(","+*only+",", ","+c.Name+",") {
				continue
			}
			for i := range *fronts {
				drawn.shots = append(drawn.shots, shot{file: fmt.Sprintf("front%02d-%s.jpg", i, c.Name), index: i, names: specimen.Names(*names), condition: c.Name})
			}
			for i := range *backs {
				drawn.shots = append(drawn.shots, shot{file: fmt.Sprintf("back%02d-%s.jpg", i, c.Name), back: true, index: i, condition: c.Name})
			}
		}
	}
	return drawSet(specimen.NewGenerator(drawn.seed, fonts), drawn.shots, *out)
}
