package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/idcard"
)

const (
	same    = "="
	nothing = "-"
)

// compare returns a table with a row for each field and a column for each result. A cell that agrees with the first
// result is only marked, so the table stays narrow and differences are easy to see.
func compare(results []result) string {
	rows := [][]string{{""}}
	for _, r := range results {
		rows[0] = append(rows[0], r.provider)
	}
	add := func(name string, cell func(result) string) {
		row, said := []string{name}, false
		for i, r := range results {
			text := nothing
			if r.card != nil {
				text = cell(r)
			}
			said = said || text != nothing
			if i > 0 && text != nothing && text == row[1] {
				text = same
			}
			row = append(row, text)
		}
		if said {
			rows = append(rows, row)
		}
	}
	add("side", func(r result) string { return or(r.card.Side.String()) })
	for _, name := range idcard.FieldNames() {
		add(name, func(r result) string {
			f := r.card.Fields[name]
			if f.LongTerm {
				return f.Text
			}
			return or(f.Value)
		})
	}
	add("portrait", func(r result) string { return portrait(r.card) })
	add("rotation", func(r result) string {
		if r.card.Rotation == nil {
			return nothing
		}
		return fmt.Sprintf("%.0f°", *r.card.Rotation)
	})
	rows = append(rows, attempts(results)...)
	return table(rows) + "\n" + same + " as local read it   " + nothing + " the vendor's protocol does not say it   " +
		"billed: what an answer means in the protocol; nothing was paid here\n"
}

// table aligns rows of the same length, with two spaces between columns.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-width(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// width returns how many cells of a terminal a text takes. A Chinese character takes two.
func width(text string) int {
	n := 0
	for _, r := range text {
		if n++; r >= '⺀' {
			n++
		}
	}
	return n
}

func or(text string) string {
	if text == "" {
		return nothing
	}
	return text
}

// portrait returns the place of the portrait's top left corner and its size.
func portrait(card *engine.Recognition) string {
	if card.Portrait == nil {
		return nothing
	}
	p := card.Portrait.Polygon
	left, top, right, bottom := p[0][0], p[0][1], p[0][0], p[0][1]
	for _, at := range p {
		left, right = min(left, at[0]), max(right, at[0])
		top, bottom = min(top, at[1]), max(bottom, at[1])
	}
	return fmt.Sprintf("%.0f,%.0f %.0fx%.0f", left, top, right-left, bottom-top)
}

// attempts returns how each call ended, whether it was billed, and how long it took.
func attempts(results []result) [][]string {
	rows := [][]string{{"outcome"}, {"billed"}, {"duration"}}
	for _, r := range results {
		tried := []engine.Attempt{}
		var failure *engine.Error
		switch {
		case r.card != nil:
			tried = r.card.Attempts
		case errors.As(r.err, &failure):
			tried = failure.Attempts
		}
		outcome, billed, ms := nothing, nothing, int64(0)
		for _, a := range tried {
			outcome, billed = string(a.Outcome), a.Billed.String()
			if a.Failure != nil {
				outcome = a.Failure.Kind.String()
			}
			ms += a.Duration.Milliseconds()
		}
		rows[0], rows[1] = append(rows[0], outcome), append(rows[1], billed)
		rows[2] = append(rows[2], fmt.Sprintf("%d ms", ms))
	}
	return rows
}
