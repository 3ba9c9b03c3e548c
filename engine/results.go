package engine

import (
	"container/list"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// ResultCache keeps recognitions for a while, so that a picture which a tenant sends again is not bought again. It is off by default:
// identity cards are personal data. What is kept is encrypted with a key that only the same picture gives, in memory alone.
type ResultCache struct {
	// Entries at most, the least recently used are dropped; 0 keeps nothing.
	Entries int
	// TTL is how long a result is good for.
	TTL time.Duration
}

// results is a ResultCache at work.
type results struct {
	cfg    ResultCache
	random io.Reader
	secret [32]byte // of this process

	mu      sync.Mutex
	entries map[[32]byte]*list.Element
	recent  *list.List // of *sealed, the most recently used first
}

// sealed is one encrypted recognition.
type sealed struct {
	name   [32]byte
	nonce  []byte
	text   []byte
	expire time.Time
}

// resultKey is where a result is kept, and what opens it; neither can be had without the picture.
type resultKey struct {
	name, cipher [32]byte
	ok           bool
}

func newResults(cfg ResultCache, random io.Reader) (*results, error) {
	r := &results{cfg: cfg, random: random, entries: make(map[[32]byte]*list.Element), recent: list.New()}
	if cfg.Entries <= 0 || cfg.TTL <= 0 {
		return r, nil
	}
	if _, err := io.ReadFull(random, r.secret[:]); err != nil {
		return nil, fmt.Errorf("no randomness: %w", err)
	}
	return r, nil
}

// key of a request: of its tenant, its picture and all that it asks. A picture given by URL has none, for what is there may change.
func (r *results) key(req *Request, picture []byte) (k resultKey) {
	if r.cfg.Entries <= 0 || r.cfg.TTL <= 0 || len(picture) == 0 {
		return k
	}
	hash := sha256.Sum256(picture)
	asked, err := json.Marshal([]any{req.Tenant, req.Route, req.Provider, req.Document, req.Side, req.Extras, req.Fields, req.Signals, req.Labels, req.options})
	if err != nil {
		return k // options that cannot be told apart
	}
	k.name = r.derive("name", hash[:], asked)
	k.cipher = r.derive("cipher", hash[:], asked)
	k.ok = true
	return k
}

func (r *results) derive(use string, parts ...[]byte) (out [32]byte) {
	h := hmac.New(sha256.New, r.secret[:])
	_, _ = io.WriteString(h, use) // a hash takes everything
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "/%d/", len(p))
		_, _ = h.Write(p)
	}
	h.Sum(out[:0])
	return out
}

// get gives what was kept; nil when there is nothing.
func (r *results) get(k resultKey, now time.Time) *Recognition {
	if !k.ok {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.entries[k.name]
	if at == nil {
		return nil
	}
	s := at.Value.(*sealed)
	if !now.Before(s.expire) {
		r.drop(at)
		return nil
	}
	r.recent.MoveToFront(at)
	aead, err := seal(k)
	if err != nil {
		return nil
	}
	text, err := aead.Open(nil, s.nonce, s.text, nil)
	if err != nil {
		return nil
	}
	out := new(Recognition)
	if err := json.Unmarshal(text, out); err != nil {
		return nil
	}
	return out
}

// put keeps a result. One that cannot be kept is not.
func (r *results) put(k resultKey, result *Recognition, now time.Time) {
	if !k.ok {
		return
	}
	text, err := json.Marshal(result)
	if err != nil {
		return
	}
	aead, err := seal(k)
	if err != nil {
		return
	}
	s := &sealed{name: k.name, nonce: make([]byte, aead.NonceSize()), expire: now.Add(r.cfg.TTL)}
	if _, err := io.ReadFull(r.random, s.nonce); err != nil {
		return
	}
	s.text = aead.Seal(nil, s.nonce, text, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.entries[k.name]; at != nil {
		r.drop(at)
	}
	r.entries[k.name] = r.recent.PushFront(s)
	for r.recent.Len() > r.cfg.Entries {
		r.drop(r.recent.Back())
	}
}

// drop forgets an entry; the caller holds the lock.
func (r *results) drop(at *list.Element) {
	delete(r.entries, at.Value.(*sealed).name)
	r.recent.Remove(at)
}

func seal(k resultKey) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.cipher[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
