package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// verdictWriter prints the results of cases for people.
type verdictWriter struct {
	w io.Writer
	// verbose also explains each case, quiet prints nothing.
	verbose, quiet bool
	err            error
}

func (v *verdictWriter) print(format string, args ...any) {
	if v.err == nil && !v.quiet {
		_, v.err = fmt.Fprintf(v.w, format, args...)
	}
}

func (v *verdictWriter) begin(c *checked) {
	v.print("%s", filepath.Base(c.File))
	if c.Plugin != "" {
		v.print(": %s %s, %s", c.Plugin, c.Version, c.Kind)
	}
	v.print("\n")
}

func (v *verdictWriter) outcome(says string, o *conform.Outcome) {
	mark := map[conform.Verdict]string{conform.Passed: "✓", conform.Failed: "✗", conform.NotApplicable: "–"}[o.Verdict]
	note := o.Looked
	if o.Verdict == conform.NotApplicable {
		note = "not applicable: " + o.Reason
	}
	v.print("  %s %-12s %s\n", mark, o.Case, note)
	if v.verbose && says != "" {
		v.print("      %s\n", says)
	}
	for _, p := range o.Problems {
		v.print("      %s\n", lines(p))
	}
	if o.More > 0 {
		v.print("      and %d more\n", o.More)
	}
	for _, p := range o.Warnings {
		v.print("      warning: %s\n", lines(p))
	}
}

// lines returns the cleaned lines of a problem, indented.
func lines(p conform.Problem) string {
	parts := strings.Split(strings.TrimSpace(p.String()), "\n")
	for i := range parts {
		parts[i] = terminal.Clean(parts[i])
	}
	return strings.Join(parts, "\n      ")
}

func (v *verdictWriter) end(c *checked) {
	count := map[conform.Verdict]int{}
	for _, o := range c.Cases {
		count[o.Verdict]++
	}
	v.print("  %d passed, %d failed, %d not applicable\n", count[conform.Passed], count[conform.Failed], count[conform.NotApplicable])
}
