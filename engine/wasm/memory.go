package wasm

import "github.com/tetratelabs/wazero/experimental"

// memory is the linear memory of an instance. It stays where it is while it grows and knows when the guest wanted more
// than there may be, which a guest seldom reports in a form that a host understands.
type memory struct {
	bytes   []byte
	limit   uint64 // bytes
	refused bool   // the running call has asked for more
}

// Allocate implements experimental.MemoryAllocator.
func (m *memory) Allocate(_, most uint64) experimental.LinearMemory {
	m.limit = min(m.limit, most)
	m.bytes = make([]byte, 0, m.limit)
	return m
}

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		m.refused = true
		return nil
	}
	m.bytes = m.bytes[:size]
	return m.bytes
}

// Free implements experimental.LinearMemory.
func (m *memory) Free() { m.bytes = nil }
