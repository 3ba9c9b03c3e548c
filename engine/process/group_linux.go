package process

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// controlGroups is where the control groups of version 2 are mounted.
const controlGroups = "/sys/fs/cgroup"

// maxSetting bounds what the kernel says of itself in one file.
const maxSetting = 64 << 10

// group is a control group for one child: the kernel holds its memory and its processes.
type group struct{ dir string }

// delegated returns the control group in which this program may make others, or "". That is the parent of its own, if its manager has handed it
// over: systemd does so for a unit with Delegate= and DelegateSubgroup=, and says so in an attribute of the folder. The group of the program
// itself does not serve, since a group with processes gives no limits to others below it.
func delegated() string {
	text, err := boundedread.File("/proc/self/cgroup", maxSetting)
	if err != nil {
		return ""
	}
	var value [1]byte
	dir := parentGroup(controlGroups, string(text))
	if dir == "" {
		return ""
	}
	if n, err := unix.Getxattr(dir, "user.delegate", value[:]); err != nil || n != 1 || value[0] != '1' {
		return ""
	}
	if !limitsBelow(dir) {
		return ""
	}
	return dir
}

// parentGroup returns the folder of the group above the one that /proc/self/cgroup names, or "" if there is none.
func parentGroup(root, text string) string {
	for line := range strings.Lines(text) {
		if path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok && path != "/" && filepath.Dir(path) != "/" {
			return filepath.Join(root, filepath.Dir(path))
		}
	}
	return ""
}

// limitsBelow reports whether groups in a folder can limit memory and processes, after making it so if that is possible.
func limitsBelow(dir string) bool {
	has := func() bool {
		text, err := boundedread.File(filepath.Join(dir, "cgroup.subtree_control"), maxSetting)
		on := strings.Fields(string(text))
		return err == nil && slices.Contains(on, "memory") && slices.Contains(on, "pids")
	}
	return has() || put(dir, "cgroup.subtree_control", "+memory +pids") == nil && has()
}

// newGroup makes a group in a delegated folder.
func newGroup(delegated string, memory int64) (*group, error) {
	dir, err := os.MkdirTemp(delegated, "plugin-")
	if err != nil {
		return nil, err
	}
	g := &group{dir}
	if err := g.limit(memory); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

// limit says what may be used in the group.
func (g *group) limit(memory int64) error {
	// Missing where nothing is swapped, and before Linux 4.19.
	_, _ = put(g.dir, "memory.swap.max", "0"), put(g.dir, "memory.oom.group", "1")
	return errors.Join(put(g.dir, "memory.max", strconv.FormatInt(memory, 10)), put(g.dir, "pids.max", strconv.Itoa(maxTasks)))
}

// enter puts a process into the group.
func (g *group) enter(pid int) error {
	if g == nil {
		return nil
	}
	return put(g.dir, "cgroup.procs", strconv.Itoa(pid))
}

// remove ends what is in the group, and the group.
func (g *group) remove() {
	if g == nil {
		return
	}
	_ = put(g.dir, "cgroup.kill", "1") // Linux 5.14
	_ = os.Remove(g.dir)
}

// put writes a setting of a group.
func put(dir, name, value string) error {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}
