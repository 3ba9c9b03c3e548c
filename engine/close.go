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

// Close lets further calls fail, waits for those that run until ctx ends, and then ends every plugin, connection and
// runtime. Further calls of Close give what the first one gave.
func (e *Engine) Close(ctx context.Context) error {
	e.closeOnce.Do(func() { e.closeErr = e.close(ctx) })
	return e.closeErr
}

func (e *Engine) close(ctx context.Context) error {
	var errs []error
	select {
	case <-e.running.end():
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	if e.router != nil {
		e.router.Close()
	}
	if e.book != nil {
		errs = append(errs, e.book.Close(ctx))
	}
	if e.store != nil && e.store != e.cfg.Store {
		errs = append(errs, e.store.Close(ctx))
	}
	for _, p := range e.users() {
		if p.owner && p.module != nil {
			errs = append(errs, p.module.Close(ctx))
		}
	}
	for _, r := range e.runtimes {
		errs = append(errs, r.Close(ctx))
	}
	if e.client != nil {
		errs = append(errs, e.client.Close())
	}
	return errors.Join(errs...)
}

// closed is the failure of a call that came after Close.
func closed() *failed {
	return failWith(abi.FailureKindUnavailable, abi.FaultOperator, "the engine is closed", nil)
}
