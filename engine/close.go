package engine

import (
	"context"
	"errors"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// running counts the calls that are under way, so that Close can wait for them: a call that is between two steps holds
// no plugin instance, but has perhaps been paid for.
type running struct {
	mu     sync.Mutex
	calls  int
	ending bool
	idle   chan struct{} // made when the end begins, closed with the last call
}

// begin admits a call, unless the end has begun.
func (r *running) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ending {
		r.calls++
	}
	return !r.ending
}

// spawn runs something that a call which is counted already may leave behind.
func (r *running) spawn(f func()) {
	r.mu.Lock()
	r.calls++
	r.mu.Unlock()
	go func() {
		defer r.done()
		f()
	}()
}

func (r *running) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.calls--; r.calls == 0 && r.ending {
		close(r.idle)
	}
}

// end admits no more calls and gives a channel that is closed once none is left.
func (r *running) end() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ending {
		r.ending, r.idle = true, make(chan struct{})
		if r.calls == 0 {
			close(r.idle)
		}
	}
	return r.idle
}

// retire waits for the calls of a generation until ctx ends, and gives back what it alone uses.
func (e *generation) retire(ctx context.Context) error {
	var errs []error
	select {
	case <-e.running.end():
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	if e.router != nil {
		e.router.Close()
	}
	for _, l := range e.modules {
		errs = append(errs, e.inventory.giveBack(ctx, l))
	}
	if e.client != nil {
		errs = append(errs, e.client.Close())
	}
	return errors.Join(errs...)
}

// close ends what the generations had in common.
func (s *shared) close(ctx context.Context) error {
	var errs []error
	if s.book != nil {
		errs = append(errs, s.book.Close(ctx))
	}
	if s.ownStore {
		errs = append(errs, s.store.Close(ctx))
	}
	for _, r := range s.runtimes {
		errs = append(errs, r.Close(ctx))
	}
	return errors.Join(errs...)
}

// closed is the failure of a call that came after Close.
func closed() *failed {
	return failWith(abi.FailureKindUnavailable, abi.FaultOperator, "the engine is closed", nil)
}
