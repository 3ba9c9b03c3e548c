package store

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// MemoryConfig of a store in memory. Its zero value is valid.
type MemoryConfig struct {
	// LedgerBytes bounds the ledger, which forgets its oldest records. 0 means 64 MiB.
	LedgerBytes int
	// Now is the clock for the times of records; nil means time.Now.
	Now func() time.Time
}

// Memory is a [Store] in the memory of this process. Nothing outlives the process; done means that the record can be read.
type Memory struct {
	limit int
	now   func() time.Time

	mu       sync.Mutex
	closed   bool
	revision uint64
	entries  map[string]Entry
	watchers map[*watcher]struct{}
	watching sync.WaitGroup
	ledger   memoryLedger
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty store in memory, with the bounds of a zero [MemoryConfig].
func NewMemory() *Memory { return MemoryConfig{}.New() }

// New returns an empty store in memory.
func (c MemoryConfig) New() *Memory {
	if c.LedgerBytes <= 0 {
		c.LedgerBytes = 64 << 20
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Memory{
		limit: c.LedgerBytes, now: c.Now,
		entries: map[string]Entry{}, watchers: map[*watcher]struct{}{},
	}
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, key string) (Entry, error) {
	if err := CheckKey(key); err != nil {
		return Entry{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return Entry{}, err
	}
	entry, ok := m.entries[key]
	if !ok {
		return Entry{Key: key}, nil
	}
	return entry, nil
}

// Set implements [Store].
func (m *Memory) Set(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if err := CheckWrite(key, value); err != nil {
		return 0, err
	}
	entry := Entry{Key: key, Value: append([]byte{}, value...)} // never nil, which means that there is no value
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return 0, err
	}
	if m.entries[key].Revision != revision {
		return 0, &ConflictError{key, revision}
	}
	m.revision++
	entry.Revision = m.revision
	m.entries[key] = entry
	m.tell(entry)
	return entry.Revision, nil
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, key string, revision uint64) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return err
	}
	if m.entries[key].Revision != revision {
		return &ConflictError{key, revision}
	}
	if revision == 0 {
		return nil
	}
	delete(m.entries, key)
	m.tell(Entry{Key: key})
	return nil
}

// Append implements [Store]. done is called before it returns.
func (m *Memory) Append(topic string, record []byte, done func(error)) {
	done(m.append(topic, record))
}

func (m *Memory) append(topic string, record []byte) error {
	if err := CheckWrite(topic, record); err != nil {
		return err
	}
	data := bytes.Clone(record)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.ledger.add(Record{Topic: topic, Time: m.now(), Data: data}, m.limit)
	return nil
}

// Exclusive implements [Store]. It returns true.
func (m *Memory) Exclusive() bool { return true }

// Close implements [Store]. It waits until watching functions have returned.
func (m *Memory) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	for w := range m.watchers {
		w.end()
	}
	m.entries, m.ledger = nil, memoryLedger{}
	m.mu.Unlock()

	ended := make(chan struct{})
	go func() {
		m.watching.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// usable returns why the store cannot be used. The lock must be held.
func (m *Memory) usable(ctx context.Context) error {
	if m.closed {
		return ErrClosed
	}
	return ctx.Err()
}
