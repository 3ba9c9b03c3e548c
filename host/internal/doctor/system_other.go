//go:build !linux && !darwin

package doctor

import (
	"errors"
	"io/fs"
)

func permissionsMatter() bool { return false }

func ownedByOther(fs.FileInfo) (owner int, other bool) { return 0, false }

func freeBytes(string) (uint64, error) { return 0, errors.ErrUnsupported }

func maxOpenFiles() (uint64, error) { return 0, errors.ErrUnsupported }
