package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", 100*float64(part)/float64(whole))
}

func (s *survey) print(w io.Writer) {
	fmt.Fprint(w, "| condition | cards | every field |")
	for _, f := range fieldNames() {
		fmt.Fprintf(w, " %s |", f)
	}
	fmt.Fprint(w, " side wrong | false numbers | p50 ms | p95 ms |\n|---|---|---|"+strings.Repeat("---|", len(fieldNames())+4)+"\n")
	ordinary, all := newScore(s.scores[0].condition), newScore(s.scores[0].condition)
	ordinary.condition.Name, all.condition.Name = "**ordinary ones**", "all"
	for _, sc := range s.scores {
		sc.print(w)
		all.merge(sc)
		if sc.condition.Ordinary {
			ordinary.merge(sc)
		}
	}
	ordinary.print(w)
	if len(s.scores) > 1 {
		all.print(w)
	}
	fmt.Fprintf(w, "\n| names, ordinary conditions | count | flagged `uncertain` |\n|---|---|---|\n")
	fmt.Fprintf(w, "| with characters outside the dictionary | %d | %s %% |\n", s.unknownNames, percent(s.unknownFlagged, s.unknownNames))
	fmt.Fprintf(w, "| of dictionary characters, read right | %d | %s %% |\n", s.knownNames, percent(s.knownFlagged, s.knownNames))
	fmt.Fprintf(w, "| of dictionary characters, read wrong | %d | %s %% |\n", s.wrongNames, percent(s.wrongNames-s.wrongSilent, s.wrongNames))
	fmt.Fprintf(w, "\nNames with an unusual character of the dictionary, in the figures above: %d, read right %s %%.\n", s.rareNames, percent(s.rareRight, s.rareNames))
	fmt.Fprintf(w, "\nPictures of other things: %d, taken for a card: %d.\n", s.others, s.takenForCards)
	slices.Sort(all.overlaps)
	slices.Sort(all.turns)
	fmt.Fprintf(w, "\nPortrait box, overlap with the drawn one (intersection over union): median %.2f, 5th percentile %.2f. Rotation: median error %.1f°, 95th percentile %.1f°.\n",
		at(all.overlaps, 0.5), at(all.overlaps, 0.05), at(all.turns, 0.5), at(all.turns, 0.95))
	fmt.Fprintf(w, "\nModels loaded in %d ms; %s.\n", s.loaded.Milliseconds(), memory())
}

func (s *score) print(w io.Writer) {
	fmt.Fprintf(w, "| %s | %d | %s |", s.condition.Name, s.cards, percent(s.whole, s.cards))
	for _, f := range fieldNames() {
		fmt.Fprintf(w, " %s |", percent(s.right[f], s.drawn[f]))
	}
	times := slices.Sorted(slices.Values(s.times))
	fmt.Fprintf(w, " %d | %d | %d | %d |\n", s.sideWrong, s.falseNumbers, at(times, 0.5)/time.Millisecond, at(times, 0.95)/time.Millisecond)
}

func (s *score) merge(o *score) {
	s.cards, s.whole, s.sideWrong, s.falseNumbers = s.cards+o.cards, s.whole+o.whole, s.sideWrong+o.sideWrong, s.falseNumbers+o.falseNumbers
	for _, f := range fieldNames() {
		s.right[f] += o.right[f]
		s.drawn[f] += o.drawn[f]
	}
	s.times = append(s.times, o.times...)
	s.overlaps = append(s.overlaps, o.overlaps...)
	s.turns = append(s.turns, o.turns...)
}

// at returns a quantile of sorted values, or zero if there are none.
func at[T any](sorted []T, q float64) (v T) {
	if len(sorted) == 0 {
		return v
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// memory returns the current and the highest memory use of this process, as Linux reports them.
func memory() string {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "memory not known on this system"
	}
	var parts []string
	for line := range strings.Lines(string(data)) {
		for key, name := range map[string]string{"VmRSS:": "resident", "VmHWM:": "resident at most"} {
			var kb int
			if n, _ := fmt.Sscanf(strings.TrimPrefix(line, key), "%d", &kb); n == 1 && strings.HasPrefix(line, key) {
				parts = append(parts, fmt.Sprintf("%s %d MB (generator included)", name, kb/1024))
			}
		}
	}
	return strings.Join(parts, ", ")
}
