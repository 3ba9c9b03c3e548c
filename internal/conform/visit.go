package conform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/inbound"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// visit is a request of a golden exchange at the plugin's own front door.
type visit struct {
	track   *track
	door    abi.FrontDoor
	inbound *abi.InboundRequest
	context *abi.Context
	blobs   [][]byte // by handle; 0 is the whole body
	// What the plugin said: it failed, admitted the request, or answered it at once.
	err   error
	admit *abi.Admit
	reply *abi.InboundResponse
}

// visits shows each request that a golden exchange sends to a door's path to that door.
func (s *Subject) visits(ctx context.Context) ([]*visit, error) {
	var out []*visit
	for _, t := range s.tracks {
		for _, r := range t.received {
			i := slices.IndexFunc(s.Plugin.Manifest.FrontDoors, func(d abi.FrontDoor) bool { return d.Method == r.method && d.Path == r.url.Path })
			if i < 0 {
				continue
			}
			v, err := s.knock(ctx, t, s.Plugin.Manifest.FrontDoors[i], r)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	return out, ctx.Err()
}

func (s *Subject) knock(ctx context.Context, t *track, door abi.FrontDoor, r received) (*visit, error) {
	v := &visit{track: t, door: door}
	var err error
	if v.inbound, v.blobs, err = inbound.Flatten(r.method, r.url, r.header, r.body); err != nil {
		return nil, err
	}
	v.context = &abi.Context{NowUnixMs: t.golden.call.Now.UnixMilli(), Nonce: inbound.Nonce, Config: leaf.FromMap(t.golden.call.Config)}
	accepted, err := s.main.Accept(ctx, &abi.AcceptRequest{Context: v.context, Request: v.inbound}, replay(nil))
	if v.err = err; err == nil {
		v.admit, v.reply = accepted.Admit, accepted.Answer
	}
	return v, nil
}

// errRefused is a client that a front door does not let in.
var errRefused = errors.New("the client is not let in")

// enter holds a client with the secrets of the exchange to the proofs that the plugin wants.
func (v *visit) enter(d *abi.Descriptor) error {
	secrets := v.track.golden.call.Secrets
	if k := v.admit.Client; k != nil && secrets[k.Name] != k.Value {
		return fmt.Errorf("%w: its %s is not that of the exchange", errRefused, k.Name)
	}
	client := inbound.NewClient(d.Secrets, secrets, v.blobs)
	for i := range v.admit.Proofs {
		holds, err := client.Proves(&v.admit.Proofs[i])
		if err != nil {
			return fmt.Errorf("%w: proof %d: %w", errRefused, i+1, err)
		}
		if !holds {
			return fmt.Errorf("%w: proof %d does not hold", errRefused, i+1)
		}
	}
	return nil
}

// outcome has the plugin say an outcome at the door.
func (s *Subject) outcome(ctx context.Context, v *visit, r *abi.Recognition, f *abi.Fail) (answer, error) {
	in := &abi.ReplyRequest{Context: v.context, CallID: strings.Repeat("ab", 16), Request: withoutHandles(v.inbound), State: v.admit.State, Recognition: r, Failure: f}
	out, err := s.main.Reply(ctx, in, replay(nil))
	if err != nil {
		return answer{}, err
	}
	body, err := inbound.Body(out.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: int(out.Status), header: http.Header{}}
	if body.ContentType != "" {
		a.header.Set("Content-Type", body.ContentType)
	}
	for _, h := range out.Headers {
		a.header.Set(h.Name, h.Value)
	}
	var b strings.Builder
	_, err = body.WriteTo(&b)
	a.body = b.String()
	return a, err
}

func withoutHandles(in *abi.InboundRequest) *abi.InboundRequest {
	out := *in
	long := func(l abi.Leaf) bool { return l.Handle != 0 }
	out.Query, out.Leaves = slices.DeleteFunc(slices.Clone(in.Query), long), slices.DeleteFunc(slices.Clone(in.Leaves), long)
	return &out
}
