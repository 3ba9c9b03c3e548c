//go:build linux || darwin

package doctor

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func permissionsMatter() bool { return true }

// ownedByOther reports whether a file belongs to another user than this process.
func ownedByOther(info fs.FileInfo) (owner int, other bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), int(s.Uid) != os.Geteuid()
}

// freeBytes returns how many bytes users other than root can still write on the disk of a folder.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// maxOpenFiles returns the hard limit: Go programs raise their own limit to it.
func maxOpenFiles() (uint64, error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, err
	}
	return r.Max, nil
}
