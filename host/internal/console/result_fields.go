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

// readField is one field of a card in words.
type readField struct {
	Key         string
	Name, Other string // in the language of the page, and in the other one
	Number      int
	Boxed       bool // the picture shows where it stands
	Value       string
	Ours        bool // the value is a word of ours, in the language of the page
	// Text is as read, where it says more than the value.
	Text string
	// Percent is the confidence as it is drawn, 0 to 100; Confidence as it is written. Without Stated, nobody gave one.
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
			percent := math.Floor(1000**f.Confidence) / 10 // what is not quite certain does not read 100.0 %
			one.Stated, one.Percent, one.Confidence = true, percent, fmt.Sprintf("%.1f%%", percent)
		}
		for _, flag := range f.Flags {
			if flag == engine.Disputed && len(f.Disagreed) > 0 {
				one.Flags = append(one.Flags, t.T("read.disagreed", strings.Join(f.Disagreed, t.T("read.and"))))
			} else if flag != idcard.FlagUnnormalized || !slices.Contains(f.Flags, idcard.FlagMasked) { // hidden characters are why
				one.Flags = append(one.Flags, t.word("flag", flag))
			}
		}
		out = append(out, one)
	}
	return out
}

// value is what a field says: normalised where it could be, and as read otherwise.
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
