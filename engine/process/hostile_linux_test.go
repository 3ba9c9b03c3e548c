package process

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

//attack:process-kernel every system call of every table that there is
func TestAHostileChildMakesNoSystemCallOutsideTheList(t *testing.T) {
	confinable(t)
	m := loadPlugin(t, Config{Confinement: ConfineRequired}, pluginOf(t, "hostile", "hostile"))
	allowed := allowedCalls()
	var partly []uint32
	for _, c := range allowedArguments(0) {
		partly = append(partly, c.number)
	}
	seen := make(map[uint32]bool)
	for _, number := range strings.Fields(try(t, m, "sweep", "")) {
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		seen[uint32(n)] = true
		if !slices.Contains(allowed, uint32(n)) {
			t.Errorf("the system call %d is not on the list and reached the kernel", n)
		}
	}
	for _, n := range []uint32{unix.SYS_READ, unix.SYS_OPENAT, unix.SYS_MMAP} {
		if !seen[n] {
			t.Errorf("the system call %d is on the list and did not reach the kernel: the sweep proves nothing", n)
		}
	}
	for _, n := range partly {
		if slices.Contains(allowed, n) {
			t.Errorf("the system call %d has conditions, and is allowed without them", n)
		}
	}
}

func TestTheListOfSystemCallsHasNothingTwice(t *testing.T) {
	seen := make(map[uint32]bool)
	for _, n := range allowedCalls() {
		if seen[n] {
			t.Errorf("%d is there twice", n)
		}
		seen[n] = true
	}
}

// Most of what is tried here works for a child that is not confined. The rest would harm the machine or take privileges.
func TestAHostileChildIsRefusedEachKindOfCall(t *testing.T) {
	confinable(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := strconv.Itoa(os.Getpid())
	loader := map[string]string{"amd64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}[runtime.GOARCH]
	hostile := pluginOf(t, "hostile", "hostile")
	confined := loadPlugin(t, Config{Confinement: ConfineRequired}, hostile)
	alone := loadPlugin(t, Config{Confinement: ConfineRequired, noNamespaces: true}, hostile)
	free := loadPlugin(t, Config{Confinement: ConfineOff}, hostile)

	// works are the attempts by another child that is not confined, with what they are about.
	works := map[string]string{
		"fork": "", "fork with shared memory": "", "outlive its parent": "", "adopt others": "", "raise its own limits": "", "stop being restricted": "",
		"have another send signals": host, "change the mode of a file": file, "change the times of a file": file, "change the owner of a file": file,
		"read an attribute of a file": file, "watch a file": file, "cut a file": file, "make a symbolic link": file, "make a pipe with a name": "", "learn of a file system": file,
		"lock a file": "", "write back everything": "", "make a memory file": "", "load a library from anywhere": self, "make a pair of datagram sockets": "",
		"make a datagram socket": "", "make a packet socket": "", "make an internet socket": "", "see how the host is scheduled": host, "see the session of the host": host,
		"hold the host": host, "leave its session": "",
	}
	others := map[string]string{
		"become a program": "", "become a loader": cmp.Or(loader, "/bin/sh"), "become itself": "", "become an open file": "", "become a path of a file": "", "become a memory file": "",
		"become a planted file": "", "fork as a sibling": "", "leave its group": "", "add a filter": "", "set an attribute of a file": file, "open a file by its handle": file,
		"make a socket of the kernel": "", "slow the host down": host, "pin the host to a processor": host, "hear of other processes": "", "load a program into the kernel": "",
		"count events of the processor": "", "handle page faults": "", "keep a key in the kernel": "",
	}
	all := maps.Clone(works)
	maps.Copy(all, others)
	for _, what := range slices.Sorted(maps.Keys(all)) {
		t.Run(what, func(t *testing.T) {
			if got := try(t, confined, what, all[what]); !refused.MatchString(got) {
				t.Errorf("a confined child: %s", got)
			}
			if got := try(t, alone, what, all[what]); !refused.MatchString(got) {
				t.Errorf("a confined child without namespaces: %s", got)
			}
			if _, ok := works[what]; !ok {
				return
			}
			if got := try(t, free, what, all[what]); got != "done" && !(what == "leave its session" && refused.MatchString(got)) {
				t.Errorf("a child that is not confined: %s, so that the test proves nothing", got)
			}
		})
	}
}
