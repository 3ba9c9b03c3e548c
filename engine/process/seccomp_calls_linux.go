//go:build amd64 || arm64

package process

import (
	"slices"

	"golang.org/x/sys/unix"
)

// anyArguments are the system calls that a child may make with whatever arguments. The list is what `local` (Go, C and ONNX Runtime) and
// a provider in Go were seen to make, and what their libraries make now and then. Everything here is about the process itself, or about files
// and sockets, for which the rules of Landlock and the conditions below hold.
var anyArguments = []uint32{
	// Memory.
	unix.SYS_BRK, unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MREMAP,
	unix.SYS_MADVISE, // gives memory back
	unix.SYS_MINCORE, // the Go runtime asks what is mapped

	// Threads. clone has a condition.
	unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_SET_TID_ADDRESS, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ,
	unix.SYS_SCHED_GETAFFINITY, // how many processors there are
	unix.SYS_RESTART_SYSCALL,   // the kernel's own, after a stop
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP,

	// Signals that it gets. tgkill, which sends them, has a condition.
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,

	// Time.
	unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP,
	unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY, // where the kernel's library has no clock

	// What it is.
	unix.SYS_GETPID, unix.SYS_GETPPID, unix.SYS_GETTID, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID,
	unix.SYS_UNAME, unix.SYS_SYSINFO, unix.SYS_GETRUSAGE, unix.SYS_GETCWD,
	unix.SYS_GETRANDOM,

	// Files, which Landlock holds to its folders.
	unix.SYS_OPENAT, unix.SYS_CLOSE, unix.SYS_READ, unix.SYS_PREAD64, unix.SYS_READV, unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_WRITEV,
	unix.SYS_LSEEK, unix.SYS_FSTAT, statAt, unix.SYS_READLINKAT, unix.SYS_FACCESSAT, unix.SYS_GETDENTS64,
	unix.SYS_FTRUNCATE, unix.SYS_FSYNC, unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, // in its temporary folder
	unix.SYS_PIPE2, // go-plugin carries stdout and stderr through pipes
	unix.SYS_DUP3,

	// Waiting for files and sockets.
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_PPOLL,

	// A unix socket that it serves its host on. It cannot connect one. socket and setsockopt have conditions.
	unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_ACCEPT4, unix.SYS_GETSOCKNAME, unix.SYS_GETPEERNAME, unix.SYS_GETSOCKOPT, unix.SYS_SHUTDOWN,
}

// aThread are the flags with which clone makes a thread, and without which it makes a process. Other flags, such as those that make namespaces,
// the kernel refuses for threads, or they are about where a number is written.
const aThread = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_THREAD

// newNamespaces are the flags of clone that would give a thread a namespace of its own.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// allowedArguments are the system calls of which some uses are allowed.
func allowedArguments(password uint64) []conditional {
	return []conditional{
		// The one execution that makes the process the plugin. The kernel looks at five arguments; the sixth is a random number that only the host
		// knew, so that the plugin executes nothing: not another program, nor itself.
		{unix.SYS_EXECVEAT, []condition{low(5, uint32(password)), high(5, uint32(password>>32))}},
		// Threads, but no processes.
		{unix.SYS_CLONE, []condition{bits(0, aThread|newNamespaces, aThread)}},
		// Signals to its own threads, by which the Go runtime preempts. The process puts its number here.
		{unix.SYS_TGKILL, []condition{low(0, 0)}},
		// Of its limits, it may only ask.
		{unix.SYS_PRLIMIT64, []condition{low(0, 0), low(2, 0), high(2, 0)}},
		// Names of threads and of memory.
		{unix.SYS_PRCTL, []condition{low(0, unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA)}},
		// Not those that send signals (F_SETOWN), lock, lease or watch.
		{unix.SYS_FCNTL, []condition{low(1, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC)}},
		// Whether a file is a terminal.
		{unix.SYS_IOCTL, []condition{low(1, unix.TCGETS)}},
		// Unix sockets that must connect before they send. The type comes with flags.
		{unix.SYS_SOCKET, []condition{low(0, unix.AF_UNIX), bits(1, 0xf, unix.SOCK_STREAM)}},
		{unix.SYS_SETSOCKOPT, []condition{low(1, unix.SOL_SOCKET), low(2, unix.SO_REUSEADDR)}},
	}
}

// allowedCalls are those with any arguments, on this processor.
func allowedCalls() []uint32 { return slices.Concat(anyArguments, olderCalls) }
