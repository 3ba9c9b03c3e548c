// Package replay answers a repeated request with the answer that it had the first time under the same idempotency key.
//
// Answers hold personal data: they are kept in a [sealedcache.Cache], which only the same request opens.
package replay

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/sealedcache"
)

// ErrDifferent means that the idempotency key was used for another request.
var ErrDifferent = errors.New("the idempotency key was used for another request")

// Answer to a request.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Config of a Store.
type Config struct {
	// Entries and Bytes bound how many answers are kept, and how many bytes of them. The oldest are dropped first.
	Entries int
	Bytes   int
	// TTL is how long an answer is kept.
	TTL time.Duration
	// Now and Random are the clock and the randomness of the store.
	Now    func() time.Time
	Random io.Reader
}

// Store of answers. It is safe for concurrent use.
type Store struct {
	answers *sealedcache.Cache[Answer]

	mu      sync.Mutex
	running map[name]*request
}

// name of a request: an idempotency key of a tenant.
type name struct{ tenant, key string }

// request is one that is under way. All but its digest is set when done is closed.
type request struct {
	digest [32]byte
	done   chan struct{}
	answer Answer
	failed bool // there is no answer
}

// New returns an empty store. It fails when there is no randomness.
func New(cfg Config) (*Store, error) {
	answers, err := sealedcache.New[Answer](sealedcache.Config{Entries: cfg.Entries, Bytes: cfg.Bytes, TTL: cfg.TTL, Now: cfg.Now, Random: cfg.Random})
	if err != nil {
		return nil, err
	}
	return &Store{answers: answers, running: make(map[name]*request)}, nil
}

// Do returns the answer that a tenant's request had before under the same key, or the answer of do. The digest tells requests apart. A
// request that comes while the first one is under way waits for its answer. do says whether its answer is kept; one that is not kept goes
// only to those that wait already. Do fails with [ErrDifferent], or with ctx.Err() while it waits.
func (s *Store) Do(ctx context.Context, tenant, key string, digest [32]byte, do func() (answer Answer, keep bool)) (a Answer, replayed bool, err error) {
	for n := (name{tenant, key}); ; {
		sealed := s.answers.Key([][]byte{[]byte(tenant), []byte(key)}, digest[:])
		r, first, err := s.enter(n, sealed, digest)
		switch {
		case err != nil:
			return Answer{}, false, err
		case first:
			return s.first(n, sealed, r, do), false, nil
		case r.digest != digest:
			return Answer{}, false, ErrDifferent
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			return Answer{}, false, ctx.Err()
		}
		if !r.failed {
			return r.answer, true, nil
		}
	}
}

// enter finds the request of a name, under way or done, or begins one.
func (s *Store) enter(n name, sealed sealedcache.Key, digest [32]byte) (r *request, first bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.running[n]; r != nil {
		return r, false, nil
	}
	r = &request{digest: digest, done: make(chan struct{})}
	switch r.answer, err = s.answers.Peek(sealed); {
	case err == nil:
		close(r.done)
		return r, false, nil
	case errors.Is(err, sealedcache.ErrNotFound):
		s.running[n] = r
		return r, true, nil
	default:
		return nil, false, ErrDifferent // the digest does not open the answer
	}
}

// first carries a request out and keeps its answer. When do panics, the requests that wait are carried out themselves.
func (s *Store) first(n name, sealed sealedcache.Key, r *request, do func() (Answer, bool)) Answer {
	r.failed = true
	keep := false
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if keep {
			_ = s.answers.Put(sealed, r.answer) // an answer that cannot be kept is given all the same
		}
		delete(s.running, n)
		close(r.done)
	}()
	answer, kept := do()
	r.answer, r.failed, keep = answer, false, kept
	return answer
}
