//go:build unix

package edit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// like gives a file the owner and mode of another.
func like(f *os.File, info fs.FileInfo) error {
	have, err := f.Stat()
	if err != nil {
		return err
	}
	was, okWas := info.Sys().(*syscall.Stat_t)
	is, okIs := have.Sys().(*syscall.Stat_t)
	if okWas && okIs && (was.Uid != is.Uid || was.Gid != is.Gid) {
		if err := f.Chown(int(was.Uid), int(was.Gid)); err != nil {
			return fmt.Errorf("it belongs to another user or group: %w", pathless(err))
		}
	}
	return f.Chmod(info.Mode().Perm()) // after the owner, which may take bits away
}

// syncFolder has the disk keep a new name. A file system that cannot do that has done what it can.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
