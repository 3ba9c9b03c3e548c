package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// FileError says that the console's file cannot be read or written.
type FileError struct {
	Path string
	// Problem says what was tried.
	Problem string
	Err     error
}

func (e *FileError) Error() string {
	return e.Path + ": " + e.Problem + ": " + boundedread.WithoutPath(e.Err).Error() + "; it needs a folder in which the program's user may create files, " +
		"and console.file can name one elsewhere"
}

func (e *FileError) Unwrap() error { return e.Err }

// replaceFile writes a file with mode 0600 beside another and renames it.
func replaceFile(path string, text []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // its mode is 0600, and no watcher of the folder minds such a name
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		for _, e := range []error{f.Close(), os.Remove(f.Name())} {
			if e != nil && !errors.Is(e, fs.ErrClosed) && !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	if _, err = f.Write(text); err != nil {
		return err
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
	return syncFolder(dir)
}
