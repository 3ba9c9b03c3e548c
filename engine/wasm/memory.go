package wasm

import "github.com/tetratelabs/wazero/experimental"

// memory is the linear memory of an instance. It stays where it is while it grows and knows when the guest wanted more
// than there may be, which a guest seldom reports in a form that a host understands.
type memory struct {
	reserved []byte // all that it may become; nil after Free
	bytes    []byte
	limit    uint64 // bytes
	refused  bool   // the running call has asked for more
	mapped   bool   // the image's file lies under it
	shrunk   uint64 // what the next Reallocate answers with, 0: what it is asked for
}

// newMemory reserves a memory of at most limit bytes, which takes none of the machine's until it is used.
func newMemory(limit uint64) (*memory, error) {
	reserved, err := reserve(limit)
	return &memory{reserved: reserved, limit: limit}, err
}

// Allocate implements experimental.MemoryAllocator.
func (m *memory) Allocate(_, most uint64) experimental.LinearMemory {
	m.limit = min(m.limit, most)
	m.bytes = m.reserved[:0]
	return m
}

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if m.shrunk > 0 {
		size = m.shrunk
	}
	if size > m.limit {
		m.refused = true
		return nil
	}
	m.bytes = m.reserved[:size]
	return m.bytes
}

// Free implements experimental.LinearMemory. wazero calls it when it closes an instance, but not for one that failed to
// start.
func (m *memory) Free() {
	release(m.reserved)
	m.reserved, m.bytes = nil, nil
}
