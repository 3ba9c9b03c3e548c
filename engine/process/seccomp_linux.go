//go:build amd64 || arm64

package process

import (
	"crypto/rand"
	"encoding/binary"
	"runtime"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Where a filter finds the system call: struct seccomp_data of linux/seccomp.h. Both architectures are little-endian, so that the lower half of an
// argument comes first.
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

// architectures as linux/audit.h has them.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// addFilter gives the jail a filter with a password of its own.
func (j *jail) addFilter() error {
	var password [8]byte
	_, _ = rand.Read(password[:]) // never fails
	j.password = uintptr(binary.LittleEndian.Uint64(password[:]))
	program, self := filter(uint64(j.password))
	code, err := bpf.Assemble(program)
	if err != nil {
		return err // not reached: a test assembles it
	}
	j.filter = make([]unix.SockFilter, len(code))
	for i, c := range code {
		j.filter[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	j.self = &j.filter[self].K
	return nil
}

// filter returns the program that filters system calls, and the instruction whose value must become the number of the process.
// What is not allowed fails with EPERM.
func filter(password uint64) (f []bpf.Instruction, self int) {
	f = []bpf.Instruction{
		bpf.LoadAbsolute{Off: offArchitecture, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: architectures[runtime.GOARCH], SkipTrue: 1},
		bpf.RetConstant{Val: kill}, // the numbers of another architecture mean other calls
		bpf.LoadAbsolute{Off: offNumber, Size: 4},
	}
	// x32 numbers of amd64 are none of those that are allowed.
	for _, number := range allowedCalls() {
		f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: 1}, bpf.RetConstant{Val: allow})
	}
	// Its flags are in memory, where a filter cannot look. C libraries use clone where there is no clone3.
	f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_CLONE3, SkipTrue: 1}, bpf.RetConstant{Val: fail(unix.ENOSYS)})
	for _, c := range allowedArguments(password) {
		if c.number == unix.SYS_TGKILL {
			self = len(f) + 2 // after the jump and the load
		}
		f = append(f, c.program()...)
	}
	return append(f, bpf.RetConstant{Val: fail(unix.EPERM)}), self
}

// conditional is a system call that is allowed when its arguments meet all conditions.
type conditional struct {
	number uint32
	where  []condition
}

// condition is about one half of an argument. Where the kernel takes an int, only the lower half counts.
type condition struct {
	offset uint32
	// mask, if it is not 0, is what of the value is looked at.
	mask  uint32
	oneOf []uint32
}

// low is a condition about the lower half of an argument, high one about the other.
func low(argument uint32, oneOf ...uint32) condition {
	return condition{offset: offArguments + 8*argument, oneOf: oneOf}
}

func high(argument uint32, oneOf ...uint32) condition {
	return condition{offset: offArguments + 8*argument + 4, oneOf: oneOf}
}

// bits is a condition about some bits of the lower half.
func bits(argument, mask, value uint32) condition {
	return condition{offset: offArguments + 8*argument, mask: mask, oneOf: []uint32{value}}
}

func (c conditional) program() []bpf.Instruction {
	var body []bpf.Instruction
	for _, w := range c.where {
		body = append(body, bpf.LoadAbsolute{Off: w.offset, Size: 4})
		if w.mask != 0 {
			body = append(body, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: w.mask})
		}
		for i, v := range w.oneOf {
			body = append(body, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: uint8(len(w.oneOf) - i)})
		}
		body = append(body, bpf.RetConstant{Val: fail(unix.EPERM)})
	}
	body = append(body, bpf.RetConstant{Val: allow})
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: c.number, SkipTrue: uint8(len(body))}}, body...)
}
