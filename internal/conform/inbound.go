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

// inboundCall is a request of a golden exchange at the plugin's own front door.
type inboundCall struct {
	track   *track
	door    abi.FrontDoor
	inbound *abi.InboundRequest
	context *abi.Context
	blobs   [][]byte // by handle; 0 is the whole body
	// The plugin fails, admits the request, or answers it at once.
	err   error
	admit *abi.Admit
	reply *abi.InboundResponse
}

// inboundCalls passes the requests of golden exchanges to the front doors with their paths.
func (s *Subject) inboundCalls(ctx context.Context) ([]*inboundCall, error) {
	var out []*inboundCall
	for _, t := range s.tracks {
		for _, r := range t.received {
			i := slices.IndexFunc(s.Plugin.Manifest.FrontDoors, func(d abi.FrontDoor) bool { return d.Method == r.method && d.Path == r.url.Path })
			if i < 0 {
				continue
			}
			c, err := s.accept(ctx, t, s.Plugin.Manifest.FrontDoors[i], r)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, ctx.Err()
}

func (s *Subject) accept(ctx context.Context, t *track, door abi.FrontDoor, r received) (*inboundCall, error) {
	c := &inboundCall{track: t, door: door}
	var err error
	if c.inbound, c.blobs, err = inbound.Flatten(r.method, r.url, r.header, r.body); err != nil {
		return nil, err
	}
	c.context = &abi.Context{NowUnixMs: t.golden.call.Now.UnixMilli(), Nonce: inbound.Nonce, Config: leaf.FromMap(t.golden.call.Config)}
	accepted, err := s.main.Accept(ctx, &abi.AcceptRequest{Context: c.context, Request: c.inbound}, replay(nil))
	if c.err = err; err == nil {
		c.admit, c.reply = accepted.Admit, accepted.Answer
	}
	return c, nil
}

// errRefused means that a front door does not admit a client.
var errRefused = errors.New("the client is not admitted")

// checkProofs checks the proofs of the plugin for a client with the secrets of the exchange.
func (c *inboundCall) checkProofs(d *abi.Descriptor) error {
	secrets := c.track.golden.call.Secrets
	if k := c.admit.Client; k != nil && secrets[k.Name] != k.Value {
		return fmt.Errorf("%w: its %s is not that of the exchange", errRefused, k.Name)
	}
	client := inbound.NewClient(d.Secrets, secrets, c.blobs)
	for i := range c.admit.Proofs {
		holds, err := client.Proves(&c.admit.Proofs[i])
		if err != nil {
			return fmt.Errorf("%w: proof %d: %w", errRefused, i+1, err)
		}
		if !holds {
			return fmt.Errorf("%w: proof %d does not hold", errRefused, i+1)
		}
	}
	return nil
}

// reply returns the plugin's reply to an inbound call for an outcome.
func (s *Subject) reply(ctx context.Context, c *inboundCall, r *abi.Recognition, f *abi.Fail) (answer, error) {
	in := &abi.ReplyRequest{Context: c.context, CallID: strings.Repeat("ab", 16), Request: withoutHandles(c.inbound), State: c.admit.State, Recognition: r, Failure: f}
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
