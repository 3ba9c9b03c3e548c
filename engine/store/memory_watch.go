package store

import (
	"context"
	"sync"
)

// watcher holds the changes that its function has not seen yet. It keeps the last one of each key, which bounds its memory for a
// slow function.
type watcher struct {
	prefix string
	end    context.CancelFunc
	wake   chan struct{} // has room for one value, which says that there are changes

	mu      sync.Mutex
	changes map[string]Entry
}

// Watch implements [Store].
func (m *Memory) Watch(ctx context.Context, prefix string, f func(Entry)) error {
	if err := CheckPrefix(prefix); err != nil {
		return err
	}
	inner, end := context.WithCancel(ctx)
	w := &watcher{prefix: prefix, end: end, wake: make(chan struct{}, 1), changes: map[string]Entry{}}
	present, err := m.enter(ctx, w)
	if err != nil {
		end()
		return err
	}
	for _, entry := range present {
		if inner.Err() != nil {
			m.leave(w)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return ErrClosed
		}
		f(entry)
	}
	go func() {
		defer m.leave(w)
		w.run(inner, f)
	}()
	return nil
}

// enter registers a watcher and returns the entries under its prefix at that moment.
func (m *Memory) enter(ctx context.Context, w *watcher) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return nil, err
	}
	var present []Entry
	for key, entry := range m.entries {
		if Under(key, w.prefix) {
			present = append(present, entry)
		}
	}
	m.watchers[w] = struct{}{}
	m.watching.Add(1)
	return present, nil
}

func (m *Memory) leave(w *watcher) {
	w.end()
	m.mu.Lock()
	delete(m.watchers, w)
	m.mu.Unlock()
	m.watching.Done()
}

// tell passes a change to the watchers. The store's lock must be held, which orders the changes.
func (m *Memory) tell(change Entry) {
	for w := range m.watchers {
		if Under(change.Key, w.prefix) {
			w.add(change)
		}
	}
}

func (w *watcher) add(change Entry) {
	w.mu.Lock()
	w.changes[change.Key] = change
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *watcher) take() map[string]Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	changes := w.changes
	w.changes = map[string]Entry{}
	return changes
}

func (w *watcher) run(ctx context.Context, f func(Entry)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		}
		for _, change := range w.take() {
			if ctx.Err() != nil {
				return
			}
			f(change)
		}
	}
}
