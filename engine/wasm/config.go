package wasm

import (
	"io"
	"runtime"
)

// Config of a Runtime. The zero value is a good one.
type Config struct {
	// CacheDir keeps compiled modules between starts. Empty means none: compiling a Go guest takes a second or two.
	CacheDir string
	// MemoryPages bounds the memory of one instance, in pages of 64 KiB. 0 means 256 (16 MiB).
	MemoryPages uint32
	// Instances bounds how many instances of one module live at once. 0 means GOMAXPROCS.
	Instances int
	// Fuel bounds the work of one call, in WebAssembly instructions. 0 means 1e9, about a second.
	Fuel int64
	// MaxCalls is after how many calls an instance is replaced. 0 means 100,000.
	MaxCalls int
	// MaxIdleMemory replaces an instance whose memory has grown past this many bytes. 0 means three quarters of
	// MemoryPages.
	MaxIdleMemory uint32
	// Stderr receives what guests print; it may hold card data and is discarded when nil.
	Stderr io.Writer
}

const pageSize = 64 << 10

func (c Config) withDefaults() Config {
	if c.MemoryPages == 0 {
		c.MemoryPages = 256
	}
	if c.Instances == 0 {
		c.Instances = runtime.GOMAXPROCS(0)
	}
	if c.Fuel == 0 {
		c.Fuel = 1e9
	}
	if c.MaxCalls == 0 {
		c.MaxCalls = 100_000
	}
	if c.MaxIdleMemory == 0 {
		c.MaxIdleMemory = c.MemoryPages * pageSize / 4 * 3
	}
	if c.Stderr == nil {
		c.Stderr = io.Discard
	}
	return c
}
