package engine

import "runtime"

// Waiting returns the number of callers that wait for a call that is under way.
func (e *Engine) Waiting() int { return e.now.Load().calls.Waiting() }

// AwaitWaiting returns when so many callers wait.
func (e *Engine) AwaitWaiting(n int) {
	for e.Waiting() < n {
		runtime.Gosched()
	}
}
