package edit

import (
	"fmt"
	"strings"
)

// Reason is why a text cannot be changed.
type Reason string

const (
	// NotYAML is a text that cannot be read.
	NotYAML Reason = "not_yaml"
	// NotSettings is a text that is read as something other than settings, such as a list or several documents.
	NotSettings Reason = "not_settings"
	// Duplicate is a key that stands twice where the change would be.
	Duplicate Reason = "duplicate"
	// MergeKey is a "<<" where the change would be.
	MergeKey Reason = "merge_key"
	// Shared is a value that also stands elsewhere, by an alias: the change would be in both places.
	Shared Reason = "shared"
	// Missing is a provider that the text does not have.
	Missing Reason = "missing"
	// BadValue is a name or a value that must not be written, such as a secret itself.
	BadValue Reason = "bad_value"
	// Unclear is a text whose form is not understood well enough.
	Unclear Reason = "unclear"
)

// Error is a change that is not made. It never holds a value of the text or of the change.
type Error struct {
	Reason Reason
	// Line of the text, from 1; 0 when it is of no line.
	Line int
	// Key is the path of the setting, such as "providers.jumdata"; empty for the whole text.
	Key string
	// Problem says what is in the way, Want what to do.
	Problem, Want string
}

// Error is "line LINE: KEY: PROBLEM; WANT", without the parts that are not known.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Problem)
	if e.Want != "" {
		b.WriteString("; " + e.Want)
	}
	return b.String()
}

const byHand = "make the change by hand in the file"

func unclear(line int, problem string) *Error {
	return &Error{Reason: Unclear, Line: line, Problem: problem, Want: byHand}
}
