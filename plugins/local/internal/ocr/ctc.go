package ocr

// decode reads the output of the recogniser for one line: steps rows of classes probabilities. Class 0 is the CTC blank; class
// i is alphabet[i-1]. Repeats without a blank between them are one character. inked is the share of the steps that the
// picture fills; the rest is padding.
func decode(prob []float32, steps, classes int, alphabet []rune, inked float64) []Glyph {
	var glyphs []Glyph
	previous := 0
	for t := range steps {
		row := prob[t*classes : (t+1)*classes]
		best := 0
		for i, p := range row {
			if p > row[best] {
				best = i
			}
		}
		if best != 0 {
			at := min(1, (float64(t)+0.5)/float64(steps)/inked)
			switch {
			case best != previous:
				glyphs = append(glyphs, Glyph{Rune: alphabet[best-1], Prob: float64(row[best]), At: at})
			default: // the same character continues: keep its most probable step
				g := &glyphs[len(glyphs)-1]
				g.Prob = max(g.Prob, float64(row[best]))
			}
		}
		previous = best
	}
	return glyphs
}
