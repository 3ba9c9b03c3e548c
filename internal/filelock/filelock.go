// Package filelock locks files against other processes.
package filelock

import "errors"

// ErrHeld reports that another process or open file holds a lock.
var ErrHeld = errors.New("the lock is held")
