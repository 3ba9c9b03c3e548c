package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// firstFile is the lowest number of a file that is handed to a new process. Lower numbers are its own three.
const firstFile = 10

// start starts the plugin of a proc with what it reads and writes as its own three files. The calling thread must live as long as the
// plugin, which dies with it.
func start(p *proc, stdio [3]*os.File) (*os.Process, error) {
	exe, err := p.exe.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = exe.Close() }() // the new process has its own
	jail, err := p.cfg.newJail(p.places)
	if err != nil {
		return nil, err
	}
	defer jail.close()
	argv, err := syscall.SlicePtrFromStrings(p.args)
	if err != nil {
		return nil, err
	}
	envp, err := syscall.SlicePtrFromStrings(p.env)
	if err != nil {
		return nil, err
	}
	empty := new(byte)
	exec := setupStep{name: "execveat", number: unix.SYS_EXECVEAT, args: [6]uintptr{
		exe.Fd(), uintptr(unsafe.Pointer(empty)), uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envp[0])), unix.AT_EMPTY_PATH, jail.password,
	}}
	if dir := delegated(); dir != "" {
		if p.group, err = newGroup(dir, p.cfg.Memory); err != nil {
			p.cfg.Logger.Warn("a subprocess plugin has no control group, so its memory is only watched", "plugin", p.Name(), "error", err)
		}
	}
	process, err := jail.run(p, stdio, exec)
	runtime.KeepAlive([]any{argv, envp, empty})
	return process, err
}

// run makes the process of a jail, which is inside when it makes its last step. What the system could not do for an optional step is
// logged, and is an error where it must.
func (j *jail) run(p *proc, stdio [3]*os.File, last setupStep) (*os.Process, error) {
	reports, reporting, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reports.Close() }() // only read
	gate, opening, err := os.Pipe()
	if err != nil {
		_ = reporting.Close()
		return nil, err
	}
	defer func() { _ = opening.Close() }() // closed without a byte, it ends the new process
	files, err := outOfTheWay(append([]*os.File{reporting, gate}, stdio[:]...))
	_, _ = reporting.Close(), gate.Close()
	if err != nil {
		return nil, err
	}
	defer closeAll(files)
	b, process, err := j.fork(p, files, last)
	if err != nil {
		return nil, err
	}
	_ = unix.Close(files[0]) // so that the reports end with the last process that writes some
	files[0] = -1
	err = j.admit(p, b, reports, opening, process.Pid)
	if err == nil {
		err = j.read(p, b, reports)
	}
	if err != nil {
		_ = process.Kill()
		_, _ = process.Wait()
		return nil, err
	}
	return process, nil
}

// fork makes the process, in namespaces of its own where it can have them.
func (j *jail) fork(p *proc, files []int, last setupStep) (*setup, *os.Process, error) {
	make := func(flags uintptr) (*setup, *os.Process, error) {
		b := newSetup(p, j, files[0], files[1], files[2:])
		b.add(last)
		syscall.ForkLock.Lock()
		pid, errno := fork(flags, b.list, uintptr(files[0]))
		syscall.ForkLock.Unlock()
		runtime.KeepAlive(b)
		if errno != 0 {
			return nil, nil, os.NewSyscallError("clone", errno)
		}
		process, err := os.FindProcess(pid)
		return b, process, err
	}
	if j.namespaces {
		if b, process, err := make(unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET); err == nil {
			if err = mapUser(process.Pid); err == nil {
				return b, process, nil
			}
			_ = process.Kill()
			_, _ = process.Wait()
		}
		j.namespaces = false
	}
	return make(0)
}

// mapUser makes the user of a new namespace the one that runs this program, and no other.
func mapUser(pid int) error {
	uid, gid := os.Geteuid(), os.Getegid()
	for _, f := range []struct{ name, text string }{
		{"setgroups", "deny"},
		{"uid_map", fmt.Sprintf("%d %d 1", uid, uid)},
		{"gid_map", fmt.Sprintf("%d %d 1", gid, gid)},
	} {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/%s", pid, f.name), []byte(f.text), 0); err != nil {
			return err
		}
	}
	return nil
}

// admit waits until the process is tied to the life of this thread, and lets it go on.
func (j *jail) admit(p *proc, b *setup, reports io.Reader, gate io.Writer, pid int) error {
	var waits report
	if err := waits.read(reports); err != nil {
		return fmt.Errorf("the new process ended at once: %w", err)
	}
	if int(waits.step) != b.waiting {
		return b.failure(waits)
	}
	if err := p.group.enter(pid); err != nil {
		return err
	}
	_, err := gate.Write([]byte{1})
	return err
}

// read reads the reports until the process is another program.
func (j *jail) read(p *proc, b *setup, reports io.Reader) error {
	lacks := j.lacks
	for {
		var r report
		err := r.read(reports)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		s := b.list[r.step]
		switch {
		case !s.optional:
			return b.failure(r)
		case s.number == unix.SYS_SECCOMP:
			lacks = append(lacks, "it keeps no system calls from it, since the kernel has no seccomp filters or does not let it use them")
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	return p.cfg.allowUnconfined(p.Name(), &unconfinedError{missing: lacks})
}

func (r *report) read(from io.Reader) error {
	_, err := io.ReadFull(from, unsafe.Slice((*byte)(unsafe.Pointer(r)), reportSize))
	return err
}

// outOfTheWay duplicates files to numbers that nothing of a new process uses.
func outOfTheWay(in []*os.File) ([]int, error) {
	var out []int
	for _, f := range in {
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, firstFile)
		if err != nil {
			closeAll(out)
			return nil, os.NewSyscallError("fcntl(F_DUPFD_CLOEXEC)", err)
		}
		out = append(out, fd)
	}
	return out, nil
}

func closeAll(files []int) {
	for _, fd := range files {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}
