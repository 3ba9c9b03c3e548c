package engine

import (
	"bytes"
	"context"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// flights let calls that ask the same at the same time share one: a picture that a caller sends twice in a hurry is bought once.
type flights struct {
	running *running
	watch   *observer
	seed    maphash.Seed
	mu      sync.Mutex
	open    map[uint64][]*flight
}

// flight is one call that others may join until it ends. Each of them may give up; the call itself ends when all have.
type flight struct {
	request *Request
	picture []byte
	waiting int
	cancel  context.CancelCauseFunc
	landed  chan struct{}
	// What came of it, which nobody is given but in copies.
	result *Recognition
	err    *Error
	cut    bool // there is no result because it ran out of time, or everybody gave it up
}

func newFlights(r *running, o *observer) *flights {
	return &flights{running: r, watch: o, seed: maphash.MakeSeed(), open: make(map[uint64][]*flight)}
}

// join takes part in the flight of equal requests, or begins one with call. The result of a flight that was joined is a copy that
// says so and that cost nothing.
func (fs *flights) join(ctx context.Context, req *Request, picture []byte, call func(ctx context.Context) (*Recognition, *Error)) (*Recognition, error) {
	for {
		r, again, err := fs.joinOnce(ctx, req, picture, call)
		if !again {
			return r, err
		}
	}
}

// joinOnce is join, unless the flight that was joined ran out of the time of the caller that began it, and this one has more.
func (fs *flights) joinOnce(ctx context.Context, req *Request, picture []byte, call func(ctx context.Context) (*Recognition, *Error)) (r *Recognition, again bool, err error) {
	key := fs.key(req, picture)
	fs.mu.Lock()
	i := slices.IndexFunc(fs.open[key], func(f *flight) bool { return bytes.Equal(f.picture, picture) && sameRequest(f.request, req) })
	joined := i >= 0
	var f *flight
	if joined {
		f = fs.open[key][i]
		f.waiting++
	} else {
		// It outlives the caller that began it as long as others wait.
		own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
		own, timeout := withDeadlineOf(own, ctx)
		f = &flight{request: req, picture: picture, waiting: 1, cancel: cancel, landed: make(chan struct{})}
		fs.open[key] = append(fs.open[key], f)
		fs.running.spawn(func() {
			defer cancel(nil)
			defer timeout()
			f.result, f.err = call(own)
			f.cut = f.err != nil && own.Err() != nil
			fs.land(key, f)
		})
	}
	fs.mu.Unlock()
	select {
	case <-f.landed:
	case <-ctx.Done():
		if alone := fs.leave(key, f, context.Cause(ctx)); !alone || joined {
			return nil, false, noAttempt(expired(ctx))
		}
		<-f.landed // it ends at once, and what was tried is this caller's to know
	}
	if joined && f.cut && ctx.Err() == nil {
		return nil, true, nil
	}
	if joined {
		fs.watch.saved(ctx, savedByShared)
	}
	r, err = f.copies(joined)
	return r, false, err
}

// copies is what came of the flight for one caller. Only the one that began it has paid.
func (f *flight) copies(joined bool) (*Recognition, error) {
	const why = message.SharedAnswer
	if f.err != nil {
		e := &Error{Failure: f.err.Failure.clone(), Attempts: cloneAttempts(f.err.Attempts), err: f.err.err}
		if joined {
			e.Attempts = free(e.Attempts, why)
		}
		return nil, e
	}
	r := f.result.clone()
	if joined {
		r.Attempts = free(r.Attempts, why)
	}
	return r, nil
}

// withDeadlineOf gives a context the deadline of another, if that has one.
func withDeadlineOf(ctx, other context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := other.Deadline(); ok {
		return context.WithDeadline(ctx, deadline)
	}
	return ctx, func() {}
}

// leave takes a caller that gave up out of a flight, and ends the flight if nobody is left.
func (fs *flights) leave(key uint64, f *flight, cause error) (alone bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return false
	}
	fs.remove(key, f)
	f.cancel(cause)
	return true
}

// land takes a flight that ended off the list.
func (fs *flights) land(key uint64, f *flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.remove(key, f)
	close(f.landed)
}

// remove takes a flight off the list; the caller holds the lock.
func (fs *flights) remove(key uint64, f *flight) {
	left := slices.DeleteFunc(fs.open[key], func(other *flight) bool { return other == f })
	if len(left) == 0 {
		delete(fs.open, key)
		return
	}
	fs.open[key] = left
}

// key is equal for equal requests; unequal ones are told apart by comparing them.
func (fs *flights) key(req *Request, picture []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(fs.seed)
	for _, s := range []string{req.Tenant, req.Route, req.Provider, req.Document, req.Picture.url} {
		_, _ = h.WriteString(s) // never fails
		_ = h.WriteByte(0)
	}
	_, _ = h.Write(picture)
	return h.Sum64()
}

// sameRequest reports whether two requests ask for the same, but for the picture's bytes.
func sameRequest(a, b *Request) bool {
	return a.Tenant == b.Tenant && a.Route == b.Route && a.Provider == b.Provider && a.Document == b.Document && a.Side == b.Side &&
		a.Fetch == b.Fetch && a.Picture.url == b.Picture.url && a.PassURL == b.PassURL && slices.Equal(a.Extras, b.Extras) &&
		slices.Equal(a.Fields, b.Fields) && slices.Equal(a.Signals, b.Signals) && slices.Equal(a.Labels, b.Labels) &&
		slices.Equal(a.options, b.options)
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
