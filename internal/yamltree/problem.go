package yamltree

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a document.
type Problem struct {
	// Line and Column count from 1; 0 when the problem is of the document as a whole.
	Line, Column int
	// Text says what is wrong, and what would be right.
	Text string
}

// Error is a document that cannot be used.
type Error struct {
	// File is the name of the file, without its folder.
	File string
	// Problems, at least one, in the order of the file.
	Problems []Problem
}

// Error has one line for each problem: "acme.provider.yaml:12:5: …".
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p.Text
		if p.Line > 0 {
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", e.File, p.Line, p.Column, p.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// AsError returns the error of some problems, each once and in the order of the file, or nil if there is none.
func AsError(file string, problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	problems = slices.Clone(problems)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
	})
	return &Error{File: file, Problems: slices.Compact(problems)}
}
