// Command hostile is a provider that tries what a provider must not do, and says what came of it.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ocrmux/ocrmux/sdk"
)

// attempts are by the document that is asked for; at is the option of that name.
var attempts = map[string]func(at string) error{
	//attack-each:process-network
	"connect to the network": func(at string) error { return dial("tcp", at) },
	"send a datagram": func(string) error {
		c, err := net.Dial("udp", "127.0.0.1:9")
		if err != nil {
			return err
		}
		_, err = c.Write([]byte("card"))
		return err
	},
	"connect to a socket of the user": func(at string) error { return dial("unix", at) },
	"connect to an abstract socket":   func(at string) error { return dial("unix", at) },
	//attack-each:process-files
	"read a file of the user": func(at string) error {
		_, err := os.ReadFile(at)
		return err
	},
	"list a folder of the user": func(at string) error {
		_, err := os.ReadDir(at)
		return err
	},
	"write a file of the user":        func(at string) error { return os.WriteFile(at, []byte("was here"), 0o600) },
	"change a file of its own folder": func(string) error { return os.WriteFile("planted", []byte("was here"), 0o600) },
	"make a link to a file":           func(at string) error { return os.Link(at, filepath.Join(os.TempDir(), "link")) },
	//attack-each:process-programs
	"start a program": func(string) error { return exec.Command("/bin/true").Run() },
	//attack-each:process-others
	"read the host's environment": func(string) error {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", os.Getppid()))
		return err
	},
	"list processes": func(string) error {
		_, err := os.ReadDir("/proc")
		return err
	},
	"read the host's memory": func(string) error {
		var b [1]byte
		local := []unix.Iovec{{Base: &b[0], Len: 1}}
		_, err := unix.ProcessVMReadv(os.Getppid(), local, []unix.RemoteIovec{{Base: uintptr(unsafe.Pointer(&b[0])), Len: 1}}, 0)
		return err
	},
	"trace the host":              func(string) error { return unix.PtraceSeize(os.Getppid()) },
	"signal the host":             func(string) error { return unix.Kill(os.Getppid(), 0) },
	"signal a thread of the host": func(string) error { return unix.Tgkill(os.Getppid(), os.Getppid(), 0) },
	"limit the host": func(string) error {
		return unix.Prlimit(os.Getppid(), unix.RLIMIT_NOFILE, nil, new(unix.Rlimit))
	},
	//attack-each:process-kernel
	"make a namespace": func(string) error { return unix.Unshare(unix.CLONE_NEWUSER) },
	"fork into a namespace": func(string) error {
		pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			return errno
		}
		if pid == 0 {
			unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
		}
		_, err := unix.Wait4(int(pid), nil, 0, nil)
		return err
	},
	"ask the kernel unseen": func(string) error {
		var params [120]byte
		_, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
		if errno != 0 {
			return errno
		}
		return nil
	},
	"open a raw socket": func(string) error {
		_, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0)
		return err
	},
	"attach to shared memory": func(string) error {
		_, err := unix.SysvShmGet(unix.IPC_PRIVATE, 4096, 0o600)
		return err
	},

	//attack-each:
	// What it may do.
	"read its own folder": func(string) error {
		_, err := os.ReadDir(".")
		return err
	},
	"use a temporary folder": func(string) error {
		file := filepath.Join(os.TempDir(), "work")
		if err := os.WriteFile(file, []byte("work"), 0o600); err != nil {
			return err
		}
		if _, err := os.ReadFile(file); err != nil {
			return err
		}
		return os.Remove(file)
	},
	"read what it was allowed": func(at string) error {
		_, err := os.ReadFile(at)
		return err
	},
}

func dial(network, at string) error {
	c, err := net.Dial(network, at)
	if err != nil {
		return err
	}
	return c.Close()
}

type provider struct{}

func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	outcome := "no such attempt"
	if try := attempts[in.Document]; try != nil {
		outcome = "done"
		if err := try(in.Options[0].Value); err != nil {
			outcome = err.Error()
		}
	}
	return sdk.Recognized(&sdk.Done{Extras: []sdk.Extra{{Name: "outcome", Value: outcome}}})
}

func (provider) Response(*sdk.Call, *sdk.Response) *sdk.Action { return nil }

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
