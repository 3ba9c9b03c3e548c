package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Codes of JetStream errors for which its client has no names.
const (
	codeUnavailable jetstream.ErrorCode = 10008 // the cluster has no leader yet
	codeBusyKey     jetstream.ErrorCode = 10163 // the cluster does not know the revision of a key yet
	codeFull        jetstream.ErrorCode = 10077 // a bound is reached, or the disk is full
)

// errSilent means that an expected answer of the server is missing.
var errSilent = errors.New("the server sent nothing")

// retryPause is the wait between two requests while a cluster chooses a leader.
const retryPause = 100 * time.Millisecond

// requestTime is how long a request that can be repeated waits for its answer.
const requestTime = 2 * time.Second

// Store is a [store.Store] in NATS JetStream.
type Store struct {
	cfg      Config
	embedded *embedded // nil for an external server
	conn     *nats.Conn
	js       jetstream.JetStream
	values   jetstream.KeyValue
	ledger   jetstream.Stream
	appender *appender
	back     broadcast // an event for each restored connection

	closed   atomic.Bool
	life     context.Context // of all background work
	end      context.CancelFunc
	mu       sync.Mutex // orders watching.Add before watching.Wait
	watching sync.WaitGroup
	close    sync.Once
	closeErr error
}

var _ store.Store = (*Store)(nil)

// Open starts the server in this process or connects to the external one, and makes or updates the bucket and the stream. The error
// is a *[ConfigError], a *[LockedError], a *[store.UnavailableError] or that of the file system.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	cfg, err := cfg.completed()
	if err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg}
	s.life, s.end = context.WithCancel(context.Background())
	if err := s.open(ctx); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.cfg.Dir != "" {
		if s.embedded, err = startEmbedded(s.cfg); err != nil {
			return err
		}
	}
	if s.conn, err = s.connect(); err != nil {
		return err
	}
	s.js, err = jetstream.New(s.conn,
		jetstream.WithDefaultTimeout(s.cfg.Timeout),
		jetstream.WithPublishAsyncTimeout(s.cfg.Timeout),
		jetstream.WithPublishAsyncMaxPending(MaxWaiting+1), // the appender keeps the bound; this must not be lower
	)
	if err != nil {
		return err
	}
	if err := s.ask(ctx, "make bucket and stream of", s.cfg.Name, s.provide); err != nil {
		return err
	}
	s.appender = startAppender(s.life, s.js, s.cfg.Name)
	return nil
}

// Exclusive implements [store.Store]. It returns true for the server in this process.
func (s *Store) Exclusive() bool { return s.embedded != nil }

// Close implements [store.Store].
func (s *Store) Close(ctx context.Context) error {
	s.close.Do(func() {
		s.mu.Lock()
		s.closed.Store(true)
		s.mu.Unlock()
		s.closeErr = errors.Join(s.appender.close(ctx), s.endWatching(ctx))
		s.release()
	})
	return s.closeErr
}

// endWatching waits until watching functions have returned.
func (s *Store) endWatching(ctx context.Context) error {
	s.end()
	ended := make(chan struct{})
	go func() {
		s.watching.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("store: closed while a watching function was running: %w", ctx.Err())
	}
}

// release releases everything, also of a store that was opened only in part.
func (s *Store) release() {
	s.end()
	if s.conn != nil {
		s.conn.Close()
	}
	if s.appender != nil {
		<-s.appender.settled
	}
	if s.embedded != nil {
		s.embedded.stop()
	}
}

// ask is like do, for requests that may be repeated: one without an answer is repeated after a part of the time. A cluster without
// a leader does not answer, and answers are lost with a connection.
func (s *Store) ask(ctx context.Context, verb, object string, f func(context.Context) error) error {
	return s.do(ctx, verb, object, func(ctx context.Context) error {
		request, cancel := context.WithTimeout(ctx, min(s.cfg.Timeout/3, requestTime))
		defer cancel()
		err := f(request)
		if err != nil && request.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", errSilent, err)
		}
		return err
	})
}

// do makes a request, and repeats it within the timeout as long as no server accepts it. A conflict is returned as it is.
func (s *Store) do(ctx context.Context, verb, object string, f func(context.Context) error) error {
	if s.closed.Load() {
		return store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return &store.UnavailableError{Doing: verb + " " + object, Err: err}
	}
	inner, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err := f(inner)
	for unheard(err) && wait(inner, retryPause) {
		err = f(inner)
	}
	var conflict *store.ConflictError
	switch {
	case err == nil, errors.As(err, &conflict):
		return err
	case s.closed.Load():
		return store.ErrClosed
	case inner.Err() != nil && ctx.Err() == nil:
		err = fmt.Errorf("no answer from the NATS server within %v, is it running and reachable? %w", s.cfg.Timeout, err)
	}
	return &store.UnavailableError{Doing: verb + " " + object, Err: err}
}

// unheard reports whether an error proves that nothing was done, and that a later request may succeed.
func unheard(err error) bool {
	var api *jetstream.APIError
	return errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) ||
		errors.Is(err, errSilent) || errors.As(err, &api) && (api.ErrorCode == codeUnavailable || api.ErrorCode == codeBusyKey)
}

// wait waits for d. It returns false if ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// token encodes a key or topic as a NATS subject. Keys have no dots, so untoken can decode it.
func token(key string) string { return strings.ReplaceAll(key, "/", ".") }

func untoken(text string) string { return strings.ReplaceAll(text, ".", "/") }
