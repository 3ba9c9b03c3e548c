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
	return &Error{Problems: inOrder(problems)}
}

// inOrder sorts problems as an Error has them, each once.
func inOrder(problems []Problem) []Problem {
	problems = slices.Clone(problems)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(min(1, b.Line), min(1, a.Line)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Key, b.Key), strings.Compare(a.Problem, b.Problem),
		)
	})
	return slices.Compact(problems)
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
