package engine

import (
	"math"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/message"
)

// validate rejects a result without a field: its provider has not recognized a document.
func (a *attempt) validate(done *abi.Done) *Error {
	if slices.ContainsFunc(done.Fields, says) {
		return nil
	}
	e := failWith(abi.FailureKindUnreadable, abi.FaultCaller, message.New(message.NothingRead), nil)
	e.requestID = a.redactRequestID(done.VendorRequestID)
	f := &e.Failure
	f.FailOver, f.Billed, f.Signals = true, a.charged(done.Billed), signals(done.Signals)
	return e
}

// says reports whether a field has a name and a text.
func says(f abi.Field) bool { return f.Name != "" && strings.TrimSpace(f.Text) != "" }

// recognition turns what a provider has read into the result model. It normalizes and checks values, and maps pixels and angles back to the
// picture that the caller sent.
func (a *attempt) recognition(req *Request, done *abi.Done) *Recognition {
	r := &Recognition{Document: req.Document, Side: done.Side, Signals: signals(done.Signals)}
	document, ok := a.gen.documents[req.Document]
	if !ok {
		document = passThrough{req.Document}
	}
	read := make(map[string]*abi.Field, len(done.Fields))
	texts := make(map[string]string, len(done.Fields))
	for i := range done.Fields {
		f := &done.Fields[i]
		if says(*f) && read[f.Name] == nil {
			read[f.Name], texts[f.Name] = f, f.Text
		}
	}
	normal := document.Normalize(texts)
	r.Fields = make(map[string]Field, len(normal))
	for name, n := range normal {
		r.Fields[name] = a.field(n, readField(read, name))
	}
	r.Checks = document.Check(normal, a.gen.cfg.Now())
	if p := a.polygon(done.Portrait); p != nil {
		r.Portrait = &Portrait{Polygon: p}
	}
	if done.Rotation != nil && math.Abs(*done.Rotation) <= 360 {
		degrees := math.Mod(tenth(a.transform.BackRotation(*done.Rotation)), 360)
		r.Rotation = &degrees
	}
	for _, c := range done.Checks {
		if r.VendorChecks == nil {
			r.VendorChecks = make(map[string]VendorCheck)
		}
		r.VendorChecks[c.Name] = VendorCheck{State: c.State, VendorCode: c.VendorCode}
	}
	for _, x := range done.Extras {
		if r.Extras == nil {
			r.Extras = make(map[string]string)
		}
		r.Extras[x.Name] = x.Value
	}
	return r
}

// readField returns the field as read that a normalized field comes from: the one of its name, or the whole span for either end of it.
func readField(read map[string]*abi.Field, name string) *abi.Field {
	if f := read[name]; f != nil {
		return f
	}
	if name == idcard.FieldValidFrom || name == idcard.FieldValidUntil {
		return read[idcard.FieldValidity]
	}
	return nil
}

func (a *attempt) field(n idcard.Field, read *abi.Field) Field {
	f := Field{Value: n.Value, Text: n.Text, LongTerm: n.LongTerm, Flags: n.Flags, Provider: a.provider.name}
	if read == nil {
		return f
	}
	if c := read.Confidence; c != nil && *c >= 0 && *c <= 1 {
		f.Confidence = c
	}
	f.Polygon = a.polygon(read.Polygon)
	for _, flag := range read.Flags {
		if !slices.Contains(f.Flags, flag) {
			f.Flags = append(slices.Clip(f.Flags), flag)
		}
	}
	return f
}

// polygon maps pixels of the picture that was sent back to the one that the caller gave.
func (a *attempt) polygon(p *abi.Polygon) Polygon {
	if p == nil || len(p.Points) < 6 || len(p.Points)%2 != 0 {
		return nil
	}
	out := make(Polygon, 0, len(p.Points)/2)
	for i := 0; i < len(p.Points); i += 2 {
		x, y := p.Points[i], p.Points[i+1]
		if !(math.Abs(x) <= farthest && math.Abs(y) <= farthest) { // also for NaN
			return nil
		}
		x, y = a.transform.Back(x, y)
		out = append(out, [2]float64{tenth(x), tenth(y)})
	}
	return out
}

// farthest is a coordinate beyond every picture. Points farther out are dropped.
const farthest = 1e6

// tenth rounds to a tenth of a pixel, which is finer than any provider measures.
func tenth(x float64) float64 { return math.Round(x*10) / 10 }

func signals(in []abi.Signal) map[string]Signal {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]Signal, len(in))
	for _, x := range in {
		out[x.Name] = Signal{State: x.State, VendorCode: x.VendorCode}
	}
	return out
}
