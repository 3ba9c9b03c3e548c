//go:build unix

package cli

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// writableFile reports whether a file can be replaced, as far as can be told without doing it.
func writableFile(path string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return unix.Access(filepath.Dir(path), unix.W_OK|unix.X_OK) == nil
}
