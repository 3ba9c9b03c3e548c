package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Numbers of system calls that are tried: more than there are, on the processor itself and, on amd64, of its second table (x32).
const (
	tableSize = 1024
	x32       = 0x40000000
)

// uretprobe and uprobe of amd64 end the process with SIGILL when they come from anywhere but the kernel's own trampolines. The kernel sees to
// that before any filter.
const uretprobe, uprobe = 335, 336

// returnless are the calls that do not return, so that they cannot be tried in a row.
var returnless = map[uintptr]bool{unix.SYS_EXIT: true, unix.SYS_EXIT_GROUP: true, unix.SYS_RT_SIGRETURN: true}

// sweep makes every system call that there may be, with arguments that mean nothing, and lists those that were not refused.
func sweep() string {
	runtime.LockOSThread() // never unlocked: what calls have left behind goes with the thread
	var reached []string
	for _, table := range []uintptr{0, x32} {
		for n := range uintptr(tableSize) {
			if table == 0 && (returnless[n] || runtime.GOARCH == "amd64" && (n == uretprobe || n == uprobe)) {
				continue
			}
			_, _, errno := unix.RawSyscall6(table+n, ^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0))
			if errno != unix.EPERM && errno != unix.ENOSYS {
				reached = append(reached, fmt.Sprint(table+n))
			}
		}
	}
	return strings.Join(reached, " ")
}

// call makes a system call for its error.
func call(number uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	if _, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
		return errno
	}
	return nil
}

func text(s string) uintptr {
	p, err := unix.BytePtrFromString(s)
	if err != nil {
		panic(err)
	}
	kept = append(kept, p)
	return uintptr(unsafe.Pointer(p))
}

// kept holds what addresses were taken of.
var kept []*byte

// execute tries to become another program. It returns only if that fails.
func execute(path string, args ...string) error {
	argv := make([]uintptr, len(args)+1)
	for i, a := range args {
		argv[i] = text(a)
	}
	return call(unix.SYS_EXECVE, text(path), uintptr(unsafe.Pointer(&argv[0])), 0)
}

// executeFile tries to become the program in a file.
func executeFile(fd int) error {
	argv := []uintptr{text("x"), 0}
	return call(unix.SYS_EXECVEAT, uintptr(fd), text(""), uintptr(unsafe.Pointer(&argv[0])), 0, unix.AT_EMPTY_PATH)
}

