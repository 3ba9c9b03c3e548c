package engine

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/internal/callgroup"
	"github.com/ocrmux/ocrmux/internal/message"
)

// sharedRequest is what makes two calls equal.
type sharedRequest struct {
	*Request
	url     string // of the picture, where it is given by URL
	picture []byte // otherwise
}

type callGroup = callgroup.Group[sharedRequest, *Recognition]

// newCallGroup joins equal calls of a generation: a picture that a caller sends twice in a hurry is bought once.
func (g *generation) newCallGroup() *callGroup {
	seed := maphash.MakeSeed()
	return callgroup.New[sharedRequest, *Recognition](func(r sharedRequest) uint64 { return r.hash(seed) }, sharedRequest.equal, g.running.Go)
}

// share takes part in an equal call that is under way, or begins one with do. The result of a call that was joined says so and cost nothing.
func (g *generation) share(ctx context.Context, req *Request, pic *picture, do func(ctx context.Context) (*Recognition, error)) (*Recognition, error) {
	shared := sharedRequest{Request: req, url: pic.from.url}
	if shared.url == "" {
		shared.picture = pic.data
	}
	r, joined, err := g.calls.Do(ctx, shared, do)
	if errors.Is(err, callgroup.ErrLeft) {
		return nil, noAttempt(expired(ctx))
	}
	if joined {
		g.watch.saved(ctx, savedByShared)
	}
	// Others have the same result: each caller gets its own copy.
	const why = message.SharedAnswer
	if err != nil {
		f := err.(*Error)
		own := &Error{Failure: f.Failure.clone(), Attempts: cloneAttempts(f.Attempts), err: f.err}
		if joined {
			own.Attempts = free(own.Attempts, why)
		}
		return nil, own
	}
	r = r.clone()
	if joined {
		r.Attempts = free(r.Attempts, why)
	}
	return r, nil
}

func (r sharedRequest) hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, s := range []string{r.Tenant, r.Route, r.Provider, r.Document, r.url} {
		_, _ = h.WriteString(s) // never fails
		_ = h.WriteByte(0)
	}
	_, _ = h.Write(r.picture)
	return h.Sum64()
}

func (r sharedRequest) equal(o sharedRequest) bool {
	return r.Tenant == o.Tenant && r.Route == o.Route && r.Provider == o.Provider && r.Document == o.Document && r.Side == o.Side &&
		r.Fetch == o.Fetch && r.url == o.url && r.PassURL == o.PassURL && slices.Equal(r.Extras, o.Extras) &&
		slices.Equal(r.Fields, o.Fields) && slices.Equal(r.Signals, o.Signals) && slices.Equal(r.Labels, o.Labels) &&
		slices.Equal(r.options, o.options) && bytes.Equal(r.picture, o.picture)
}

// free makes attempts that somebody else has paid for cost nothing, and say so.
func free(attempts []Attempt, why message.Code) []Attempt {
	for i := range attempts {
		a := &attempts[i]
		a.Reason = message.New(why, "reason", a.Reason)
		a.Billed, a.Cost, a.Currency, a.Price = abi.BilledNo, 0, "", message.Message{}
	}
	return attempts
}
