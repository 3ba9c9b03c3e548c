// Package boundedread reads files and streams that may be larger than they should be, and files that may not be files: opening a named
// pipe waits for its writer, and a device may never end. Every file that the program reads goes through it.
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

// IrregularError means that a path does not lead to a regular file.
type IrregularError struct {
	// Mode has the type of what is there.
	Mode fs.FileMode
}

func (e *IrregularError) Error() string {
	what := "something else"
	switch {
	case e.Mode.IsDir():
		what = "a directory"
	case e.Mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case e.Mode&fs.ModeSocket != 0:
		what = "a socket"
	case e.Mode&fs.ModeDevice != 0:
		what = "a device"
	}
	return "it is " + what + ", not a regular file"
}

// All reads to the end. It returns a [*TooLargeError] if there are more than limit bytes.
func All(r io.Reader, limit int64) ([]byte, error) { return read(r, 0, limit) }

// File returns the content of a file. It returns a [*TooLargeError] if that has more than limit bytes, and an [*IrregularError] if the
// path, or the link there, leads to something other than a file. It never waits for somebody who writes.
func File(path string, limit int64) ([]byte, error) {
	f, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	return read(f, size, limit)
}

// Open opens a file for reading, and returns its size. It refuses what [File] refuses.
func Open(path string) (f *os.File, size int64, err error) {
	info, err := os.Stat(path) // before it is opened, which some devices take as a command
	if err == nil && !info.Mode().IsRegular() {
		err = irregular(path, info)
	}
	if err != nil {
		return nil, 0, err
	}
	if f, err = os.OpenFile(path, os.O_RDONLY|nonblocking, 0); err != nil {
		return nil, 0, err
	}
	size, err = Regular(f) // it may be another one by now
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}

// Regular returns the size of an open file. It refuses what [File] refuses.
func Regular(f *os.File) (size int64, err error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular(f.Name(), info)
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func irregular(path string, info fs.FileInfo) error {
	return &fs.PathError{Op: "open", Path: path, Err: &IrregularError{info.Mode()}}
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
