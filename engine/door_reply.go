package engine

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// answer has the plugin put an outcome into its vendor's words, and writes them. The outcome is a failure e, or what in has.
func (v *inboundCall) answer(ctx context.Context, w http.ResponseWriter, in *abi.ReplyRequest, e *Error) {
	ctx = context.WithoutCancel(ctx) // a call whose time is over is answered, too
	if e != nil {
		in.Failure = outboundFailure(&e.Failure)
	}
	outcome := string(Recognized)
	if in.Failure != nil {
		outcome = in.Failure.Kind.String()
	}
	about, noContext := v.stepContext()
	if noContext != nil {
		http.Error(w, noContext.Failure.Message.String(), http.StatusInternalServerError)
		return
	}
	in.Context, in.CallID = about, v.id
	in.Request = v.inboundWithoutHandles()
	out, err := v.provider.module.Reply(ctx, in, v)
	if err != nil {
		v.gen.cfg.Logger.ErrorContext(ctx, "front door cannot reply", "plugin", v.provider.plugin.Manifest.Name, "error", err)
		http.Error(w, "the front door's plugin failed", http.StatusBadGateway)
		return
	}
	v.write(ctx, w, out, about.Nonce, outcome)
}

// write sends a plugin's response and logs how the call ended. Operators find it by the id that the client was given.
func (v *inboundCall) write(ctx context.Context, w http.ResponseWriter, out *abi.InboundResponse, nonce, outcome string) {
	v.gen.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "front door", slog.String("plugin", v.provider.serves),
		slog.String("call", v.id), slog.String("outcome", outcome), slog.Uint64("status", uint64(out.Status)))
	v.gen.watch.answered(ctx, outcome, int(out.Status))
	if out.Status < 200 || out.Status > 599 {
		http.Error(w, "the front door's plugin gave no answer", http.StatusBadGateway)
		return
	}
	body, err := v.eval.Body(out.Body, nonce)
	if err != nil {
		http.Error(w, "the front door's plugin gave no valid answer", http.StatusBadGateway)
		return
	}
	if body.ContentType != "" {
		w.Header().Set("Content-Type", body.ContentType)
	}
	for _, h := range out.Headers {
		w.Header().Set(h.Name, h.Value) // net/http drops invalid headers
	}
	w.Header().Set("Content-Length", strconv.FormatInt(body.Len, 10))
	w.WriteHeader(int(out.Status))
	_, _ = body.WriteTo(w) // the client may be gone, which does not matter
}

func (v *inboundCall) inboundWithoutHandles() *abi.InboundRequest {
	in := v.inbound
	in.Query, in.Leaves = inline(in.Query), inline(in.Leaves)
	return &in
}

func inline(in []abi.Leaf) []abi.Leaf {
	out := make([]abi.Leaf, 0, len(in))
	for _, l := range in {
		if l.Handle == 0 {
			out = append(out, l)
		}
	}
	return out
}

// outbound puts a recognition into the words of the contract, for a front door's plugin.
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

// outboundFailure leaves out the codes of the vendor that was asked: they mean nothing in the protocol of this door's vendor.
func outboundFailure(f *Failure) *abi.Fail {
	return &abi.Fail{
		Kind: f.Kind, Message: f.Message.String(), Retryable: f.Retryable, FailOver: f.FailOver, Billed: f.Billed, Fault: f.Fault,
		RetryAfterMs: milliseconds(f.RetryAfter), Signals: outboundSignals(f.Signals),
	}
}
