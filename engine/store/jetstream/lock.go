package jetstream

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// LockedError says that another store, most likely of another process, works on the folder.
type LockedError struct {
	Dir string
	// PID of the process that holds it, 0 if that is not known.
	PID int
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("store: %s is in use by %s: end it, or let both share a NATS server by its URL", e.Dir, who)
}

// lock makes the folder this process's own until the file is closed or the process ends, however that happens.
func lock(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: make a folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: lock a folder: %w", err)
	}
	err = lockFile(file)
	if errors.Is(err, errHeld) {
		err = &LockedError{Dir: dir, PID: readPID(file)}
	} else if err == nil {
		err = writePID(file)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

var errHeld = errors.New("the lock is held")

// readPID gives 0 if the holder has not written itself down yet.
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
