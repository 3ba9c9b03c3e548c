package card

import (
	"math"
	"slices"
	"strings"
)

// label finds a printed label near the start of a row. It returns the index of the first token after it, and how many of its
// characters were read right, or 0 if it is not there. Half of the characters, each in its place, are enough: labels are
// pale and fade first.
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

// find returns where a text begins in tokens, or −1.
func find(tokens []token, want string) int {
	w := []rune(want)
	for i := 0; i+len(w) <= len(tokens); i++ {
		if slices.EqualFunc(tokens[i:i+len(w)], w, func(t token, r rune) bool { return t.r == r }) {
			return i
		}
	}
	return -1
}

// mentions returns how many of the words occur in a text.
func mentions(s string, words ...string) int {
	n := 0
	for _, w := range words {
		if strings.Contains(s, w) {
			n++
		}
	}
	return n
}

// column is where labels end and values begin, measured on a row with a complete label.
type column struct{ u, v float64 }

func columnOf(r *row, want string) (column, bool) {
	after, hits := label(r.tokens, want)
	if hits < len([]rune(want)) || after >= len(r.tokens) {
		return column{}, false
	}
	return column{u: (r.tokens[after-1].u + r.tokens[after].u) / 2, v: r.middle()}, true
}

// value returns the tokens after the label of a row. It cuts off a complete label by its text. Otherwise it uses the nearest
// row with a complete label, which also handles labels that were misread completely. If there is none, it cuts off the part
// of the label that was read.
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
