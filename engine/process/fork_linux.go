package process

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setupStep is one system call that a new process makes before it becomes the plugin.
//
// A copy of a running Go program has one thread and a runtime that expects others, so almost nothing of Go may run in it. Therefore
// the parent prepares all calls, and the new process only carries them out. The memory that they point to must be kept alive.
type setupStep struct {
	// name says for errors what the call is for.
	name   string
	number uintptr
	args   [6]uintptr
	// least is the smallest result that is a success.
	least uintptr
	// into is where the result is written, for a later step; nil for none.
	into *uint32
	// optional steps may fail: the process reports the failure and goes on.
	optional bool
}

// report is what the new process writes about a step that failed, and about the step that says that it waits.
type report struct{ step, errno uint32 }

const reportSize = unsafe.Sizeof(report{})

// failedStep is the status of a process that did not become the plugin.
const failedStep = 127

// fork makes a copy of this process, which carries out the steps and writes reports to a file. The last step must execute another
// program or exit. The caller holds [syscall.ForkLock].
//
//go:nosplit
//go:norace
//go:noinline
func fork(flags uintptr, steps []setupStep, reports uintptr) (pid int, errno syscall.Errno) {
	var all, before uint64
	all = ^all
	// A signal would run the handler of the Go runtime, in the copy too.
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&before)), 8, 0, 0)
	number, second := flags|uintptr(unix.SIGCHLD), uintptr(0)
	if runtime.GOARCH == "s390x" { // where the stack comes first
		number, second = second, number
	}
	r, _, errno := unix.RawSyscall6(unix.SYS_CLONE, number, second, 0, 0, 0, 0)
	if errno != 0 || r != 0 {
		_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&before)), 0, 8, 0, 0)
		return int(r), errno
	}
	var failed report
	for i := 0; i < len(steps); i++ {
		s := &steps[i]
		r, _, errno = unix.RawSyscall6(s.number, s.args[0], s.args[1], s.args[2], s.args[3], s.args[4], s.args[5])
		if errno == 0 && r >= s.least {
			if s.into != nil {
				*s.into = uint32(r)
			}
			continue
		}
		failed.step, failed.errno = uint32(i), uint32(errno)
		_, _, _ = unix.RawSyscall(unix.SYS_WRITE, reports, uintptr(unsafe.Pointer(&failed)), reportSize)
		if !s.optional {
			break
		}
	}
	for {
		_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, failedStep, 0, 0)
	}
}
