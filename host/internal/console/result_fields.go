package console

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/service"
)

// readField is one field of a card in the words of a page.
type readField struct {
	Key         string
	Name, Other string // in the language of the page, and in the other
	Number      int
	Boxed       bool // the picture shows its place
	Value       string
	Ours        bool // the value is the console's word, in the language of the page
	// Text is the text as read, if it differs from the value.
	Text string
	// Percent is the confidence as it is drawn, 0 to 100; Confidence as it is written. Stated reports whether there is one.
	Percent    float64
	Confidence string
	Stated     bool
	Provider   string
	Flags      []string
	// Agreed are the other providers that read the same.
	Agreed string
}

func (t *teller) fields(r *engine.Recognition) []readField {
	var out []readField
	for i, name := range service.KeysInOrder(r.Fields, idcard.FieldNames()) {
		f := r.Fields[name]
		one := readField{
			Key: name, Name: t.word("field", name), Number: i + 1, Boxed: len(f.Polygon) > 0, Value: t.value(name, f), Provider: f.Provider,
			Ours:   f.LongTerm || name == idcard.FieldSex && f.Value != "",
			Agreed: strings.Join(f.Agreed, t.T("read.and")),
		}
		if t.other.Has("read.field." + name) {
			one.Other = t.other.T("read.field." + name)
		}
		if f.Text != one.Value {
			one.Text = f.Text
		}
		if f.Confidence != nil {
			percent := math.Floor(1000**f.Confidence) / 10 // rounded down, so that only certainty is 100.0 %
			one.Stated, one.Percent, one.Confidence = true, percent, fmt.Sprintf("%.1f%%", percent)
		}
		for _, flag := range f.Flags {
			if flag == engine.Disputed && len(f.Disagreed) > 0 {
				one.Flags = append(one.Flags, t.T("read.disagreed", strings.Join(f.Disagreed, t.T("read.and"))))
			} else if flag != idcard.FlagUnnormalized || !slices.Contains(f.Flags, idcard.FlagMasked) { // masked characters say it already
				one.Flags = append(one.Flags, t.word("flag", flag))
			}
		}
		out = append(out, one)
	}
	return out
}

// value returns the normalised value of a field, or else the text as read.
func (t *teller) value(name string, f engine.Field) string {
	switch {
	case f.LongTerm:
		return t.T("read.long-term")
	case f.Value == "":
		return f.Text
	case name == idcard.FieldSex:
		return t.word("sex", f.Value)
	}
	return f.Value
}
