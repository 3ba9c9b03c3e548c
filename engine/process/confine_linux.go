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

// everywhere are the places of the system that a program needs to start. Those that there are not are passed over. It maps libraries,
// for which reading is enough; what it may execute is in [places].
var everywhere = []struct {
	rights uint64
	paths  []string
}{
	{readFile | readDir, []string{"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store"}},
	{readFile | readDir, []string{"/usr/share/zoneinfo", "/usr/share/locale", "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/kernel/mm/transparent_hugepage"}},
	{readFile, []string{
		"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory",
		"/dev/zero", "/dev/random", "/dev/urandom",
	}},
	{readFile | write, []string{"/dev/null"}},
}

// jail is what holds one child.
type jail struct {
	// confined children have a ruleset of Landlock and a filter of system calls, as far as the system has them, and no capabilities.
	confined bool
	// optional says that a child may start without a filter.
	optional bool
	// ruleset is -1 where there is no Landlock.
	ruleset int
	filter  []unix.SockFilter
	// self is where the filter expects the number of the process.
	self *uint32
	// password is what the filter wants to see at the one execution that it allows.
	password uintptr
	// namespaces says whether the child has namespaces of users, processes and networks of its own.
	namespaces bool
	// lacks says what the system does not have.
	lacks []string
}

// newJail prepares the confinement of one child. What the system does not have is an error for a child that must be confined.
func (c *Config) newJail(allowed places) (*jail, error) {
	j := &jail{ruleset: -1}
	if c.Confinement == ConfineOff {
		return j, nil
	}
	j.confined, j.namespaces, j.optional = true, !c.noNamespaces, c.Confinement == ConfineAuto
	ruleset, version, err := newRuleset(allowed)
	if err != nil {
		return nil, &confineError{err}
	}
	if version == 0 {
		j.lacks = append(j.lacks, "it keeps no files from it, since the kernel has no Landlock or it is not enabled")
	}
	j.ruleset = ruleset
	if err := j.addFilter(); err != nil {
		j.close()
		return nil, &confineError{err}
	}
	if j.filter == nil {
		j.lacks = append(j.lacks, "it keeps no system calls from it, since there is no filter for this processor")
	}
	return j, nil
}

func (j *jail) close() {
	if j.ruleset >= 0 {
		_ = unix.Close(j.ruleset) // nothing is written to it
	}
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

// newRuleset returns what holds a process to the places, and the version of Landlock; -1 and 0 if there is none.
func newRuleset(allowed places) (ruleset, version int, err error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno == unix.ENOSYS || errno == unix.EOPNOTSUPP || errno == unix.EPERM { // the last in containers that forbid what they do not know
		return -1, 0, nil
	}
	if errno != 0 {
		return -1, 0, os.NewSyscallError("landlock_create_ruleset", errno)
	}
	held, size := handled(int(v))
	r, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&held)), size, 0)
	if errno != 0 {
		return -1, 0, os.NewSyscallError("landlock_create_ruleset", errno)
	}
	if err := allowed.allow(int(r), held.files); err != nil {
		_ = unix.Close(int(r))
		return -1, 0, err
	}
	return int(r), int(v), nil
}

// allow adds the places, and those of the system, to a ruleset that holds back some rights.
func (p places) allow(ruleset int, held uint64) error {
	allow := func(path string, rights uint64) error { return addRule(ruleset, path, rights&held) }
	for _, e := range everywhere {
		for _, path := range e.paths {
			if err := allow(path, e.rights); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	var err error
	for _, path := range p.read {
		err = errors.Join(err, allow(path, readFile|readDir))
	}
	for _, path := range p.execute {
		if e := allow(path, readFile|execute); !errors.Is(e, os.ErrNotExist) { // executing it says better what is missing
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, allow(p.own, own))
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
