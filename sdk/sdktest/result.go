package sdktest

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/sdk"
)

// Result is a recognition or a failure, without the parts that a vendor's answer never has: confidences, polygons of
// fields, the texts of fields that have a value, and vendors' messages.
type Result struct {
	// Failure is 0 for a recognition. For a failure, only Failure and Billed are set.
	Failure  abi.FailureKind
	Billed   abi.Billed
	Side     abi.Side
	Fields   map[string]Field
	Portrait []float64
	Rotation *float64
	Signals  map[string]abi.SignalState
	Checks   map[string]abi.CheckState
}

// Field is one field. Text is set only if it could not be normalised.
type Field struct {
	Value, Text string
	LongTerm    bool
	Flags       []string
}

// Fails returns the result for a card that the vendor's protocol cannot express.
func Fails(kind abi.FailureKind, billed abi.Billed) Result {
	return Result{Failure: kind, Billed: billed}
}

// Keep removes all other fields.
func (r *Result) Keep(names ...string) {
	for name := range r.Fields {
		if !slices.Contains(names, name) {
			delete(r.Fields, name)
		}
	}
}

// Has reports whether the result has any of the fields.
func (r *Result) Has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := r.Fields[name]; return ok })
}

// Reread changes the text of each field and normalises it again. Fields with LongTerm stay.
func (r *Result) Reread(change func(text string) string) {
	for name, f := range r.Fields {
		if f.LongTerm {
			continue
		}
		delete(r.Fields, name)
		text := f.Value
		if text == "" {
			text = f.Text
		}
		if n, ok := idcard.Normalize(map[string]string{name: change(text)})[name]; ok {
			r.Fields[name] = Field{Value: n.Value, Text: n.Text, LongTerm: n.LongTerm, Flags: slices.Clone(n.Flags)}.tidy()
			if slices.Contains(f.Flags, sdk.Uncertain) {
				r.Flag(sdk.Uncertain, name)
			}
		}
	}
}

// Unflag removes a flag from the named fields, or from all fields if none is named.
func (r *Result) Unflag(flag string, names ...string) {
	for name, f := range r.Fields {
		if len(names) == 0 || slices.Contains(names, name) {
			f.Flags = slices.DeleteFunc(slices.Clone(f.Flags), func(s string) bool { return s == flag })
			r.Fields[name] = f.tidy()
		}
	}
}

// Flag adds a flag to the named fields that the result has.
func (r *Result) Flag(flag string, names ...string) {
	r.Unflag(flag, names...)
	for _, name := range names {
		if f, ok := r.Fields[name]; ok {
			f.Flags = append(f.Flags, flag)
			r.Fields[name] = f.tidy()
		}
	}
}

func (f Field) tidy() Field {
	if f.Value != "" || f.LongTerm {
		f.Text = ""
	}
	slices.Sort(f.Flags)
	if len(f.Flags) == 0 {
		f.Flags = nil
	}
	return f
}

func resultOf(r *abi.Recognition) Result {
	out := Result{Billed: r.Billed, Side: r.Side, Rotation: r.Rotation, Fields: map[string]Field{}}
	for _, f := range r.Fields {
		out.Fields[f.Name] = Field{Value: f.Value, Text: f.Text, LongTerm: f.LongTerm, Flags: slices.Clone(f.Flags)}.tidy()
	}
	out.setRest(r.Portrait, r.Signals, r.Checks)
	return out
}

// resultOfAction returns what the engine makes of a provider's outcome.
func resultOfAction(a *abi.Action) Result {
	if a.Fail != nil {
		return Result{Failure: a.Fail.Kind, Billed: a.Fail.Billed}
	}
	if a.Done == nil {
		return Result{}
	}
	read := make(map[string]string, len(a.Done.Fields))
	flags := make(map[string][]string)
	for _, f := range a.Done.Fields {
		if read[f.Name] == "" {
			read[f.Name], flags[f.Name] = f.Text, f.Flags
		}
	}
	out := Result{Billed: a.Done.Billed, Side: a.Done.Side, Rotation: a.Done.Rotation, Fields: map[string]Field{}}
	for name, f := range idcard.Normalize(read) {
		own := flags[name]
		if _, given := read[name]; !given {
			own = flags[idcard.FieldValidity]
		}
		out.Fields[name] = Field{Value: f.Value, Text: f.Text, LongTerm: f.LongTerm, Flags: append(slices.Clone(f.Flags), own...)}.tidy()
	}
	if len(out.Fields) == 0 {
		return Fails(abi.FailureKindUnreadable, a.Done.Billed)
	}
	out.setRest(a.Done.Portrait, a.Done.Signals, a.Done.Checks)
	return out
}

// setRest sets everything except the fields. It leaves out what was not checked.
func (r *Result) setRest(portrait *abi.Polygon, signals []abi.Signal, checks []abi.VendorCheck) {
	if portrait != nil {
		r.Portrait = portrait.Points
	}
	r.Signals, r.Checks = map[string]abi.SignalState{}, map[string]abi.CheckState{}
	for _, s := range signals {
		if s.State != abi.SignalStateNotChecked {
			r.Signals[s.Name] = s.State
		}
	}
	for _, c := range checks {
		if c.State != abi.CheckStateNotChecked {
			r.Checks[c.Name] = c.State
		}
	}
}
