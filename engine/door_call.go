package engine

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/value"
)

// inboundCall is one request at a front door.
type inboundCall struct {
	pluginCall
	door    *door
	id      string
	inbound abi.InboundRequest
	client  *client // whose secrets the proofs and the reply use; nil until it is authenticated
}

// newInboundCall returns a call with an id of its own.
func (d *door) newInboundCall() (*inboundCall, error) {
	v := &inboundCall{pluginCall: pluginCall{gen: d.gen, provider: d.provider, earlier: abi.BilledNo}, door: d}
	v.secrets = v
	v.eval = value.New(v, value.Limits{})
	var id [16]byte
	if _, err := io.ReadFull(d.gen.cfg.Random, id[:]); err != nil {
		return nil, err
	}
	v.id = hex.EncodeToString(id[:])
	return v, nil
}

// serve answers one request of the vendor's protocol. Close waits for it.
func (d *door) serve(w http.ResponseWriter, r *http.Request) {
	if d.provider.loadErr != nil {
		http.Error(w, "the front door's plugin did not load", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.gen.cfg.Limits.Timeout)
	defer cancel()
	ctx, seen := d.gen.watch.beginInbound(ctx, d.provider.serves)
	defer seen.end("")
	v, err := d.newInboundCall()
	if err != nil {
		http.Error(w, "no randomness", http.StatusInternalServerError)
		return
	}
	if f := v.read(w, r); f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{}, f)
		return
	}
	v.serve(ctx, w)
}

// serve asks the plugin what the request means, carries it out and answers.
func (v *inboundCall) serve(ctx context.Context, w http.ResponseWriter) {
	about, f := v.stepContext()
	if f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{}, f)
		return
	}
	about.Nonce = v.id // an immediate answer has the same id as any other
	accepted, err := v.provider.module.Accept(ctx, &abi.AcceptRequest{Context: about, Request: &v.inbound}, v)
	switch {
	case err != nil:
		v.answer(ctx, w, &abi.ReplyRequest{}, v.pluginFailure(ctx, err))
	case accepted.Answer != nil:
		v.write(ctx, w, accepted.Answer, about.Nonce, "answered at once")
	case accepted.Admit == nil:
		v.answer(ctx, w, &abi.ReplyRequest{}, v.broken(message.New(message.DoorNoDecision), nil))
	default:
		reply := &abi.ReplyRequest{State: accepted.Admit.State}
		f := v.carryOut(ctx, accepted.Admit, reply)
		v.answer(ctx, w, reply, f)
	}
}

// carryOut recognizes the picture of an admitted request, for its client.
func (v *inboundCall) carryOut(ctx context.Context, admit *abi.Admit, reply *abi.ReplyRequest) *Error {
	if reply.Failure = v.authenticate(admit); reply.Failure != nil {
		return nil
	}
	from, f := v.admitted(admit.Picture)
	if f != nil {
		return f
	}
	pic := &picture{from: from}
	if f := v.withinLimits(ctx, pic); f != nil {
		return f
	}
	pic.from = Picture{} // its bytes are here, so that no provider is given its URL
	r, err := v.gen.recognize(ctx, Request{Document: admit.Document, Side: admit.Side, Extras: admit.Extras, Route: v.door.route, Tenant: v.client.tenant}, pic)
	if err != nil {
		return err.(*Error)
	}
	reply.Recognition = outbound(r)
	return nil
}

// Secret implements value.Sources: the secrets of the client at hand.
func (v *inboundCall) Secret(name string) (value.Secret, bool) {
	if v.client == nil {
		return value.Secret{}, false
	}
	text, ok := v.client.secrets[name]
	return value.Secret{Text: text, Uses: v.provider.specs[name].Uses}, ok
}

// secretNames implements secretHolder. A front door's plugin gets no names of secrets.
func (v *inboundCall) secretNames() []string { return nil }

// mask implements secretHolder: it hides the secrets of all clients, since any of them may have sent the request.
func (v *inboundCall) mask() value.Mask { return v.door.mask }
