package store

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed is what every operation gives once Close was called.
	ErrClosed = errors.New("the store is closed")
	// ErrBusy is given to the done of a record that was not taken, because too many others wait to be written.
	ErrBusy = errors.New("too many records of the ledger wait to be written")
)

// ConflictError says that a key no longer has the revision that was expected: read it again.
type ConflictError struct {
	Key      string
	Expected uint64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s has changed since revision %d", e.Key, e.Expected)
}

// KeyError says that a key, prefix or topic is not written as one.
type KeyError struct {
	Key    string
	Reason string
}

func (e *KeyError) Error() string {
	return fmt.Sprintf("%.200q is no key of a store: %s", e.Key, e.Reason)
}

// SizeError says that a value or a record is larger than [MaxValueBytes].
type SizeError struct {
	Key   string
	Bytes int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%d bytes for %s, where a store takes %d", e.Bytes, e.Key, MaxValueBytes)
}

// UnavailableError says that the store could not be reached, did not answer in time or refused. Whether a write was done is
// then unknown.
type UnavailableError struct {
	// Doing is what was tried, as in "set budget/jumdata".
	Doing string
	Err   error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("store: %s: %v", e.Doing, e.Err)
}

func (e *UnavailableError) Unwrap() error { return e.Err }
