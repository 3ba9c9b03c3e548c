package sdk

import (
	"math"

	"github.com/ocrmux/ocrmux/internal/adapter"
)

// Recognized returns the action for a card that was read.
func Recognized(d *Done) *Action { return &Action{Done: d} }

// Failed returns the action for a call without a card.
func Failed(f Fail) *Action { return &Action{Fail: &f} }

// Read returns a field with the text that the vendor gave. The engine normalises it.
func Read(name, text string) Field { return Field{Name: name, Text: text} }

// Fields returns the fields that have a text. To the engine, an empty field is a missing one. It reuses the memory of
// its arguments.
func Fields(fs ...Field) []Field {
	out := fs[:0]
	for _, f := range fs {
		if f.Text != "" {
			out = append(out, f)
		}
	}
	return out
}

// Table maps a vendor's codes to failures. Write it in the order of the vendor's document.
type Table map[string]Fail

// Fail returns the failure for a code, with the code and the vendor's message verbatim. A code that the table does not
// list gives the kind [ProviderError] and [BilledUnknown].
func (t Table) Fail(code, message string) Fail {
	f, ok := t[code]
	if !ok {
		f = adapter.Unlisted()
	}
	f.VendorCode, f.VendorMessage = code, message
	return f
}

// NoAnswer returns the failure for an answer that is not in the vendor's form, such as a proxy's error page. lacks names
// what is missing. The kind follows from the HTTP status. Billed is unknown unless the status says that the request was
// refused.
func NoAnswer(r *Response, lacks string) Fail { return adapter.NoAnswer(r.Response, lacks) }

// Box returns the polygon of an upright rectangle, from its top left corner and its size in pixels.
func Box(x, y, w, h float64) *Polygon { return adapter.Box(x, y, w, h) }

// Bounds returns the upright box around a polygon, in the form that [Box] takes. ok is false if p has fewer than three
// points.
func Bounds(p *Polygon) (x, y, w, h float64, ok bool) {
	if p == nil || len(p.Points) < 6 || len(p.Points)%2 != 0 {
		return 0, 0, 0, 0, false
	}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := 0; i < len(p.Points); i += 2 {
		left, right = min(left, p.Points[i]), max(right, p.Points[i])
		top, bottom = min(top, p.Points[i+1]), max(bottom, p.Points[i+1])
	}
	return left, top, right - left, bottom - top, true
}
