// Package drain counts the work that is under way, so that closing something can wait for it.
package drain

import "sync"

// Counter counts work until Drain is called. The zero value is ready. It is safe for concurrent use.
type Counter struct {
	mu       sync.Mutex
	count    int
	draining bool
	idle     chan struct{} // made by Drain, closed once count is 0
}

// Begin counts one piece of work, for which Done must be called. It returns false, and counts nothing, after Drain.
func (c *Counter) Begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.draining {
		c.count++
	}
	return !c.draining
}

// Go runs f in a goroutine that is counted, even after Drain. The caller must hold work that is counted already.
func (c *Counter) Go(f func()) {
	c.mu.Lock()
	c.count++
	c.mu.Unlock()
	go func() {
		defer c.Done()
		f()
	}()
}

// Done ends one piece of work.
func (c *Counter) Done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count--; c.count == 0 && c.draining {
		close(c.idle)
	}
}

// Drain lets no more work begin. It returns a channel that is closed once no work is left.
func (c *Counter) Drain() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.draining {
		c.draining, c.idle = true, make(chan struct{})
		if c.count == 0 {
			close(c.idle)
		}
	}
	return c.idle
}
