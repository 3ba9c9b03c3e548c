package conform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/leaf"
	"github.com/ocrmux/ocrmux/engine/value"
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

const (
	// maxInbound is the longest text that a front door is shown; a longer one has a handle.
	maxInbound = 1024
	visitNonce = "0102030405060708090a0b0c0d0e0f10"
)

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
	v := &visit{track: t, door: door, blobs: [][]byte{r.body}}
	options := leaf.Options{Inbound: true, MaxInline: maxInbound, FirstHandle: 1}
	query, err := leaf.FlattenQuery(strings.ReplaceAll(r.url.RawQuery, "+", "%2B"), options)
	if err != nil {
		return nil, err
	}
	v.blobs = append(v.blobs, query.Blobs...)
	options.FirstHandle = uint32(len(v.blobs))
	flat, err := leaf.Flatten(r.header.Get("Content-Type"), r.body, options)
	if err != nil {
		return nil, err
	}
	v.blobs = append(v.blobs, flat.Blobs...)
	v.inbound = &abi.InboundRequest{Method: r.method, Path: r.url.Path, Query: query.Leaves, Format: flat.Format, Leaves: flat.Leaves, BodySize: uint64(len(r.body))}
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		for _, text := range r.header[name] {
			v.inbound.Headers = append(v.inbound.Headers, abi.Header{Name: strings.ToLower(name), Value: text})
		}
	}
	v.context = &abi.Context{NowUnixMs: t.golden.call.Now.UnixMilli(), Nonce: visitNonce, Config: leaf.FromMap(t.golden.call.Config)}
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
	src := sources{blobs: v.blobs, secrets: map[string]value.Secret{}}
	for _, spec := range d.Secrets {
		if text := secrets[spec.Name]; text != "" {
			src.secrets[spec.Name] = value.Secret{Text: []byte(text), Uses: spec.Uses}
		}
	}
	for i, p := range v.admit.Proofs {
		// A header of a request with the same body: only there may a value speak of the body.
		made, err := value.New(src, value.Limits{}).Request(&abi.HTTPRequest{
			Method: "POST", URL: "https://door.example/", Headers: []abi.NamedValue{{Name: "Expected", Value: p.Expected}},
			Body: &abi.Body{Raw: &abi.Value{Parts: []abi.Part{{Blob: &abi.Blob{}}}}},
		}, visitNonce)
		if err != nil {
			return fmt.Errorf("%w: proof %d: %w", errRefused, i+1, err)
		}
		if want := made.Header.Get("Expected"); want != p.Given && !(p.IgnoreCase && strings.EqualFold(want, p.Given)) {
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
	body, err := value.New(sources{}, value.Limits{}).Body(out.Body, visitNonce)
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

// sources are what proofs refer to.
type sources struct {
	secrets map[string]value.Secret
	blobs   [][]byte
}

// Secret implements value.Sources.
func (s sources) Secret(name string) (value.Secret, bool) { v, ok := s.secrets[name]; return v, ok }

// Blob implements value.Sources.
func (s sources) Blob(h uint32) ([]byte, bool) {
	if int(h) >= len(s.blobs) {
		return nil, false
	}
	return s.blobs[h], true
}
