package process

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setup is what a new process does, with the memory that this takes.
type setup struct {
	list []setupStep
	// waiting is the index of the step that reports that the process waits for its parent.
	waiting int
	held    []any
}

// newSetup lists everything up to the last step. report and gate are the pipes to the parent.
func newSetup(p *proc, j *jail, reports, gate int, stdio []int) *setup {
	b := new(setup)
	// Its group holds what it starts, if it can start anything. It is killed when the thread ends that made it; should that be over already, the gate
	// is closed.
	b.do("setpgid", unix.SYS_SETPGID)
	b.do("prctl(PR_SET_PDEATHSIG)", unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL))
	if j.filter != nil {
		b.do("getpid", unix.SYS_GETPID)
		b.last().into = j.self // the filter lets it signal itself
	}
	b.waiting = len(b.list)
	waits := report{step: uint32(b.waiting)}
	b.do("write", unix.SYS_WRITE, uintptr(reports), b.pointer(&waits), reportSize)
	b.do("read", unix.SYS_READ, uintptr(gate), b.pointer(new(byte)), 1)
	b.last().least = 1
	if p.dir != "" {
		b.do("chdir", unix.SYS_CHDIR, b.text(p.dir))
	}
	for to, from := range stdio {
		b.do("dup3", unix.SYS_DUP3, uintptr(from), uintptr(to))
	}
	b.do("close_range", unix.SYS_CLOSE_RANGE, 3, 1<<32-1, unix.CLOSE_RANGE_CLOEXEC)
	b.last().optional = true // Linux 5.11. It is for files that others left open for every child.
	b.defaultSignals()
	for _, l := range j.resources(p.cfg.Memory) {
		limit := unix.Rlimit{Cur: l.most, Max: l.most}
		b.do("prlimit64", unix.SYS_PRLIMIT64, 0, uintptr(l.resource), b.pointer(&limit))
	}
	if j.confined {
		b.do("prctl(PR_SET_NO_NEW_PRIVS)", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1)
		// Together, the two keep it from having or gaining the rights of root, also when root runs it.
		head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		b.do("capset", unix.SYS_CAPSET, b.pointer(&head), b.pointer(&[2]unix.CapUserData{}))
		b.last().optional = os.Geteuid() != 0 // others lose them when they execute; services often may not set them
	}
	if j.ruleset >= 0 {
		b.do("landlock_restrict_self", unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(j.ruleset))
	}
	if j.filter != nil {
		program := unix.SockFprog{Len: uint16(len(j.filter)), Filter: &j.filter[0]}
		b.do("seccomp", unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, b.pointer(&program))
		b.last().optional = j.optional
	}
	return b
}

func (b *setup) add(s setupStep) { b.list = append(b.list, s) }

func (b *setup) do(name string, number uintptr, args ...uintptr) {
	s := setupStep{name: name, number: number}
	copy(s.args[:], args)
	b.add(s)
}

func (b *setup) last() *setupStep { return &b.list[len(b.list)-1] }

// defaultSignals undoes what the Go runtime has done about signals: its handlers, and the mask of fork.
func (b *setup) defaultSignals() {
	const signals, numbers = 64, 8
	action := b.pointer(new([64]byte)) // SIG_DFL; longer than the kernel's struct on any system
	for s := uintptr(1); s <= signals; s++ {
		if s != uintptr(unix.SIGKILL) && s != uintptr(unix.SIGSTOP) {
			b.do("rt_sigaction", unix.SYS_RT_SIGACTION, s, action, 0, numbers)
		}
	}
	b.do("rt_sigprocmask", unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, b.pointer(new(uint64)), 0, numbers)
}

// text gives the address of a C string that lives as long as b.
func (b *setup) text(s string) uintptr {
	p, err := syscall.BytePtrFromString(s)
	if err != nil {
		p = new(byte) // no path of ours has a zero byte; the empty one does not exist
	}
	b.held = append(b.held, p)
	return uintptr(unsafe.Pointer(p))
}

// pointer gives the address of something on the heap, which b keeps alive.
func (b *setup) pointer(v any) uintptr {
	b.held = append(b.held, v)
	return (*[2]uintptr)(unsafe.Pointer(&v))[1]
}

// failure is the error of a step that was reported.
func (b *setup) failure(r report) error {
	s := b.list[r.step]
	if int(r.step) == len(b.list)-1 {
		return unix.Errno(r.errno) // as others see an executable that does not start
	}
	err := fmt.Errorf("before it was executed: %w", os.NewSyscallError(s.name, unix.Errno(r.errno)))
	if s.number == unix.SYS_SECCOMP || s.number == unix.SYS_LANDLOCK_RESTRICT_SELF {
		return &confineError{&unconfinedError{missing: []string{err.Error()}}}
	}
	return err
}
