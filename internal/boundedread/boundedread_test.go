package boundedread_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

func TestAllAndFileReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	for _, size := range []int{0, 1, 99, 100, 101, 10000} {
		text := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func() ([]byte, error){
			"All":  func() ([]byte, error) { return boundedread.All(iotest.OneByteReader(bytes.NewReader(text)), 100) },
			"File": func() ([]byte, error) { return boundedread.File(path, 100) },
		} {
			got, err := read()
			if size <= 100 {
				if err != nil || !bytes.Equal(got, text) {
					t.Errorf("%s of %d bytes: %d bytes, %v", name, size, len(got), err)
				}
				continue
			}
			if large := (*boundedread.TooLargeError)(nil); !errors.As(err, &large) || large.Limit != 100 || got != nil {
				t.Errorf("%s of %d bytes: %d bytes, %v", name, size, len(got), err)
			}
		}
	}
}

func TestAllReturnsTheErrorOfItsReader(t *testing.T) {
	t.Parallel()
	if _, err := boundedread.All(iotest.ErrReader(io.ErrClosedPipe), 100); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

func TestWithoutPath(t *testing.T) {
	t.Parallel()
	_, err := boundedread.File(filepath.Join(t.TempDir(), "missing"), 1)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if got := boundedread.WithoutPath(err); got != syscall.ENOENT { //nolint:errorlint // the cause itself
		t.Errorf("%v", got)
	}
	if got := boundedread.WithoutPath(io.EOF); got != io.EOF { //nolint:errorlint // the error itself
		t.Errorf("%v", got)
	}
}
