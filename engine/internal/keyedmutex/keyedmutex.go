// Package keyedmutex locks by key: holders of different keys do not wait for each other.
package keyedmutex

import (
	"context"
	"sync"
)

// Mutex is one mutex for each key. A key that nobody holds or waits for takes no memory. The zero value is unlocked. It is safe for
// concurrent use.
type Mutex[K comparable] struct {
	mu    sync.Mutex
	locks map[K]*lock
}

type lock struct {
	free  chan struct{} // holds one token while nobody holds the lock
	users int           // holders and waiters
}

// Lock waits for a key until ctx ends, and then returns ctx.Err(). Without an error, unlock must be called exactly once.
func (m *Mutex[K]) Lock(ctx context.Context, key K) (unlock func(), err error) {
	l := m.enter(key)
	select {
	case <-l.free:
		return func() { l.free <- struct{}{}; m.leave(key, l) }, nil
	case <-ctx.Done():
		m.leave(key, l)
		return nil, ctx.Err()
	}
}

func (m *Mutex[K]) enter(key K) *lock {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.locks[key]
	if l == nil {
		if m.locks == nil {
			m.locks = make(map[K]*lock)
		}
		l = &lock{free: make(chan struct{}, 1)}
		l.free <- struct{}{}
		m.locks[key] = l
	}
	l.users++
	return l
}

func (m *Mutex[K]) leave(key K, l *lock) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(m.locks, key)
	}
}
