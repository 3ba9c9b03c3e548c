package edit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Sum tells a file as it was read from any other state of it. The zero value is of a file that is not there.
type Sum [sha256.Size]byte

// SumOf is the sum of a file with this text.
func SumOf(text []byte) Sum { return sha256.Sum256(text) }

// String is the sum in hexadecimal digits, for a form to carry.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// ParseSum is the sum that String has written.
func ParseSum(text string) (Sum, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(Sum{}) {
		return Sum{}, fmt.Errorf("the sum of a file is %d hexadecimal digits", 2*len(Sum{}))
	}
	return Sum(b), nil
}

// ChangedError is a file that is not as it was read: what is to be written is a change of another text.
type ChangedError struct {
	Path string
	// Now is the file's sum.
	Now Sum
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s has changed since it was read; read it again and make the change again", e.Path)
}

// FileError is a file that cannot be read or written.
type FileError struct {
	Path string
	// Problem says what was tried, Want what would help.
	Problem, Want string
	Err           error
}

func (e *FileError) Error() string {
	s := e.Path + ": " + e.Problem
	if e.Err != nil {
		s += ": " + pathless(e.Err).Error()
	}
	if e.Want != "" {
		s += "; " + e.Want
	}
	return s
}

func (e *FileError) Unwrap() error { return e.Err }

// Read gives the text of a configuration file, at most [MaxBytes], and its sum. A file that is not there has no text and the zero sum. Errors are
// *[FileError]s.
func Read(path string) ([]byte, Sum, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Sum{}, nil
	}
	if err != nil {
		return nil, Sum{}, &FileError{path, "cannot be read", "a file that the program's user may read", err}
	}
	defer func() { _ = f.Close() }() // opened for reading
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, Sum{}, &FileError{path, "is no regular file", "a file", err}
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, Sum{}, &FileError{path, "cannot be read", "", err}
	}
	if len(text) > MaxBytes {
		return nil, Sum{}, &FileError{path, fmt.Sprintf("has more than %d bytes", MaxBytes), "a shorter one", nil}
	}
	return text, SumOf(text), nil
}

// Write puts a text in the place of a configuration file as a whole: whoever reads the file, and whatever ends this program, it is either the old
// one or the new one. Mode and owner stay; access lists and other attributes do not. Through a symbolic link, its target is replaced and the
// link stays. A file that is not there is made for its owner alone.
//
// before is the sum of the file that the text is a change of; a *[ChangedError] says that the file is another one now. Between looking and
// replacing lies a moment that nothing guards, so that programs that write the same file at once must agree by themselves. Other errors
// are *[FileError]s: of a folder that cannot be written, as where Kubernetes mounts a ConfigMap, or an owner that cannot be kept.
func Write(path string, text []byte, before Sum) error {
	if len(text) > MaxBytes {
		return &FileError{path, "the text is too long", fmt.Sprintf("at most %d bytes", MaxBytes), nil}
	}
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !isLink(path):
		target = path
	case err != nil:
		return &FileError{path, "is a link that leads nowhere", "a file, or a link to one", err}
	}
	now, sum, err := Read(target)
	if err != nil {
		return err
	}
	if sum != before {
		return &ChangedError{path, sum}
	}
	if bytes.Equal(now, text) && sum != (Sum{}) {
		return nil
	}
	if err := replace(target, text); err != nil {
		return &FileError{path, "cannot be written", "a folder in which the program's user may make and replace files, and a file of that user", err}
	}
	return nil
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// replace writes a file beside another, with its mode and owner, and renames it.
func replace(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // no watcher of the folder minds such a name
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignore(f.Close(), fs.ErrClosed), ignore(os.Remove(f.Name()), fs.ErrNotExist))
		}
	}()
	if _, err = f.Write(text); err != nil {
		return err
	}
	if info, statErr := os.Stat(path); statErr == nil {
		if err = like(f, info); err != nil {
			return err
		}
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// ignore is an error, unless it is one that is expected.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// pathless is the cause of a file error without the path, which is told already, or is that of a file with a name of no meaning.
func pathless(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
