package jetstream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Watch implements [store.Store]. After a lost connection, it reads all entries again and reports the differences.
func (s *Store) Watch(ctx context.Context, prefix string, f func(store.Entry)) error {
	if err := store.CheckPrefix(prefix); err != nil {
		return err
	}
	if !s.enter() {
		return store.ErrClosed
	}
	inner, end := context.WithCancel(ctx)
	unhook := context.AfterFunc(s.life, end)
	leave := func() {
		unhook()
		end()
		s.watching.Done()
	}
	w := &watch{store: s, prefix: prefix, f: f, known: map[string]uint64{}}
	if prefix != "" {
		w.filters = []string{token(prefix), token(prefix) + ".>"}
	}
	back := s.back.wait()
	changes, err := w.look(inner)
	if err != nil {
		leave()
		if s.closed.Load() {
			return store.ErrClosed
		}
		return &store.UnavailableError{Doing: "watch " + prefix, Err: err}
	}
	go func() {
		defer leave()
		w.follow(inner, changes, back)
	}()
	return nil
}

// enter counts a goroutine for which Close waits.
func (s *Store) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return false
	}
	s.watching.Add(1)
	return true
}

type watch struct {
	store   *Store
	prefix  string
	filters []string // none means everything
	f       func(store.Entry)
	known   map[string]uint64 // the revisions that f has seen
}

// subscription delivers the present entries and then the changes.
type subscription struct {
	watcher jetstream.KeyWatcher
	end     context.CancelFunc
}

// drop ends a subscription. The client ends only after it has delivered a pending change.
func (s subscription) drop() {
	s.end()
	_ = s.watcher.Stop()
	for range s.watcher.Updates() {
	}
}

// look subscribes, and reports the present entries and removals. It waits for the server no longer than the timeout, but for f
// without limit.
func (w *watch) look(ctx context.Context) (subscription, error) {
	inner, end := context.WithCancel(ctx)
	patience := time.AfterFunc(w.store.cfg.Timeout, end)
	defer patience.Stop()
	watcher, err := w.store.values.WatchFiltered(inner, slices.Clone(w.filters)) // it changes the slice
	if err != nil {
		end()
		return subscription{}, w.why(ctx, err)
	}
	s := subscription{watcher, end}
	seen := map[string]bool{}
	for change := range watcher.Updates() {
		if !patience.Stop() {
			break
		}
		if change == nil {
			w.forget(seen)
			return s, nil
		}
		if change.Operation() == jetstream.KeyValuePut {
			seen[untoken(change.Key())] = true
			w.tell(change)
		}
		patience.Reset(w.store.cfg.Timeout)
	}
	s.drop()
	return subscription{}, w.why(ctx, errSilent)
}

func (w *watch) why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("no answer from the NATS server within %v, is it running and reachable? %w", w.store.cfg.Timeout, err)
}

// follow reports changes until ctx ends.
func (w *watch) follow(ctx context.Context, s subscription, back <-chan struct{}) {
	defer func() { s.drop() }()
	for {
		lost := false
		select {
		case <-ctx.Done():
			return
		case <-back:
			lost = true
		case change, ok := <-s.watcher.Updates():
			if lost = !ok; change != nil {
				w.tell(change)
			}
		}
		for lost {
			back = w.store.back.wait()
			again, err := w.look(ctx)
			if err == nil {
				s.drop()
				s, lost = again, false
			} else if !wait(ctx, retryPause) {
				return
			}
		}
	}
}

// tell passes new values and every removal to f.
func (w *watch) tell(change jetstream.KeyValueEntry) {
	key := untoken(change.Key())
	if change.Operation() != jetstream.KeyValuePut {
		delete(w.known, key)
		w.f(store.Entry{Key: key})
		return
	}
	if w.known[key] != change.Revision() {
		w.known[key] = change.Revision()
		w.f(store.Entry{Key: key, Value: notNil(change.Value()), Revision: change.Revision()})
	}
}

// forget reports the removal of known entries that are gone.
func (w *watch) forget(seen map[string]bool) {
	for key := range w.known {
		if !seen[key] {
			delete(w.known, key)
			w.f(store.Entry{Key: key})
		}
	}
}
