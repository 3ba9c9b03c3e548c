package engine

import (
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// outbound is a recognition in the words of the contract, for a front door's plugin.
func outbound(r *Recognition) *abi.Recognition {
	out := &abi.Recognition{Document: r.Document, Side: r.Side, Rotation: r.Rotation, Signals: outboundSignals(r.Signals)}
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		f := r.Fields[name]
		out.Fields = append(out.Fields, abi.Field{
			Name: name, Text: f.Text, Value: f.Value, LongTerm: f.LongTerm, Confidence: f.Confidence, Polygon: outboundPolygon(f.Polygon), Flags: f.Flags,
		})
	}
	if r.Portrait != nil {
		out.Portrait = outboundPolygon(r.Portrait.Polygon)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Checks)) {
		out.Checks = append(out.Checks, abi.VendorCheck{Name: name, State: r.Checks[name]})
	}
	out.Billed = abi.BilledNo
	for _, a := range r.Attempts {
		if a.Billed != abi.BilledNo {
			out.Billed = a.Billed
		}
	}
	return out
}

func outboundPolygon(p Polygon) *abi.Polygon {
	if len(p) == 0 {
		return nil
	}
	out := &abi.Polygon{Points: make([]float64, 0, 2*len(p))}
	for _, point := range p {
		out.Points = append(out.Points, point[0], point[1])
	}
	return out
}

func outboundSignals(in map[string]Signal) []abi.Signal {
	var out []abi.Signal
	for _, name := range slices.Sorted(maps.Keys(in)) {
		out = append(out, abi.Signal{Name: name, State: in[name].State, VendorCode: in[name].VendorCode})
	}
	return out
}

// outboundFailure keeps what another vendor said to itself: its codes mean nothing in this vendor's protocol.
func outboundFailure(f *Failure) *abi.Fail {
	return &abi.Fail{
		Kind: f.Kind, Message: f.Message, Retryable: f.Retryable, FailOver: f.FailOver, Billed: f.Billed, Fault: f.Fault,
		RetryAfterMs: f.RetryAfterMs, Signals: outboundSignals(f.Signals),
	}
}
