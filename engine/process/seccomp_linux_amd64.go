package process

import "golang.org/x/sys/unix"

const statAt = unix.SYS_NEWFSTATAT

// olderCalls are what amd64 has besides the calls that all processors have. C libraries still make them.
var olderCalls = []uint32{
	unix.SYS_ARCH_PRCTL, // where the data of a thread is
	unix.SYS_ACCESS, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_OPEN, unix.SYS_READLINK, unix.SYS_POLL, unix.SYS_EPOLL_WAIT,
}
