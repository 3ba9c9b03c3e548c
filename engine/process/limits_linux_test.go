package process

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestAChildThatUsesTooMuchMemoryIsEndedAndReplaced(t *testing.T) {
	noLeaks(t)
	always := func(d time.Duration) <-chan time.Time {
		if d != watchEvery {
			return time.After(d)
		}
		now := make(chan time.Time, 1)
		now <- time.Time{}
		return now
	}
	m := loadPlugin(t, Config{Memory: 256 << 20, After: always, BackoffMin: time.Nanosecond, BackoffMax: time.Nanosecond}, pluginOf(t, "hostile", "hostile"))
	_, err := m.Step(t.Context(), &abi.StepRequest{Start: &abi.Start{Document: "use 300 MiB", Options: []abi.Leaf{{}}}}, noHost{})
	if e := pluginError(t, err); e.Cause != catalog.Exited || !e.Detail.Has(message.ProcessMemory) || !strings.Contains(e.Error(), "256 MiB") {
		t.Errorf("got %v", err)
	}
	if got := try(t, m, "use a temporary folder", ""); got != "done" {
		t.Errorf("the next child: %s", got)
	}
}

func TestAChildCannotMapMuchMoreThanItMayUse(t *testing.T) {
	m := loadPlugin(t, Config{Memory: 256 << 20}, pluginOf(t, "hostile", "hostile"))
	if got := try(t, m, "map memory", "1073741824"); got != "done" {
		t.Errorf("1 GiB: %s", got)
	}
	if got := try(t, m, "map memory", "2147483648"); !strings.Contains(got, "cannot allocate memory") {
		t.Errorf("2 GiB: %s", got)
	}
}

func TestAChildHasBoundedFiles(t *testing.T) {
	confinable(t)
	m := loadPlugin(t, Config{}, pluginOf(t, "hostile", "hostile"))
	if got := try(t, m, "open files", "1024"); !strings.Contains(got, "too many open files") {
		t.Errorf("1024 files: %s", got)
	}
	if got := try(t, m, "write a long file", ""); !strings.Contains(got, "file too large") {
		t.Errorf("a long file: %s", got)
	}
}

//attack:process-memory threads without end
func TestAChildWithTooManyThreadsIsEnded(t *testing.T) {
	p := &proc{cfg: &Config{Memory: 1}, process: &os.Process{Pid: 1 << 30}} // there is no process of this number
	if p.judge(usage{memory: 1, tasks: maxTasks}); !p.passed.IsZero() {
		t.Errorf("at its limits: %s", p.passed)
	}
	if p.judge(usage{tasks: maxTasks + 1}); p.passed.Code() != message.ProcessTasks {
		t.Errorf("above: %s", p.passed)
	}
}

func TestAGroupIsMadeOnlyAboveTheHostsOwn(t *testing.T) {
	for text, want := range map[string]string{
		"0::/system.slice/ocrmux.service/gateway\n": "/cgroup/system.slice/ocrmux.service",
		"9:memory:/x\n0::/a/b/c\n":                  "/cgroup/a/b",
		"0::/\n":                                    "",
		"0::/system.slice\n":                        "",
		"4:memory:/x\n":                             "",
		"":                                          "",
	} {
		if got := parentGroup("/cgroup", text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The files of a control group stand here in a folder of the test's own: few machines that run tests delegate a real one.
func TestAGroupHoldsMemoryAndProcesses(t *testing.T) {
	dir := t.TempDir()
	if limitsBelow(dir) {
		t.Error("a folder without controllers limits something")
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("cgroup.subtree_control", "cpu memory pids\n")
	if !limitsBelow(dir) {
		t.Error("a folder with both controllers limits nothing")
	}
	if _, err := newGroup(dir, 1<<20); err == nil {
		t.Error("a group without limits was made")
	}
	left, err := filepath.Glob(filepath.Join(dir, "plugin-*"))
	if diff := cmp.Diff([]string(nil), left); diff != "" || err != nil {
		t.Errorf("a group that cannot hold anything is left behind: %s, %v", diff, err)
	}
	files := map[string]string{"memory.max": "1048576", "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "512", "cgroup.procs": "42", "cgroup.kill": "1"}
	for name := range files {
		write(name, "")
	}
	g := &group{dir}
	if err := g.limit(1 << 20); err != nil {
		t.Fatal(err)
	}
	if err := g.enter(42); err != nil {
		t.Fatal(err)
	}
	g.remove()
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, want %q: %v", name, got, want, err)
		}
	}
}
