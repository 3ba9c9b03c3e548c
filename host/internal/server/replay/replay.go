// Package replay answers a request that is repeated under the same idempotency key as it was answered the first time, without doing
// it again.
//
// Answers hold personal data. They are kept in memory alone, for a while, encrypted with a key that only the same request gives.
package replay

import (
	"container/list"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// ErrDifferent is another request under a key that was used already.
var ErrDifferent = errors.New("the idempotency key was used for another request")

// Answer to a request.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Config of a Store.
type Config struct {
	// Entries and Bytes that are kept at most; the oldest go first.
	Entries int
	Bytes   int
	// TTL is how long an answer is kept.
	TTL time.Duration
	// Now and Random are its clock and randomness.
	Now    func() time.Time
	Random io.Reader
}

// Store of answers. It is safe for concurrent use.
type Store struct {
	cfg    Config
	secret [32]byte // of this process

	mu      sync.Mutex
	entries map[[32]byte]*entry
	order   *list.List // of *entry that are kept, the oldest first
	bytes   int
}

// entry is one key: a request under way or the answer to it.
type entry struct {
	name, request [32]byte // of tenant and key, and of what was asked; neither can be had back from them
	done          chan struct{}
	answer        Answer // while somebody waits for it
	failed        bool   // there is no answer
	at            *list.Element
	nonce, sealed []byte
	expires       time.Time
}

// New makes a store. It fails when there is no randomness.
func New(cfg Config) (*Store, error) {
	s := &Store{cfg: cfg, entries: make(map[[32]byte]*entry), order: list.New()}
	if _, err := io.ReadFull(cfg.Random, s.secret[:]); err != nil {
		return nil, fmt.Errorf("no randomness: %w", err)
	}
	return s, nil
}

// Do answers a tenant's request: as it was answered before under the same key, or with do. The digest tells requests apart. A second
// request that comes while the first is under way waits for its answer. do says whether its answer is kept; one that is not is given to
// those that wait already. It fails with [ErrDifferent], and with the error of ctx while it waits.
func (s *Store) Do(ctx context.Context, tenant, key string, digest [32]byte, do func() (answer Answer, keep bool)) (a Answer, replayed bool, err error) {
	name, request := s.derive("name", []byte(tenant), []byte(key)), s.derive("request", digest[:])
	for {
		e, first := s.enter(name, request)
		if first {
			return s.first(e, digest, do), false, nil
		}
		if e.request != request {
			return Answer{}, false, ErrDifferent
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return Answer{}, false, ctx.Err()
		}
		a, ok := s.read(e, digest)
		if ok {
			return a, true, nil
		}
	}
}

// enter finds the entry of a name, or begins one.
func (s *Store) enter(name, request [32]byte) (e *entry, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if e := s.entries[name]; e != nil {
		return e, false
	}
	e = &entry{name: name, request: request, done: make(chan struct{})}
	s.entries[name] = e
	return e, true
}

// first does the request and keeps its answer. Where do panics, those that wait try for themselves.
func (s *Store) first(e *entry, digest [32]byte, do func() (Answer, bool)) Answer {
	e.failed = true
	keep := false
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if keep && s.seal(e, digest) == nil {
			e.at = s.order.PushBack(e)
			s.bytes += len(e.sealed)
			for s.order.Len() > s.cfg.Entries || s.bytes > s.cfg.Bytes {
				s.drop(s.order.Front().Value.(*entry))
			}
		} else {
			delete(s.entries, e.name)
		}
		close(e.done)
	}()
	answer, kept := do()
	e.answer, e.failed, keep = answer, false, kept
	return answer
}

// read is the answer of an entry that is done; ok is false when there is none.
func (s *Store) read(e *entry, digest [32]byte) (a Answer, ok bool) {
	s.mu.Lock()
	nonce, sealed, failed := e.nonce, e.sealed, e.failed
	s.mu.Unlock()
	if failed || sealed == nil {
		return e.answer, !failed
	}
	aead, err := s.cipher(e, digest)
	if err != nil {
		return a, false
	}
	text, err := aead.Open(nil, nonce, sealed, nil)
	if err != nil || json.Unmarshal(text, &a) != nil {
		return a, false
	}
	return a, true
}

// seal encrypts the answer and forgets it as it was; the caller holds the lock.
func (s *Store) seal(e *entry, digest [32]byte) error {
	text, err := json.Marshal(e.answer)
	if err != nil {
		return err
	}
	aead, err := s.cipher(e, digest)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(s.cfg.Random, nonce); err != nil {
		return err
	}
	e.nonce, e.sealed, e.expires = nonce, aead.Seal(nil, nonce, text, nil), s.cfg.Now().Add(s.cfg.TTL)
	e.answer = Answer{}
	return nil
}

func (s *Store) cipher(e *entry, digest [32]byte) (cipher.AEAD, error) {
	key := s.derive("cipher", e.name[:], digest[:])
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// expire drops what is too old; the caller holds the lock.
func (s *Store) expire() {
	now := s.cfg.Now()
	for at := s.order.Front(); at != nil && !now.Before(at.Value.(*entry).expires); at = s.order.Front() {
		s.drop(at.Value.(*entry))
	}
}

// drop forgets an answer; the caller holds the lock.
func (s *Store) drop(e *entry) {
	s.order.Remove(e.at)
	delete(s.entries, e.name)
	s.bytes -= len(e.sealed)
}

// derive gives what only this process can make of some parts, each for one use.
func (s *Store) derive(use string, parts ...[]byte) (out [32]byte) {
	h := hmac.New(sha256.New, s.secret[:])
	_, _ = io.WriteString(h, use) // a hash takes everything
	for _, p := range parts {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		_, _ = h.Write(p)
	}
	h.Sum(out[:0])
	return out
}
