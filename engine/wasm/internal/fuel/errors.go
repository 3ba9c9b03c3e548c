package fuel

import (
	"errors"
	"fmt"
)

// Reasons for which [Instrument] refuses a module. Each comes wrapped in an [Error].
var (
	// ErrMalformed says the bytes are no valid WebAssembly module; build it again.
	ErrMalformed = errors.New("malformed module")
	// ErrUnsupported says the module uses something beyond WebAssembly 2.0 (threads, tail calls, exceptions, garbage
	// collection, relaxed SIMD); build it without that feature.
	ErrUnsupported = errors.New("unsupported by the fuel counter, build the module for WebAssembly 2.0")
	// ErrTooCostly says compiling the module may take too much time or memory; split its functions, or leave out what it does
	// not need.
	ErrTooCostly = errors.New("too costly to compile")
	// ErrNameTaken says the module already imports or exports [Global], or exports a name that begins as those of mutable
	// globals do: it was instrumented before, or pretends to be.
	ErrNameTaken = errors.New("the module already has an import or export that the meter adds (" + Global + ", " + statePrefix + "…)")
)

// ErrNotInstrumented is returned by [Set] for a module that carries no counter.
var ErrNotInstrumented = errors.New("the module has no fuel counter, instrument it before it is compiled")

// Error says why a module was refused and where. It unwraps to one of [ErrMalformed], [ErrUnsupported], [ErrNameTaken].
type Error struct {
	Reason error
	// Offset of the offending byte in the module given.
	Offset int
	// Detail says what was being read or what was found.
	Detail string
}

func (e *Error) Error() string {
	return fmt.Sprintf("fuel: byte %#x: %s: %v", e.Offset, e.Detail, e.Reason)
}

func (e *Error) Unwrap() error { return e.Reason }
