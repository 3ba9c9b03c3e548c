//go:build linux || darwin

package doctor

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func permissionsMatter() bool { return true }

// ownedByOther reports whether a file is another user's than this process's.
func ownedByOther(info fs.FileInfo) (owner int, other bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), int(s.Uid) != os.Geteuid()
}

// freeBytes is what users other than root may still write where a folder is.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// maxOpenFiles is the hard limit: Go programs raise their own to it.
func maxOpenFiles() (uint64, error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, err
	}
	return r.Max, nil
}
