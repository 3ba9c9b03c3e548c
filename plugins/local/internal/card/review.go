package card

import "math"

// A field is uncertain if the probability of its least sure character is below these values. They come from the measurements
// in docs/local.md.
const (
	sureName      = 0.97
	sureAddress   = 0.80
	sureAuthority = 0.80
	sureNumber    = 0.60
	sureOther     = 0.60
)

func doubt(tokens []token) []string {
	if leastProb(tokens) < sureOther {
		return []string{Uncertain}
	}
	return nil
}

const (
	maxNameGap   = 1.35 // heights of the line between neighbouring characters; normal is 0.67 to 1.00
	maxNameTrail = 1.00 // heights of the line right of the last character; normal is up to 0.67
)

// reviewName looks for characters outside the dictionary. They are read as a similar character with a low probability, or
// leave a gap.
func reviewName(tokens []token, noise bool) []string {
	if noise || len(tokens) < 2 || leastProb(tokens) < sureName || nameGap(tokens) > maxNameGap || nameTrail(tokens) > maxNameTrail {
		return []string{Uncertain}
	}
	return nil
}

// nameGap returns the widest step between neighbouring characters of a line, in heights of the line.
func nameGap(tokens []token) float64 {
	widest := 0.0
	for i := 1; i < len(tokens); i++ {
		if l := tokens[i].line; l == tokens[i-1].line {
			widest = math.Max(widest, tokens[i].at.Dist(tokens[i-1].at)/l.quad.Height())
		}
	}
	return widest
}

// nameTrail returns the space right of the last character, in heights of the line.
func nameTrail(tokens []token) float64 {
	if len(tokens) == 0 {
		return 0
	}
	last := tokens[len(tokens)-1]
	end := last.line.quad[1].Lerp(last.line.quad[2], 0.5)
	return last.at.Dist(end) / last.line.quad.Height()
}
