package main

import (
	"errors"
	"fmt"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

const (
	same    = "="
	nothing = "-"
)

// compare is a table with a row for each field and a column for each result. What agrees with the first result is only marked,
// so that the table stays narrow and differences stand out.
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
	var t terminal.Table
	for _, row := range rows {
		t.Add(row...)
	}
	return t.String() + "\n" + same + " as local read it   " + nothing + " the vendor's protocol does not say it   " +
		"billed: what an answer means in the protocol; nothing was paid here\n"
}

func or(text string) string {
	if text == "" {
		return nothing
	}
	return text
}

// portrait is the place of the picture's top left corner and its size.
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

// attempts are how each call went, what it cost and how long it took.
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
