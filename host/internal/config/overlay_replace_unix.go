//go:build unix

package config

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder makes the disk keep a new name. Some file systems cannot sync a folder, which is no error.
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
