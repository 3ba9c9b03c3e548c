// Package terminal makes text fit for terminals and logs: it aligns text, of which a Chinese character is two cells wide, and replaces
// what could control a terminal or show something other than what is there.
package terminal

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Table aligns columns. The zero value is an empty table; it is not safe for concurrent use.
type Table struct {
	// Indent is written before each line.
	Indent string
	rows   [][]string
}

// Empty reports whether the table has no row.
func (t *Table) Empty() bool { return len(t.rows) == 0 }

// Add adds a row of cells and cleans them, see [Clean]. Rows may differ in length.
func (t *Table) Add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = Clean(cell)
	}
	t.rows = append(t.rows, row)
}

// String returns the table with two spaces between columns. It omits empty columns and spaces at the ends of lines.
func (t *Table) String() string {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		line.WriteString(t.Indent)
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			line.WriteString(cell + strings.Repeat(" ", widths[i]-cells(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// cells returns the width of a text in cells.
func cells(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
