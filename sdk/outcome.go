package sdk

import "github.com/ocrmux/ocrmux/internal/adapter"

// Recognized is the action of a card that was read.
func Recognized(d *Done) *Action { return &Action{Done: d} }

// Failed is the action of a call that gave no card.
func Failed(f Fail) *Action { return &Action{Fail: &f} }

// Read is one field as read.
func Read(name, text string) Field { return Field{Name: name, Text: text} }

// Fields keeps the fields that have a text: to the engine, empty and missing are the same.
func Fields(fs ...Field) []Field {
	out := fs[:0]
	for _, f := range fs {
		if f.Text != "" {
			out = append(out, f)
		}
	}
	return out
}

// Table says what each code of a vendor means. An adapter's table is the vendor's own table, row by row.
type Table map[string]Fail

// Fail is the failure for a code with the vendor's message, both verbatim. A code the table does not list is a provider
// error of which nobody knows whether it was billed.
func (t Table) Fail(code, message string) Fail {
	f, ok := t[code]
	if !ok {
		f = adapter.Unlisted()
	}
	f.VendorCode, f.VendorMessage = code, message
	return f
}

// NoAnswer is the failure of an answer that is not in the vendor's form: a proxy's error page, for example. What it lacks
// is named; whether it was billed is unknown unless the status says that the request was turned away.
func NoAnswer(r *Response, lacks string) Fail { return adapter.NoAnswer(r.Response, lacks) }

// Box is the polygon of an upright rectangle given by its top left corner and its size.
func Box(x, y, w, h float64) *Polygon { return adapter.Box(x, y, w, h) }
