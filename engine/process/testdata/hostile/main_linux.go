// Command hostile is a provider that tries what a provider must not do, and says what came of it.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
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
	"read the host's environment": func(at string) error {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid(at)))
		return err
	},
	"list processes": func(string) error {
		_, err := os.ReadDir("/proc")
		return err
	},
	"read the host's memory": func(at string) error {
		var b [1]byte
		local := []unix.Iovec{{Base: &b[0], Len: 1}}
		_, err := unix.ProcessVMReadv(pid(at), local, []unix.RemoteIovec{{Base: uintptr(unsafe.Pointer(&b[0])), Len: 1}}, 0)
		return err
	},
	"trace the host":              func(at string) error { return unix.PtraceSeize(pid(at)) },
	"signal the host":             func(at string) error { return unix.Kill(pid(at), 0) },
	"signal a thread of the host": func(at string) error { return unix.Tgkill(pid(at), pid(at), 0) },
	"limit the host": func(at string) error {
		return unix.Prlimit(pid(at), unix.RLIMIT_NOFILE, nil, new(unix.Rlimit))
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

	//attack-each:process-memory
	"use 300 MiB": func(string) error {
		memory := make([]byte, 300<<20)
		for {
			for i := 0; i < len(memory); i += 4096 {
				memory[i]++
			}
			unix.Nanosleep(&unix.Timespec{Nsec: 1e6}, nil)
		}
	},
	"map memory": func(at string) error {
		b, err := unix.Mmap(-1, 0, pid(at), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err != nil {
			return err
		}
		return unix.Munmap(b)
	},
	"open files": func(at string) error {
		var files []*os.File
		defer func() {
			for _, f := range files {
				f.Close()
			}
		}()
		for range pid(at) {
			f, err := os.Open(os.DevNull)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		return nil
	},
	"write a long file": func(string) error {
		signal.Ignore(unix.SIGXFSZ)
		f, err := os.Create(filepath.Join(os.TempDir(), "long"))
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Truncate(1 << 30)
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

// pid reads a number, such as that of a process, which is another's in a namespace.
func pid(at string) int {
	n, err := strconv.Atoi(at)
	if err != nil {
		panic(err)
	}
	return n
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
	if in.Document == "sweep" {
		outcome = sweep()
	}
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
