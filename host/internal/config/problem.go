package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Problem is one mistake in a configuration. It never holds a secret.
type Problem struct {
	// File as it was named, or the environment variable or flag ("$OCRMUX_LOG__LEVEL", "--log-level"); empty for a setting
	// that no source has.
	File string
	// Line and Column count from 1; they are 0 if the problem is not in a file.
	Line, Column int
	// Key is the path of the setting: "providers.jumdata.secrets.app_id".
	Key string
	// Problem says what is wrong, Want what would be right.
	Problem, Want string
	// Reason is Problem as a message, for other languages. It is zero if there is no message for the problem.
	Reason message.Message
}

// String returns "FILE:LINE:COLUMN: KEY: PROBLEM; WANT", without the parts that are not known.
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

// Error says why a configuration is refused.
type Error struct {
	// Problems in the order of the configuration file, then in that of the console's file, those of variables and flags last.
	Problems []Problem
}

// Error returns one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// asError returns nil if there is no problem.
func (c *Config) asError(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Problems: c.inOrder(problems)}
}

// inOrder returns the problems in the order of an Error, each once.
func (c *Config) inOrder(problems []Problem) []Problem {
	inOverlay := func(p Problem) int {
		if p.Line > 0 && c.Overlay != nil && p.File == c.Overlay.Path {
			return 1
		}
		return 0
	}
	problems = slices.Clone(problems)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(min(1, b.Line), min(1, a.Line)), cmp.Compare(inOverlay(a), inOverlay(b)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Key, b.Key), strings.Compare(a.Problem, b.Problem),
		)
	})
	return slices.CompactFunc(problems, func(a, b Problem) bool { return a.String() == b.String() })
}
