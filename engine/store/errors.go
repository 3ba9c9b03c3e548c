package store

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed is returned by every operation after Close.
	ErrClosed = errors.New("the store is closed")
	// ErrBusy is passed to done for a record that was refused because too many others wait to be written.
	ErrBusy = errors.New("too many records of the ledger wait to be written")
)

// ConflictError reports that a key does not have the expected revision. Read it again.
type ConflictError struct {
	Key      string
	Expected uint64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s has changed since revision %d", e.Key, e.Expected)
}

// KeyError reports a key, prefix or topic that is not valid.
type KeyError struct {
	Key    string
	Reason string
}

func (e *KeyError) Error() string {
	return fmt.Sprintf("%.200q is not a key of a store: %s", e.Key, e.Reason)
}

// SizeError reports a value or record that is larger than [MaxValueBytes].
type SizeError struct {
	Key   string
	Bytes int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%d bytes for %s, but the maximum is %d", e.Bytes, e.Key, MaxValueBytes)
}

// UnavailableError reports that the store could not be reached, did not answer in time or refused. It is then unknown whether a
// write was done.
type UnavailableError struct {
	// Doing names the operation, as in "set budget/jumdata".
	Doing string
	Err   error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("store: %s: %v", e.Doing, e.Err)
}

func (e *UnavailableError) Unwrap() error { return e.Err }
