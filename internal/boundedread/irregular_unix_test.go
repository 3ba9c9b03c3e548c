//go:build unix

package boundedread_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

func TestFileReadsRegularFilesOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, link, socket := filepath.Join(dir, "pipe"), filepath.Join(dir, "link"), filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, link)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, says string }{
		//attack-each:supply-files
		{"a named pipe that nobody writes to", pipe, "a named pipe"},
		{"a link to a named pipe", link, "a named pipe"},
		{"a device without end", "/dev/zero", "a device"},
		{"a terminal", "/dev/tty", "a device"},
		{"a socket", socket, "a socket"},
		{"a folder", dir, "a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := boundedread.File(tt.path, 1<<20)
			var irregular *boundedread.IrregularError
			if !errors.As(err, &irregular) || !strings.Contains(irregular.Error(), tt.says+", not a regular file") {
				t.Errorf("got %v", err)
			}
			if got := boundedread.WithoutPath(err); got != error(irregular) { //nolint:errorlint // the cause itself
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestFileFollowsLinksToFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, []byte("text"), 0o600), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	if got, err := boundedread.File(link, 4); err != nil || string(got) != "text" {
		t.Errorf("got %q, %v", got, err)
	}
}
