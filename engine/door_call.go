package engine

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/value"
)

// inboundCall is one request at a door.
type inboundCall struct {
	attempt
	door    *door
	id      string
	inbound abi.InboundRequest
	client  *client // whose secrets the proofs and the reply use
}

// read takes the body in once and flattens it; what is long stays in it.
func (v *inboundCall) read(w http.ResponseWriter, r *http.Request) *failed {
	limit := 2 * v.gen.maxPictureBytes() // base64 and percent-encoding make it longer
	body, err := readBody(w, r, limit)
	v.hold(body)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the body cannot be read: "+plainCause(err), err)
	}
	v.inbound = abi.InboundRequest{Method: r.Method, Path: r.URL.Path, BodySize: uint64(len(body))}
	v.inbound.Headers = headers(r.Header, value.Mask{})

	options := leaf.Options{Inbound: true, MaxInline: maxInlineInbound, MaxBytes: int(limit), FirstHandle: 1}
	query, err := leaf.FlattenQuery(literalPlus(r.URL.RawQuery), options)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the query cannot be read: "+err.Error(), err)
	}
	v.hold(query.Blobs...)
	options.FirstHandle = uint32(len(v.blobs))
	flat, err := leaf.Flatten(r.Header.Get("Content-Type"), body, options)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the body cannot be read: "+err.Error(), err)
	}
	v.hold(flat.Blobs...)
	v.inbound.Query, v.inbound.Format, v.inbound.Leaves = query.Leaves, flat.Format, flat.Leaves
	return nil
}

// readBody takes a whole body in, in one piece. One that says it is too large is refused before any of it is read, and
// memory for a large one is only taken when its beginning has come.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, fmt.Errorf("it has %d bytes, at most %d are allowed", r.ContentLength, limit)
	}
	from := http.MaxBytesReader(w, r.Body, limit)
	if r.ContentLength < 0 {
		return io.ReadAll(from)
	}
	body := make([]byte, min(r.ContentLength, bodyBeginning))
	n, err := io.ReadFull(from, body)
	if err == nil && int64(n) < r.ContentLength {
		body = append(make([]byte, 0, r.ContentLength), body...)[:r.ContentLength]
		_, err = io.ReadFull(from, body[n:])
	}
	return body, err
}

const bodyBeginning = 256 << 10

// maxInlineInbound is shorter than for answers: an address has at most 1,024 bytes at every vendor, a picture has more.
const maxInlineInbound = 1024

// literalPlus lets a plus in a query stand for itself, as RFC 3986 has it: clients that send base64 unescaped mean a plus,
// those that escape a space as a plus do not occur in these protocols.
func literalPlus(query string) string { return strings.ReplaceAll(query, "+", "%2B") }

// serve asks the plugin what the request means, carries it out and answers.
func (v *inboundCall) serve(ctx context.Context, w http.ResponseWriter) {
	stepContext, f := v.context()
	if f != nil {
		v.answer(ctx, w, nil, f)
		return
	}
	stepContext.Nonce = v.id // what is answered at once has the same id as any other answer
	accepted, err := v.provider.module.Accept(ctx, &abi.AcceptRequest{Context: stepContext, Request: &v.inbound}, v)
	switch {
	case err != nil:
		v.answer(ctx, w, nil, v.pluginFailure(ctx, err))
	case accepted.Answer != nil:
		v.write(ctx, w, accepted.Answer, stepContext.Nonce, "answered at once")
	case accepted.Admit == nil:
		v.answer(ctx, w, nil, v.broken("the plugin neither admitted nor answered the request", nil))
	default:
		v.carryOut(ctx, w, accepted.Admit)
	}
}

func (v *inboundCall) carryOut(ctx context.Context, w http.ResponseWriter, admit *abi.Admit) {
	if f := v.authenticate(admit); f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State, Failure: f}, nil)
		return
	}
	given, f := v.picture(admit.Picture)
	picture := &picture{from: given}
	if f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State}, f)
		return
	}
	if f := v.withinLimits(ctx, picture); f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State}, f)
		return
	}
	r, err := v.gen.recognize(ctx, Request{Picture: Given(picture.data), Document: admit.Document, Side: admit.Side, Extras: admit.Extras, Route: v.door.route, Tenant: v.client.tenant})
	if err != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State}, &failed{Failure: err.(*Error).Failure, err: err})
		return
	}
	v.answer(ctx, w, &abi.ReplyRequest{State: admit.State, Recognition: outbound(r)}, nil)
}

// answer has the plugin say an outcome in its vendor's words and writes it.
func (v *inboundCall) answer(ctx context.Context, w http.ResponseWriter, in *abi.ReplyRequest, f *failed) {
	ctx = context.WithoutCancel(ctx) // an expired call is still answered
	if in == nil {
		in = new(abi.ReplyRequest)
	}
	if f != nil {
		in.Failure = outboundFailure(&f.Failure)
	}
	outcome := string(Recognized)
	if in.Failure != nil {
		outcome = in.Failure.Kind.String()
	}
	stepContext, noContext := v.context()
	if noContext != nil {
		http.Error(w, noContext.Message, http.StatusInternalServerError)
		return
	}
	in.Context, in.CallID = stepContext, v.id
	in.Request = v.inboundWithoutHandles()
	out, err := v.provider.module.Reply(ctx, in, v)
	if err != nil {
		v.gen.cfg.Logger.ErrorContext(ctx, "front door cannot reply", "plugin", v.provider.plugin.Manifest.Name, "error", err)
		http.Error(w, "the front door's plugin failed", http.StatusBadGateway)
		return
	}
	v.write(ctx, w, out, stepContext.Nonce, outcome)
}

// write sends a plugin's response and tells operators how the visit ended. The call's id is the one that the client was given.
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
		w.Header().Set(h.Name, h.Value) // net/http drops what is no header
	}
	w.Header().Set("Content-Length", strconv.FormatInt(body.Len, 10))
	w.WriteHeader(int(out.Status))
	_, _ = body.WriteTo(w) // a client that is gone does not matter
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