func init() {
	for what, try := range map[string]func(at string) error{
		//attack-each:process-programs
		"become a program":        func(string) error { return execute("/bin/true", "true") },
		"become a loader":         func(at string) error { return execute(at, at, "/bin/true") },
		"become itself":           func(string) error { return execute("/proc/self/exe", "x") },
		"become an open file":     openedProgram,
		"become a path of a file": func(string) error { return call(unix.SYS_EXECVEAT, 0, text("/bin/true"), 0, 0, unix.AT_EMPTY_PATH) },
		"become a memory file":    memoryProgram,
		"become a planted file":   plantedProgram,
		"fork":                    func(string) error { return forked(uintptr(unix.SIGCHLD)) },
		"fork with shared memory": func(string) error { return forked(uintptr(unix.SIGCHLD) | unix.CLONE_FILES | unix.CLONE_FS) },
		"fork as a sibling":       func(string) error { return forked(uintptr(unix.SIGCHLD) | unix.CLONE_PARENT) },

		//attack-each:process-outlives
		"leave its session":  func(string) error { return call(unix.SYS_SETSID) },
		"leave its group":    func(string) error { return call(unix.SYS_SETPGID, 0, 0) },
		"outlive its parent": func(string) error { return call(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0) },
		"adopt others":       func(string) error { return call(unix.SYS_PRCTL, unix.PR_SET_CHILD_SUBREAPER, 1) },
		//attack-each:process-kernel
		"raise its own limits":  func(string) error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) },
		"stop being restricted": func(string) error { return call(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1) },
		"add a filter":          func(string) error { return call(unix.SYS_PRCTL, unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_STRICT) },
		//attack-each:process-others
		"have another send signals": func(at string) error { return call(unix.SYS_FCNTL, 0, unix.F_SETOWN, uintptr(pid(at))) },

		//attack-each:process-files
		"change the mode of a file":    func(at string) error { return os.Chmod(at, 0o600) },
		"change the times of a file":   func(at string) error { return unix.Utimes(at, make([]unix.Timeval, 2)) },
		"change the owner of a file":   func(at string) error { return os.Chown(at, os.Getuid(), os.Getgid()) },
		"set an attribute of a file":   func(at string) error { return unix.Setxattr(at, "user.x", []byte("x"), 0) },
		"read an attribute of a file":  func(at string) error { return ignoring(unix.ENODATA, second(unix.Getxattr(at, "user.none", nil))) },
		"watch a file":                 watchFile,
		"cut a file":                   func(at string) error { return unix.Truncate(at, 6) },
		"make a symbolic link":         func(at string) error { return os.Symlink(at, filepath.Join(os.TempDir(), "symlink")) },
		"make a pipe with a name":      func(string) error { return unix.Mkfifo(filepath.Join(os.TempDir(), "fifo"), 0o600) },
		"learn of a file system":       func(at string) error { return unix.Statfs(at, new(unix.Statfs_t)) },
		"open a file by its handle":    func(at string) error { return second2(unix.NameToHandleAt(unix.AT_FDCWD, at, 0)) },
		"lock a file":                  func(string) error { return unix.Flock(0, unix.LOCK_SH) },
		"write back everything":        func(string) error { return call(unix.SYS_SYNC) },
		"make a memory file":           func(string) error { return second(unix.MemfdCreate("x", 0)) },
		"load a library from anywhere": func(at string) error { return mapCode(at) },

		//attack-each:process-network
		"make a pair of datagram sockets": func(string) error { return second3(unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)) },
		"make a datagram socket":          func(string) error { return second(unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)) },
		"make a packet socket":            func(string) error { return second(unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0)) },
		"make an internet socket":         func(string) error { return second(unix.Socket(unix.AF_INET6, unix.SOCK_STREAM, 0)) },
		"make a socket of the kernel":     func(string) error { return second(unix.Socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0)) },
		//attack-each:process-others
		"slow the host down":            func(at string) error { return unix.Setpriority(unix.PRIO_PROCESS, pid(at), 1) },
		"pin the host to a processor":   func(at string) error { return unix.SchedSetaffinity(pid(at), &unix.CPUSet{1}) },
		"see how the host is scheduled": func(at string) error { return call(unix.SYS_SCHED_GETSCHEDULER, uintptr(pid(at))) },
		"see the session of the host":   func(at string) error { return second(unix.Getsid(pid(at))) },
		"hold the host":                 func(at string) error { return second(unix.PidfdOpen(pid(at), 0)) },
		"hear of other processes":       func(string) error { return call(unix.SYS_FANOTIFY_INIT, 0, 0) },
		//attack-each:process-kernel
		"load a program into the kernel": func(string) error { return call(unix.SYS_BPF, 0, text(strings.Repeat("x", 200)), 120) },
		"count events of the processor": func(string) error {
			return call(unix.SYS_PERF_EVENT_OPEN, text(strings.Repeat("\x01", 200)), 0, ^uintptr(0), ^uintptr(0), 0)
		},
		"handle page faults":       func(string) error { return call(unix.SYS_USERFAULTFD, 0) },
		"keep a key in the kernel": func(string) error { return call(unix.SYS_ADD_KEY, text("user"), text("x"), text("x"), 1, ^uintptr(0)) },
		//attack-each:
	} {
		attempts[what] = try
	}
}

func second(_ any, err error) error     { return err }
func second2(_, _ any, err error) error { return err }
func second3(_ [2]int, err error) error { return err }

func ignoring(expected, err error) error {
	if err == expected {
		return nil
	}
	return err
}

// openedProgram executes a file at a number that an earlier one may have had.
func openedProgram(string) error {
	f, err := os.Open("/usr/lib/os-release")
	if err != nil {
		return err
	}
	var last error
	for fd := 3; fd < 40; fd++ {
		if last = executeFile(fd); last != unix.EPERM {
			return last
		}
	}
	_ = f.Close()
	return last
}

func memoryProgram(string) error {
	fd, err := unix.MemfdCreate("x", 0)
	if err != nil {
		return err
	}
	return executeFile(fd)
}

func plantedProgram(string) error {
	path := filepath.Join(os.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/true"), 0o700); err != nil {
		return err
	}
	return execute(path, path)
}

// forked makes a process that ends at once.
func forked(flags uintptr) error {
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
	}
	return nil
}

func watchFile(at string) error {
	fd, err := unix.InotifyInit()
	if err != nil {
		return err
	}
	return second(unix.InotifyAddWatch(fd, at, unix.IN_OPEN))
}

// mapCode maps a file that may be executed.
func mapCode(at string) error {
	f, err := os.Open(at)
	if err != nil {
		return err
	}
	defer f.Close()
	return second(unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE))
}
