package jetstream

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/filelock"
)

// LockedError reports that another store, probably of another process, uses the folder.
type LockedError struct {
	Dir string
	// PID of that process, 0 if it is not known.
	PID int
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("store: %s is in use by %s: end it, or let both share a NATS server by its URL", e.Dir, who)
}

// lock locks the folder until the file is closed or the process ends.
func lock(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: make a folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: lock a folder: %w", err)
	}
	if _, err := boundedread.Regular(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("store: lock a folder: %w; remove it", err)
	}
	err = filelock.Lock(file)
	if errors.Is(err, filelock.ErrHeld) {
		err = &LockedError{Dir: dir, PID: readPID(file)}
	} else if err == nil {
		err = writePID(file)
	} else {
		err = fmt.Errorf("store: %w", err)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// readPID returns 0 if the holder has not written its PID yet.
func readPID(file *os.File) int {
	text, _ := io.ReadAll(io.LimitReader(file, 32))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return pid
}

func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("store: lock a folder: %w", err)
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("store: lock a folder: %w", err)
	}
	return nil
}
