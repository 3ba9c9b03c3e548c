package process

import (
	"errors"

	"golang.org/x/sys/unix"
)

// mainThread reports whether the calling thread is the first one of the process.
func mainThread() bool { return unix.Gettid() == unix.Getpid() }

// endGroup waits until the process has exited, kills what it left in its group and calls done. The process has not been
// reaped until then, so its number cannot be another's.
func endGroup(pid int, done func()) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil {
			killGroup(pid)
			done()
		}
		return
	}
}

// killGroup kills the process and its group.
func killGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
