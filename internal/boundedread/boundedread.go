// Package boundedread reads files and streams that may be larger than they should be.
package boundedread

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// TooLargeError means that there is more to read than the limit.
type TooLargeError struct {
	// Limit is in bytes.
	Limit int64
}

func (e *TooLargeError) Error() string { return fmt.Sprintf("it has more than %d bytes", e.Limit) }

// All reads to the end. It returns a [*TooLargeError] if there are more than limit bytes.
func All(r io.Reader, limit int64) ([]byte, error) { return read(r, 0, limit) }

// File returns the content of a file. It returns a [*TooLargeError] if that has more than limit bytes.
func File(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return read(f, info.Size(), limit)
}

// read allocates once if size is right.
func read(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, &TooLargeError{limit}
	}
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := b.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > limit {
		return nil, &TooLargeError{limit}
	}
	return b.Bytes(), nil
}

// WithoutPath returns the cause of an error of a file operation, for a text that names the file itself.
func WithoutPath(err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return at.Err
	}
	return err
}
