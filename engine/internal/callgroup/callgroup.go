// Package callgroup joins equal calls that are under way at the same time into one.
//
// It differs from golang.org/x/sync/singleflight in that requests are compared and not named, every caller may give up, and the shared
// call ends early only once all of them have.
package callgroup

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrLeft is returned to a caller whose context ended while others still wait for the call.
var ErrLeft = errors.New("the caller left a shared call before its end")

// Group joins calls with requests of type R and results of type T. It is safe for concurrent use.
type Group[R, T any] struct {
	hash  func(R) uint64
	equal func(a, b R) bool
	spawn func(func())

	mu    sync.Mutex
	calls map[uint64][]*call[R, T]
}

// call is one call that others may join until it ends.
type call[R, T any] struct {
	request R
	hash    uint64
	waiting int
	cancel  context.CancelCauseFunc
	ended   chan struct{}
	result  T
	err     error
	cut     bool // it failed because it ran out of time, or because everybody gave it up
}

// New returns a group. Requests that are equal must have the same hash; a hash need not be unique. spawn runs a call in a goroutine, as the
// go statement does.
func New[R, T any](hash func(R) uint64, equal func(a, b R) bool, spawn func(func())) *Group[R, T] {
	return &Group[R, T]{hash: hash, equal: equal, spawn: spawn, calls: make(map[uint64][]*call[R, T])}
}

// Do joins the call of an equal request that is under way, or begins one with do. Joined tells which. All callers get the same result, which
// they must not change.
//
// The context of do has the deadline of the caller that began the call, and is cancelled when every caller has given up. Its cause is then the
// end of the last one's context: its error and, where it differs, its cause. A caller that gives up gets [ErrLeft]; the one that began the call waits for its end instead if nobody else does. A caller whose time
// is not over begins anew when the call that it joined ran out of time.
func (g *Group[R, T]) Do(ctx context.Context, request R, do func(ctx context.Context) (T, error)) (result T, joined bool, err error) {
	for {
		c, joined := g.join(ctx, request, do)
		select {
		case <-c.ended:
		case <-ctx.Done():
			if alone := g.leave(c, endOf(ctx)); !alone || joined {
				return result, joined, ErrLeft
			}
			<-c.ended // soon, since its context has ended
		}
		if joined && c.cut && ctx.Err() == nil {
			continue
		}
		return c.result, joined, c.err
	}
}

// Waiting returns the number of callers that wait for a result.
func (g *Group[R, T]) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, same := range g.calls {
		for _, c := range same {
			n += c.waiting
		}
	}
	return n
}

func (g *Group[R, T]) join(ctx context.Context, request R, do func(ctx context.Context) (T, error)) (c *call[R, T], joined bool) {
	hash := g.hash(request)
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.IndexFunc(g.calls[hash], func(c *call[R, T]) bool { return g.equal(c.request, request) }); i >= 0 {
		c = g.calls[hash][i]
		c.waiting++
		return c, true
	}
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := func() {}
	if deadline, ok := ctx.Deadline(); ok {
		own, stop = context.WithDeadline(own, deadline)
	}
	c = &call[R, T]{request: request, hash: hash, waiting: 1, cancel: cancel, ended: make(chan struct{})}
	g.calls[hash] = append(g.calls[hash], c)
	g.spawn(func() {
		defer cancel(nil)
		defer stop()
		c.result, c.err = do(own)
		c.cut = c.err != nil && own.Err() != nil
		g.mu.Lock()
		defer g.mu.Unlock()
		g.remove(c)
		close(c.ended)
	})
	return c, false
}

// leave takes a caller out of a call, and ends the call if nobody is left.
func (g *Group[R, T]) leave(c *call[R, T], cause error) (alone bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.waiting--; c.waiting > 0 {
		return false
	}
	g.remove(c)
	c.cancel(cause)
	return true
}

// endOf returns the error of a context that has ended, together with its cause.
func endOf(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return errors.Join(err, cause)
}

// remove takes a call off the list; the caller holds the lock.
func (g *Group[R, T]) remove(c *call[R, T]) {
	left := slices.DeleteFunc(g.calls[c.hash], func(other *call[R, T]) bool { return other == c })
	if len(left) == 0 {
		delete(g.calls, c.hash)
		return
	}
	g.calls[c.hash] = left
}
