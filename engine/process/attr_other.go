//go:build !unix

package process

import (
	"os"
	"os/exec"
)

func separate(*exec.Cmd) {}

func endGroup(int, func()) {}

// killGroup kills the process.
func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}

// mainThread does not matter where no thread is shut off and no child ends with one.
func mainThread() bool { return false }
