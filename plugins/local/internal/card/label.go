package card

import (
	"math"
	"slices"
	"strings"
)

// label finds a printed label near the start of a row. It returns the index of the first token after it, and how many of its characters were read right;
// 0 means that it is not there. A label counts from half of its characters on, each in its place: labels are pale and fade first.
func label(tokens []token, want string) (after, hits int) {
	w := []rune(want)
	for start := range min(3, len(tokens)) {
		for shift := range len(w) { // the label's first characters may be missing
			n := 0
			for i := shift; i < len(w) && start+i-shift < len(tokens); i++ {
				if tokens[start+i-shift].r == w[i] {
					n++
				}
			}
			if n > hits && 2*n >= len(w) {
				after, hits = min(len(tokens), start+len(w)-shift), n
			}
		}
	}
	return after, hits
}

// find returns where a string of characters begins in tokens, −1 if nowhere.
func find(tokens []token, want string) int {
	w := []rune(want)
	for i := 0; i+len(w) <= len(tokens); i++ {
		if slices.EqualFunc(tokens[i:i+len(w)], w, func(t token, r rune) bool { return t.r == r }) {
			return i
		}
	}
	return -1
}

// mentions counts which of the words occur in a text.
func mentions(s string, words ...string) int {
	n := 0
	for _, w := range words {
		if strings.Contains(s, w) {
			n++
		}
	}
	return n
}

// column is where the labels of a row end and its values begin, read off a row whose label is whole.
type column struct{ u, v float64 }

func columnOf(r *row, want string) (column, bool) {
	after, hits := label(r.tokens, want)
	if hits < len([]rune(want)) || after >= len(r.tokens) {
		return column{}, false
	}
	return column{u: (r.tokens[after-1].u + r.tokens[after].u) / 2, v: r.middle()}, true
}

// value returns what follows the label of a row. A whole label is cut off by its text. Otherwise the nearest row with a whole label tells where values
// begin, which also catches labels that were misread altogether. Failing that, the part of the label that was read is cut off.
func value(r *row, want string, columns []column) []token {
	after, hits := label(r.tokens, want)
	if hits == len([]rune(want)) || len(columns) == 0 {
		return r.tokens[after:]
	}
	near := columns[0]
	for _, c := range columns {
		if math.Abs(c.v-r.middle()) < math.Abs(near.v-r.middle()) {
			near = c
		}
	}
	first := slices.IndexFunc(r.tokens, func(t token) bool { return t.u > near.u })
	if first < 0 {
		return nil
	}
	return r.tokens[first:]
}
