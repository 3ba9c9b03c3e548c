package process

import (
	"bytes"
	"debug/elf"
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// newExecutable puts the code into a sealed memory file, or where the system forbids to execute those, into a private copy.
func newExecutable(name string, code []byte) (*executable, error) {
	e, err := memoryFile(name, code)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		e, err = privateCopy(code)
	}
	if f, noELF := elf.NewFile(bytes.NewReader(code)); err == nil && noELF == nil {
		e.loader = loaderOf(f)
	}
	return e, err
}

// open opens the code to be executed.
func (e *executable) open() (*os.File, error) {
	if e.path != "" {
		f, _, err := boundedread.Open(e.path)
		return f, err
	}
	fd, err := unix.FcntlInt(e.file.Fd(), unix.F_DUPFD_CLOEXEC, firstFile)
	if err != nil {
		return nil, os.NewSyscallError("fcntl(F_DUPFD_CLOEXEC)", err)
	}
	return os.NewFile(uintptr(fd), e.file.Name()), nil
}

func memoryFile(name string, code []byte) (*executable, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3, where every memory file can be executed
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	e := &executable{file: os.NewFile(uintptr(fd), name)}
	if _, err := e.file.Write(code); err != nil {
		e.close()
		return nil, err
	}
	const seals = unix.F_SEAL_WRITE | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		e.close()
		return nil, os.NewSyscallError("fcntl(F_ADD_SEALS)", err)
	}
	return e, nil
}
