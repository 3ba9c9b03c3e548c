package wasm

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// Config of a Runtime. The zero value is a good one.
type Config struct {
	// CacheDir keeps compiled modules between starts; it is made if it is not there. It holds machine code that is run, so
	// only the user of the program may be able to write to it. Empty means none: compiling a Go guest takes a second or two.
	CacheDir string
	// MemoryPages bounds the memory of one instance, in pages of 64 KiB. 0 means 256 (16 MiB), the most is 65,535.
	MemoryPages uint32
	// Instances bounds how many instances of one module live at once. 0 means GOMAXPROCS.
	Instances int
	// Fuel bounds the work of one call, and of making an instance. A simple instruction costs 1, others as much as they take
	// longer. 0 means [DefaultFuel].
	Fuel int64
	// MaxCalls is after how many calls an instance is replaced. 0 means 100,000.
	MaxCalls int
	// MaxIdleMemory replaces an instance whose memory has grown past this many bytes. 0 means three quarters of
	// MemoryPages.
	MaxIdleMemory uint32
	// Stderr receives what guests print, at most 64 KiB of each call, one write at a time; it may hold card data and is
	// discarded when nil.
	Stderr io.Writer
	// Trial, if not nil, has each module compiled in another process before this one compiles it: the compiler heeds no
	// context, and no estimate of what it takes is complete. It returns nil if [Try] with the same CacheDir ended there within
	// limits of time and memory, a *[TrialError] if it did not, and returns when ctx ends. It is called for one module at a time,
	// and not again for one that CacheDir has a note of. Without it, a module is judged by the estimate alone.
	Trial func(ctx context.Context, code []byte) error
}

// DefaultFuel is 50 times what the dearest honest step of the shipped plugins needs: one of baidu in which the guest
// collects its garbage. It lasts about half a second in a plain loop, and at most twice as long in anything else.
const DefaultFuel = 50 * 115_779_227

const (
	pageSize = 64 << 10
	maxPages = 1<<16 - 1
)

// check refuses values that mean nothing.
func (c Config) check() error {
	for _, n := range []struct {
		name  string
		value int64
	}{{"Instances", int64(c.Instances)}, {"Fuel", c.Fuel}, {"MaxCalls", int64(c.MaxCalls)}} {
		if n.value < 0 {
			return fmt.Errorf("wasm: %s is %d: give a positive number, or 0 for the default", n.name, n.value)
		}
	}
	if c.MemoryPages > maxPages {
		return fmt.Errorf("wasm: MemoryPages is %d: at most %d are possible", c.MemoryPages, maxPages)
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.MemoryPages == 0 {
		c.MemoryPages = 256
	}
	if c.Instances == 0 {
		c.Instances = runtime.GOMAXPROCS(0)
	}
	if c.Fuel == 0 {
		c.Fuel = DefaultFuel
	}
	if c.MaxCalls == 0 {
		c.MaxCalls = 100_000
	}
	if c.MaxIdleMemory == 0 {
		c.MaxIdleMemory = c.MemoryPages * (pageSize / 4 * 3)
	}
	if c.Stderr == nil {
		c.Stderr = io.Discard
	}
	c.Stderr = &serialWriter{w: c.Stderr}
	return c
}

// serialWriter lets instances that run side by side share a writer.
type serialWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *serialWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
