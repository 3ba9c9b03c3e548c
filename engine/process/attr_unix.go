//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

// separate gives the child a process group of its own.
func separate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// endGroup does nothing: there is no portable way to wait without reaping.
func endGroup(int, func()) {}

// killGroup kills the process and its group.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// mainThread does not matter where no thread is shut off and no child ends with one.
func mainThread() bool { return false }
