package engine

import (
	"context"
	"sync"
)

// turns lets one call at a time do what would be the same for all: fetch what is kept under a key. The others wait and
// then find it. A call that fails passes the turn on, not its failure, which may be its own (a deadline, a lost connection).
type turns struct {
	mu    sync.Mutex
	byKey map[string]*turn
}

type turn struct {
	free  chan struct{} // holds one token
	users int           // that wait or have it
}

// take waits for the turn until ctx ends. Unless ok is false, done must be called.
func (t *turns) take(ctx context.Context, key string) (done func(), ok bool) {
	x := t.enter(key)
	select {
	case <-x.free:
		return func() { x.free <- struct{}{}; t.leave(key, x) }, true
	case <-ctx.Done():
		t.leave(key, x)
		return nil, false
	}
}

func (t *turns) enter(key string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.byKey[key]
	if x == nil {
		if t.byKey == nil {
			t.byKey = make(map[string]*turn)
		}
		x = &turn{free: make(chan struct{}, 1)}
		x.free <- struct{}{}
		t.byKey[key] = x
	}
	x.users++
	return x
}

func (t *turns) leave(key string, x *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x.users--; x.users == 0 {
		delete(t.byKey, key)
	}
}
