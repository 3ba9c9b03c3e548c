package console

import "strings"

// diffContext is how many lines around a change are shown.
const diffContext = 3

// diffLine is a line of a change: Sign is "+", "-", or "" for one that stays.
type diffLine struct{ Sign, Text string }

// diff tells a text after a change from the one before. A change of one provider is in one place, so that what is between the first and
// the last line that differ is all there is to show.
func diff(before, after string) []diffLine {
	if before == after {
		return nil
	}
	a, b := lines(before), lines(after)
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var out []diffLine
	for _, l := range a[max(0, start-diffContext):start] {
		out = append(out, diffLine{"", l})
	}
	out = append(out, between(a[start:len(a)-end], b[start:len(b)-end])...)
	for _, l := range a[len(a)-end : min(len(a), len(a)-end+diffContext)] {
		out = append(out, diffLine{"", l})
	}
	return out
}

// maxCompared bounds the lines of which the longest common part is looked for.
const maxCompared = 400

// between finds the lines that stay within a change, by the longest common subsequence.
func between(a, b []string) []diffLine {
	var out []diffLine
	if len(a) > maxCompared || len(b) > maxCompared {
		for _, l := range a {
			out = append(out, diffLine{"-", l})
		}
		for _, l := range b {
			out = append(out, diffLine{"+", l})
		}
		return out
	}
	common := make([][]int, len(a)+1) // by what is left of both
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, diffLine{"", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, diffLine{"-", a[i]})
			i++
		default:
			out = append(out, diffLine{"+", b[j]})
			j++
		}
	}
	return out
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
}
