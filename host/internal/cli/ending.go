package cli

import (
	"context"
	"sync"
	"time"
)

// endWithin is how long a command may take to end after it was asked to. A supervisor kills what takes longer, and people think that
// the program hangs.
const endWithin = 900 * time.Millisecond

// ending ends the program when a command does not: some work, such as that of a library, hears of no context.
type ending struct {
	exit func(status int)

	mu      sync.Mutex
	ctx     context.Context // of the command
	calls   int             // that are finished first
	timer   *time.Timer
	stopped bool
}

// watch begins with a command. The function that it returns ends it.
func (e *ending) watch(ctx context.Context) (stop func()) {
	if e == nil {
		return func() {}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ctx = ctx
	heard := context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.hurry()
	})
	return func() {
		heard()
		e.mu.Lock()
		defer e.mu.Unlock()
		e.stopped = true
		e.wait()
	}
}

// finish lets a call that vendors are paid for end first, however long it takes, and returns the function that says that it has.
func (e *ending) finish() (finished func()) {
	if e == nil {
		return func() {}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	e.wait()
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.calls--; e.ctx != nil && e.ctx.Err() != nil {
			e.hurry()
		}
	}
}

// hurry starts the time, if nothing is to be finished. The caller holds mu.
func (e *ending) hurry() {
	if e.calls == 0 && !e.stopped && e.timer == nil {
		e.timer = time.AfterFunc(endWithin, func() { e.exit(StatusInterrupted) })
	}
}

// wait stops the time. The caller holds mu.
func (e *ending) wait() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}
