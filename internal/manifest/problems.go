package manifest

import (
	"errors"
	"strings"
)

// Problems lists what [Parse], [Validate] or [Compatible] found wrong, one by one, so that a tool can say where in its own file
// each one is. Other errors, a [*VersionError] too, are one problem without a path; nil gives none.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []Problem
		for _, e := range joined.Unwrap() {
			out = append(out, Problems(e)...)
		}
		return out
	}
	var problem *Problem
	if errors.As(err, &problem) {
		return []Problem{*problem}
	}
	var parse *ParseError
	if errors.As(err, &parse) {
		reason := parse.Reason
		if parse.Err != nil {
			reason += ": " + parse.Err.Error()
		}
		return []Problem{{Path: parse.Path, Reason: reason}}
	}
	return []Problem{{Reason: strings.TrimPrefix(err.Error(), "manifest: ")}}
}
