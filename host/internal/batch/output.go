package batch

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/filelock"
)

// ErrInUse reports that another run writes to the file.
var ErrInUse = errors.New("another run writes to this file")

// Output is a file of lines that one run at a time appends to.
type Output struct {
	file *os.File
	size int64 // of all whole lines
}

// Create makes a new file, which only this user can read. The error is fs.ErrExist if there is one.
func Create(name string) (*Output, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return own(file)
}

// Continue opens the file of an earlier run, or makes it, and returns what that run did. It drops a line that was cut off. The error is
// [ErrInUse] if another run writes to it; then the file is as it was.
func Continue(name string) (*Output, *Earlier, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, err
	}
	o, err := own(file)
	if err != nil {
		return nil, nil, err
	}
	earlier, whole, err := Resume(file)
	if err == nil {
		o.size, err = whole, o.drop(whole)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return o, earlier, nil
}

// own locks a file, and closes it if that fails.
func own(file *os.File) (*Output, error) {
	_, err := boundedread.Regular(file)
	if err == nil {
		err = filelock.Lock(file)
	}
	if errors.Is(err, filelock.ErrHeld) {
		err = fmt.Errorf("%s: %w", file.Name(), ErrInUse)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Output{file: file}, nil
}

// drop removes everything behind the whole lines.
func (o *Output) drop(whole int64) error {
	if err := o.file.Truncate(whole); err != nil {
		return err
	}
	_, err := o.file.Seek(whole, io.SeekStart)
	return err
}

// Write appends a line. If it cannot be written as a whole, as on a full disk, the file keeps the lines before.
func (o *Output) Write(line []byte) (int, error) {
	n, err := o.file.Write(line)
	if err != nil {
		return n, errors.Join(err, o.drop(o.size))
	}
	o.size += int64(n)
	return n, nil
}

// Close closes the file and so unlocks it.
func (o *Output) Close() error { return o.file.Close() }
