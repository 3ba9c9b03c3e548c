// Package sealedcache keeps personal data for a while, in memory alone, so that a dump of the memory does not show it.
//
// Each value is encrypted with a key that is derived from parts which the caller has at hand when it asks for the value, such as a picture.
// The cache keeps neither these parts nor the key, only a secret of this process that is derived into both.
package sealedcache

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Errors of [Cache.Get] and [Cache.Peek].
var (
	ErrNotFound = errors.New("there is no such entry")
	// ErrWrongKey means that there is an entry of this name, and that the key does not open it.
	ErrWrongKey = errors.New("the key does not open the entry")
)

// Config of a Cache.
type Config struct {
	// Entries bounds how many values are kept, and Bytes how many bytes they have once they are encrypted; Bytes 0 is no bound. The least
	// recently used value is dropped first.
	Entries, Bytes int
	// TTL is how long a value is kept. With an Entries or TTL of 0 or less, nothing is kept.
	TTL time.Duration
	// Now and Random are the clock and the randomness of the cache.
	Now    func() time.Time
	Random io.Reader
}

// Cache keeps values of a type that can be written as JSON. It is safe for concurrent use.
type Cache[T any] struct {
	cfg    Config
	secret [32]byte

	mu      sync.Mutex
	entries *simplelru.LRU[[32]byte, *entry] // nil when nothing is kept
	bytes   int
}

type entry struct {
	nonce, sealed []byte
	expires       time.Time
}

// Key finds one value and opens it.
type Key struct {
	name, cipher [32]byte
}

// New returns an empty cache. It fails when there is no randomness.
func New[T any](cfg Config) (*Cache[T], error) {
	c := &Cache[T]{cfg: cfg}
	if cfg.Entries <= 0 || cfg.TTL <= 0 {
		return c, nil
	}
	if _, err := io.ReadFull(cfg.Random, c.secret[:]); err != nil {
		return nil, fmt.Errorf("no randomness: %w", err)
	}
	var err error
	c.entries, err = simplelru.NewLRU(cfg.Entries, func(_ [32]byte, e *entry) { c.bytes -= len(e.sealed) })
	return c, err
}

// Enabled reports whether the cache keeps anything.
func (c *Cache[T]) Enabled() bool { return c.entries != nil }

// Key derives the key of a value. The name finds it; name and secret together open it.
func (c *Cache[T]) Key(name [][]byte, secret ...[]byte) Key {
	return Key{name: c.derive("name", name), cipher: c.derive("cipher", slices.Concat(name, secret))}
}

func (c *Cache[T]) derive(use string, parts [][]byte) (out [32]byte) {
	h := hmac.New(sha256.New, c.secret[:])
	_, _ = io.WriteString(h, use) // a hash never fails
	for _, p := range parts {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		_, _ = h.Write(p)
	}
	h.Sum(out[:0])
	return out
}

// Get returns a value, which then counts as used. It fails with [ErrNotFound] or [ErrWrongKey].
func (c *Cache[T]) Get(key Key) (T, error) {
	return c.open(key, (*simplelru.LRU[[32]byte, *entry]).Get)
}

// Peek is Get, except that the value does not count as used.
func (c *Cache[T]) Peek(key Key) (T, error) {
	return c.open(key, (*simplelru.LRU[[32]byte, *entry]).Peek)
}

func (c *Cache[T]) open(key Key, find func(*simplelru.LRU[[32]byte, *entry], [32]byte) (*entry, bool)) (value T, err error) {
	e := c.find(key, find)
	if e == nil {
		return value, ErrNotFound
	}
	aead, err := aeadOf(key)
	if err != nil {
		return value, err
	}
	text, err := aead.Open(nil, e.nonce, e.sealed, nil)
	if err != nil {
		return value, ErrWrongKey
	}
	return value, json.Unmarshal(text, &value)
}

func (c *Cache[T]) find(key Key, find func(*simplelru.LRU[[32]byte, *entry], [32]byte) (*entry, bool)) *entry {
	if c.entries == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Now()
	c.expire(now)
	e, ok := find(c.entries, key.name)
	if !ok {
		return nil
	}
	if !now.Before(e.expires) {
		c.entries.Remove(key.name)
		return nil
	}
	return e
}

// Put keeps a value in place of the one before it. When it fails, nothing is kept.
func (c *Cache[T]) Put(key Key, value T) error {
	if c.entries == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	aead, err := aeadOf(key)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(c.cfg.Random, nonce); err != nil {
		return err
	}
	now := c.cfg.Now()
	e := &entry{nonce: nonce, sealed: aead.Seal(nil, nonce, text, nil), expires: now.Add(c.cfg.TTL)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire(now)
	c.entries.Remove(key.name)
	c.entries.Add(key.name, e)
	c.bytes += len(e.sealed)
	for c.cfg.Bytes > 0 && c.bytes > c.cfg.Bytes {
		c.entries.RemoveOldest()
	}
	return nil
}

// expire drops the least recently used values for as long as these are too old; the caller holds the lock.
func (c *Cache[T]) expire(now time.Time) {
	for _, e, ok := c.entries.GetOldest(); ok && !now.Before(e.expires); _, e, ok = c.entries.GetOldest() {
		c.entries.RemoveOldest()
	}
}

func aeadOf(key Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key.cipher[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
