package process

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rights of Landlock, https://docs.kernel.org/userspace-api/landlock.html.
const (
	readFile = unix.LANDLOCK_ACCESS_FS_READ_FILE
	readDir  = unix.LANDLOCK_ACCESS_FS_READ_DIR
	execute  = unix.LANDLOCK_ACCESS_FS_EXECUTE
	write    = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	own      = readFile | readDir | write | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR
	// ofFiles are the rights that a rule about a single file may give.
	ofFiles = readFile | write | execute | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// everywhere are the places of the system that a program needs to start. Those that there are not are passed over.
var everywhere = []struct {
	rights uint64
	paths  []string
}{
	{readFile | readDir | execute, []string{"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store"}},
	{readFile | readDir, []string{"/usr/share/zoneinfo", "/usr/share/locale", "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/kernel/mm/transparent_hugepage"}},
	{readFile, []string{
		"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory",
		"/dev/zero", "/dev/random", "/dev/urandom",
	}},
	{readFile | write, []string{"/dev/null"}},
}

// shutOff confines the calling thread, which must be locked to its goroutine and must never be unlocked.
func shutOff(allowed places) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl(PR_SET_NO_NEW_PRIVS)", err)
	}
	var lacks unconfinedError
	version, err := restrictFiles(allowed)
	if err != nil {
		return err
	}
	if version == 0 {
		lacks.missing = append(lacks.missing, "it keeps no files from it, since the kernel has no Landlock or it is not enabled")
	}
	err = restrictCalls(version < withScopes)
	var unavailable *unconfinedError
	switch {
	case errors.As(err, &unavailable):
		lacks.missing = append(lacks.missing, unavailable.missing...)
	case err != nil:
		return err
	}
	if len(lacks.missing) > 0 {
		return &lacks
	}
	return nil
}

// Versions of Landlock that brought something.
const (
	withRefer, withTruncate, withNetwork, withDevices, withScopes = 2, 3, 4, 5, 6
)

// ruleset is the part of unix.LandlockRulesetAttr that all versions know. The system call passes its size.
type ruleset struct{ files, network, scopes uint64 }

// handled returns everything that a version of Landlock can hold back, and how much of the ruleset it knows.
func handled(version int) (r ruleset, size uintptr) {
	const first = unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1
	r, size = ruleset{files: first}, 8
	if version >= withRefer {
		r.files |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= withTruncate {
		r.files |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= withNetwork {
		r.network, size = unix.LANDLOCK_ACCESS_NET_BIND_TCP|unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, 16
	}
	if version >= withDevices {
		r.files |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= withScopes {
		r.scopes, size = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET|unix.LANDLOCK_SCOPE_SIGNAL, 24
	}
	return r, size
}

// restrictFiles returns the version of Landlock that now holds the thread to the places, or 0 if there is none.
func restrictFiles(allowed places) (version int, err error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno == unix.ENOSYS || errno == unix.EOPNOTSUPP || errno == unix.EPERM { // the last in containers that forbid what they do not know
		return 0, nil
	}
	if errno != 0 {
		return 0, os.NewSyscallError("landlock_create_ruleset", errno)
	}
	version = int(v)
	held, size := handled(version)
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&held)), size, 0)
	if errno != 0 {
		return 0, os.NewSyscallError("landlock_create_ruleset", errno)
	}
	defer func() { _ = unix.Close(int(fd)) }() // nothing is written to it
	allow := func(path string, rights uint64) error { return addRule(int(fd), path, rights&held.files) }
	for _, e := range everywhere {
		for _, path := range e.paths {
			if err := allow(path, e.rights); err != nil && !errors.Is(err, os.ErrNotExist) {
				return 0, err
			}
		}
	}
	for _, path := range allowed.read {
		err = errors.Join(err, allow(path, readFile|readDir))
	}
	for _, path := range allowed.execute {
		err = errors.Join(err, allow(path, readFile|execute))
	}
	if err := errors.Join(err, allow(allowed.own, own)); err != nil {
		return 0, err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return 0, os.NewSyscallError("landlock_restrict_self", errno)
	}
	return version, nil
}

// addRule gives rights to a file, or to a folder and everything below.
func addRule(ruleset int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("the child may read %s, which cannot be opened: %w", path, err)
	}
	defer func() { _ = unix.Close(fd) }() // nothing is written to it
	var s unix.Stat_t
	if err := unix.Fstat(fd, &s); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	if s.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= ofFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("the child may read %s: %w", path, os.NewSyscallError("landlock_add_rule", errno))
	}
	return nil
}
