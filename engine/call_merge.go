package engine

import (
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/route"
)

// reading is as much of a recognition as a route decides by.
func reading(r *Recognition) *route.Reading {
	out := &route.Reading{Fields: make(map[string]route.Field, len(r.Fields))}
	for name, f := range r.Fields {
		out.Fields[name] = route.Field{Value: votes(f), Confidence: f.Confidence, Proved: proved(r.Checks, name)}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Checks)) {
		// A card that has expired was read well all the same.
		if r.Checks[name] == idcard.Fail && name != idcard.CheckExpired {
			out.FailedChecks = append(out.FailedChecks, name)
		}
	}
	return out
}

// votes is what a field counts as in a consensus: its value, or its text where it has none.
func votes(f Field) string {
	switch {
	case f.LongTerm:
		return "long_term"
	case f.Value != "":
		return f.Value
	default:
		return f.Text
	}
}

// proved reports whether the document's own number confirms a field.
func proved(checks map[string]idcard.State, name string) bool {
	if checks[idcard.CheckIDNumberChecksum] != idcard.Pass {
		return false
	}
	switch name {
	case idcard.FieldIDNumber:
		return true
	case idcard.FieldBirthDate:
		return checks[idcard.CheckBirthDateMatchesNumber] == idcard.Pass
	case idcard.FieldSex:
		return checks[idcard.CheckSexMatchesNumber] == idcard.Pass
	}
	return false
}

// merge makes one recognition of several, field by field as the vote says. Everything else comes from the first one that has it. Of a signal,
// yes counts more than no, and no more than not checked.
func (g *generation) merge(v *route.Vote, read map[int]*Recognition) *Recognition {
	numbers := slices.Sorted(maps.Keys(read))
	out := read[numbers[0]].clone()
	out.Fields = make(map[string]Field, len(v.Fields))
	normal := make(map[string]idcard.Field, len(v.Fields))
	for name, elected := range v.Fields {
		f := read[elected.By].Fields[name]
		f.Agreed, f.Disagreed = suppliers(read, elected.With, name), suppliers(read, elected.Against, name)
		if elected.Disputed {
			f.Flags = append(slices.Clone(f.Flags), Disputed)
		}
		out.Fields[name] = f
		normal[name] = idcard.Field{Value: f.Value, Text: f.Text, LongTerm: f.LongTerm, Flags: f.Flags}
	}
	for _, number := range numbers[1:] {
		r := read[number]
		if out.Side == abi.SideUnspecified {
			out.Side = r.Side
		}
		if out.Portrait == nil {
			out.Portrait = r.Portrait
		}
		if out.Rotation == nil {
			out.Rotation = r.Rotation
		}
		out.VendorChecks, out.Extras = joined(out.VendorChecks, r.VendorChecks), joined(out.Extras, r.Extras)
		for name, s := range r.Signals {
			if out.Signals == nil {
				out.Signals = make(map[string]Signal)
			}
			if had, ok := out.Signals[name]; !ok || weightier(s.State, had.State) {
				out.Signals[name] = s
			}
		}
	}
	if document, ok := g.documents[out.Document]; ok {
		out.Checks = document.Check(normal, g.cfg.Now())
	}
	return out
}

// joined adds to the first map what only the second one has.
func joined[V any](first, second map[string]V) map[string]V {
	if first == nil {
		return maps.Clone(second)
	}
	for name, v := range second {
		if _, ok := first[name]; !ok {
			first[name] = v
		}
	}
	return first
}

func weightier(a, b SignalState) bool {
	order := []SignalState{abi.SignalStateNotChecked, abi.SignalStateNo, abi.SignalStateYes}
	return slices.Index(order, a) > slices.Index(order, b)
}

// suppliers returns the providers that have read a field in some attempts.
func suppliers(read map[int]*Recognition, numbers []int, name string) []string {
	var out []string
	for _, number := range numbers {
		out = append(out, read[number].Fields[name].Provider)
	}
	return out
}
