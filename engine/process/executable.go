package process

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
)

// executable is the plugin's code where it can be executed and not be changed.
type executable struct {
	// file is a sealed memory file; nil for a private copy.
	file *os.File
	// path of the private copy.
	path string
	// loader is the program that the system executes with it to load its libraries; empty if there is none.
	loader string
}

// parts are the files that must be executed to execute it.
func (e *executable) parts() []string {
	return slices.DeleteFunc([]string{e.path, e.loader}, func(path string) bool { return path == "" })
}

// close gives the code up. Children that run it go on.
func (e *executable) close() {
	if e.file != nil {
		_ = e.file.Close()
	}
	if e.path != "" {
		_ = os.RemoveAll(filepath.Dir(e.path))
	}
}

// privateCopy writes the code into a new folder that only this user can enter.
func privateCopy(code []byte) (*executable, error) {
	dir, err := os.MkdirTemp("", "ocrmux-plugin-")
	if err != nil {
		return nil, err
	}
	name := "provider"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	e := &executable{path: filepath.Join(dir, name)}
	// A process that is being forked at this moment would inherit the open file, and an executable that is open for writing
	// cannot be started ("text file busy").
	syscall.ForkLock.RLock()
	err = os.WriteFile(e.path, code, 0o500)
	syscall.ForkLock.RUnlock()
	if err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}
