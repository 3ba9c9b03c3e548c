package jetstream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Watch implements [store.Store]. After the connection was lost, it looks at everything anew and tells what is different.
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

// enter counts a goroutine that Close shall wait for.
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
	filters []string // none is everything
	f       func(store.Entry)
	known   map[string]uint64 // the revisions that f was told of
}

// subscription is one look at what is there, and what changes from then on.
type subscription struct {
	watcher jetstream.KeyWatcher
	end     context.CancelFunc
}

// drop ends a subscription. Its client may be about to hand over a change, and ends only when it could.
func (s subscription) drop() {
	s.end()
	_ = s.watcher.Stop()
	for range s.watcher.Updates() {
	}
}

// look subscribes, and tells what is there and what is no more. It takes as long as f does, but waits only so long for the server.
func (w *watch) look(ctx context.Context) (subscription, error) {
	inner, end := context.WithCancel(ctx)
	patience := time.AfterFunc(w.store.cfg.Timeout, end)
	defer patience.Stop()
	watcher, err := w.store.values.WatchFiltered(inner, slices.Clone(w.filters)) // it writes into them
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

// follow tells changes until ctx ends.
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

// tell passes on a value that is new to f, and every removal.
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

// forget tells the removal of what was known and is not seen any more.
func (w *watch) forget(seen map[string]bool) {
	for key := range w.known {
		if !seen[key] {
			delete(w.known, key)
			w.f(store.Entry{Key: key})
		}
	}
}
