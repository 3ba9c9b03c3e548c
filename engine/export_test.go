package engine

import "runtime"

// Waiting is how many callers wait for a call that is under way.
func (e *Engine) Waiting() int {
	e.now.Load().flights.mu.Lock()
	defer e.now.Load().flights.mu.Unlock()
	n := 0
	for _, same := range e.now.Load().flights.open {
		for _, f := range same {
			n += f.waiting
		}
	}
	return n
}

// AwaitWaiting returns when so many callers wait.
func (e *Engine) AwaitWaiting(n int) {
	for e.Waiting() < n {
		runtime.Gosched()
	}
}
