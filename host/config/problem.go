package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing that is wrong in a configuration. It never holds a secret.
type Problem struct {
	// File as it was named, or the environment variable or flag ("$OCRMUX_LOG__LEVEL", "--log-level"); empty for what
	// stands nowhere.
	File string
	// Line and Column count from 1; 0 when the problem has no place in a file.
	Line, Column int
	// Key is the path of the setting: "providers.jumdata.secrets.app_id".
	Key string
	// Problem says what is wrong, Want what would be right.
	Problem, Want string
}

// String is "FILE:LINE:COLUMN: KEY: PROBLEM; WANT", without the parts that are not known.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	for _, s := range []string{p.Key, p.Problem} {
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(s)
	}
	if p.Want != "" {
		b.WriteString("; " + p.Want)
	}
	return b.String()
}

// Error is a configuration that cannot be used.
type Error struct {
	// Problems in the order of the file, those of variables and flags last.
	Problems []Problem
}

// Error has one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// asError is nil when there is no problem.
func asError(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	problems = slices.Clone(problems)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(min(1, b.Line), min(1, a.Line)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Key, b.Key), strings.Compare(a.Problem, b.Problem),
		)
	})
	return &Error{Problems: slices.Compact(problems)}
}

// showKey writes a path for a person. Keys that would be misread are quoted.
func showKey(path []string) string {
	shown := make([]string, len(path))
	for i, key := range path {
		shown[i] = key
		if key == "" || strings.ContainsAny(key, ".\"' :;\t\r\n") || !strconv.CanBackquote(key) {
			shown[i] = strconv.Quote(key)
		}
	}
	return strings.Join(shown, ".")
}

// nearest is the word closest to a mistyped one, or "" when none is close: a third of its letters may differ.
func nearest(typed string, words []string) string {
	best, bestDistance := "", len([]rune(typed))/3+1
	for _, word := range words {
		if d := distance(strings.ToLower(typed), word); d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = word, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, change or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
