//go:build amd64 || arm64

package process

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Where a filter finds the system call: struct seccomp_data of linux/seccomp.h. Both architectures are little-endian, so that the lower half of an
// argument comes first; those that are looked at are ints, of which the kernel itself takes no more.
const (
	offNumber       = 0
	offArchitecture = 4
	offArguments    = 16
)

// Verdicts.
const (
	allow = unix.SECCOMP_RET_ALLOW
	kill  = unix.SECCOMP_RET_KILL_PROCESS
)

func fail(errno unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(errno) }

// forbidden calls reach other processes, other machines or the kernel's own insides, or go around the rules about files. Everything else is
// what programs do to themselves.
var forbidden = []uint32{
	// to be heard elsewhere: a child answers its host, and calls nobody
	unix.SYS_CONNECT,
	// other processes
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PROCESS_MRELEASE, unix.SYS_KCMP,
	unix.SYS_PIDFD_GETFD, unix.SYS_PERF_EVENT_OPEN, unix.SYS_SETPRIORITY, unix.SYS_IOPRIO_SET, unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES,
	unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SEMGET, unix.SYS_MSGGET, unix.SYS_MQ_OPEN,
	// requests that no filter sees
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	// namespaces and mounts
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE,
	unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT,
	// the kernel
	unix.SYS_BPF, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT,
	unix.SYS_QUOTACTL, unix.SYS_SYSLOG, unix.SYS_PERSONALITY, unix.SYS_VHANGUP, unix.SYS_FANOTIFY_INIT, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME,
	unix.SYS_CLOCK_SETTIME, unix.SYS_SETTIMEOFDAY, unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME,
}

// signals are forbidden where Landlock does not hold them back. A process still signals its own threads.
var signals = []uint32{unix.SYS_KILL, unix.SYS_TKILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO, unix.SYS_PIDFD_SEND_SIGNAL}

// newNamespaces are the flags of clone that would give a child a namespace of its own.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// architectures as linux/audit.h has them.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// restrictCalls keeps the thread from the forbidden system calls, from signalling too if there is nothing else that does.
func restrictCalls(withSignals bool) error {
	code, err := bpf.Assemble(filter(withSignals))
	if err != nil {
		return err // not reached: a test assembles it
	}
	raw := make([]unix.SockFilter, len(code))
	for i, c := range code {
		raw[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	program := unix.SockFprog{Len: uint16(len(raw)), Filter: &raw[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	switch errno {
	case 0:
		return nil
	case unix.ENOSYS, unix.EINVAL, unix.EPERM, unix.EACCES: // the last two where the gateway itself is confined by others
		return &unconfinedError{missing: []string{"it keeps no connections from it, since the kernel has no seccomp filters or does not let it use them"}}
	default:
		return os.NewSyscallError("seccomp", errno)
	}
}

// filter returns the program that filters system calls.
func filter(withSignals bool) []bpf.Instruction {
	f := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offArchitecture, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: architectures[runtime.GOARCH], SkipTrue: 1},
		bpf.RetConstant{Val: kill}, // the numbers of another architecture mean other calls
		bpf.LoadAbsolute{Off: offNumber, Size: 4},
	}
	if runtime.GOARCH == "amd64" { // x32, which has numbers of its own
		f = append(f, bpf.JumpIf{Cond: bpf.JumpLessThan, Val: 0x40000000, SkipTrue: 1}, bpf.RetConstant{Val: kill})
	}
	calls := forbidden
	if withSignals {
		calls = append(calls[:len(calls):len(calls)], signals...)
	}
	for _, number := range calls {
		f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: 1}, bpf.RetConstant{Val: fail(unix.EPERM)})
	}
	// Its flags are in memory, where a filter cannot look. C libraries use clone where there is no clone3.
	f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_CLONE3, SkipTrue: 1}, bpf.RetConstant{Val: fail(unix.ENOSYS)})
	f = append(f, when(unix.SYS_CLONE, 0,
		bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: newNamespaces, SkipTrue: 1},
		bpf.RetConstant{Val: fail(unix.EPERM)},
	)...)
	// No network, and of unix sockets only those that must connect first. The type comes with flags.
	f = append(f, when(unix.SYS_SOCKET, 0,
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.AF_UNIX, SkipTrue: 1},
		bpf.RetConstant{Val: fail(unix.EACCES)},
		bpf.LoadAbsolute{Off: offArguments + 8, Size: 4},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SOCK_STREAM, SkipTrue: 1},
		bpf.RetConstant{Val: fail(unix.EACCES)},
	)...)
	// The limits of others.
	f = append(f, when(unix.SYS_PRLIMIT64, 0,
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1},
		bpf.RetConstant{Val: fail(unix.EPERM)},
	)...)
	return append(f, bpf.RetConstant{Val: allow})
}

// when decides about one call by an argument, which is loaded before the instructions run. Those that say nothing allow it.
func when(number uint32, argument uint32, decide ...bpf.Instruction) []bpf.Instruction {
	body := append([]bpf.Instruction{bpf.LoadAbsolute{Off: offArguments + 8*argument, Size: 4}}, decide...)
	body = append(body, bpf.RetConstant{Val: allow})
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: uint8(len(body))}}, body...)
}
