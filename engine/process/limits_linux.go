package process

import (
	"bytes"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// spareData is how much more than [Config.Memory] a child may map: threads and runtimes map memory that they never touch.
const spareData = 1 << 30

// resource is a limit that the kernel keeps for one process.
type resource struct {
	resource int
	most     uint64
}

// resources are the limits of a child. Of all, it may only ask.
func (j *jail) resources(memory int64) []resource {
	// Memory that it can write to. What it has touched of this and of files is watched, and kept by its control group if there is one.
	out := []resource{{unix.RLIMIT_DATA, uint64(memory) + spareData}}
	if !j.confined {
		return out
	}
	files := unix.Rlimit{Max: maxFiles}
	_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &files) // fails for no process that asks for itself
	out = append(out,
		resource{unix.RLIMIT_CORE, 0}, // a dump would hold cards
		resource{unix.RLIMIT_FSIZE, maxFileBytes},
		resource{unix.RLIMIT_NOFILE, min(maxFiles, files.Max)})
	if j.namespaces { // elsewhere it counts all processes of the user
		out = append(out, resource{unix.RLIMIT_NPROC, maxTasks})
	}
	return out
}

// usageOf reads what a process uses. ok is false when it has ended.
func usageOf(pid int) (u usage, ok bool) {
	text, err := boundedread.File(fmt.Sprintf("/proc/%d/status", pid), maxSetting)
	if err != nil {
		return usage{}, false
	}
	for line := range bytes.Lines(text) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		value, kibibytes := bytes.CutSuffix(bytes.TrimSpace(value), []byte(" kB"))
		n, err := strconv.ParseInt(string(value), 10, 64)
		switch {
		case err != nil:
		case kibibytes && (string(name) == "VmRSS" || string(name) == "VmSwap"):
			u.memory += n << 10
		case string(name) == "Threads":
			u.tasks = int(n)
		}
	}
	return u, true
}
