package process

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// playHost loads the plugin, tells the number of its process and waits to be killed.
func playHost(path string) {
	code, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	m, err := New(Config{noNamespaces: os.Getenv(hostEnv+"_ALONE") != ""}).Load(context.Background(), pluginWith(path, "actor", code))
	if err != nil {
		panic(err)
	}
	if _, err := step(context.Background(), m, abi.DocumentIDCard); err != nil {
		panic(err)
	}
	fmt.Println(m.(*module).child.proc.process.Pid) // its own number may be that of a namespace
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

//attack:process-outlives a child that goes on when its host is killed
func TestAChildDiesWithItsHost(t *testing.T) {
	for name, alone := range map[string]string{"in namespaces": "", "without them": "1"} {
		t.Run(name, func(t *testing.T) { diesWithItsHost(t, hostEnv+"_ALONE="+alone) })
	}
}

func diesWithItsHost(t *testing.T, setting string) {
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), hostEnv+"="+program(t, "actor"), setting, "TMPDIR="+t.TempDir()) // it cannot clean up
	host.Stderr = os.Stderr
	stdin, err := host.StdinPipe() // held open, so that the host lives
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child := watch(t, strings.TrimSpace(line))
	// A process that has been stopped cannot notice that its stream ends.
	if err := unix.PidfdSendSignal(child.fd, unix.SIGSTOP, nil, 0); err != nil {
		t.Fatal(err)
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.ends()
	_ = host.Wait()
}

//attack:process-outlives a program that a child has started
func TestWhatAChildHasStartedDiesWithIt(t *testing.T) {
	r := New(Config{Confinement: ConfineOff}) // a confined one cannot start any
	defer func() { _ = r.Close(context.Background()) }()
	m, err := r.Load(t.Context(), pluginOf(t, "actor", "actor"))
	if err != nil {
		t.Fatal(err)
	}
	sleeper := watch(t, extra(t, mustStep(t, m, "spawn"), "pid"))
	if err := m.Close(t.Context()); err != nil {
		t.Error(err)
	}
	sleeper.ends()
}

//attack:supply-approved changing the file of a program between check and start
func TestTheCodeThatRunsCannotBeChanged(t *testing.T) {
	e, err := memoryFile("x", []byte("code"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	if _, err := e.file.WriteAt([]byte("evil"), 0); err == nil {
		t.Error("it could be overwritten")
	}
	if err := e.file.Truncate(0); err == nil {
		t.Error("it could be cut")
	}
	if err := e.file.Truncate(100); err == nil {
		t.Error("it could be made longer")
	}
}

func TestAPrivateCopyRunsToo(t *testing.T) {
	p := pluginOf(t, "rude", "exits")
	exe, err := privateCopy(p.Code)
	if err != nil {
		t.Fatal(err)
	}
	defer exe.close()
	cfg := Config{}.withDefaults()
	l := &launcher{name: "exits", dir: t.TempDir(), exe: exe, spawn: newSpawner(), cfg: &cfg}
	defer l.spawn.close()
	if _, e := l.launch(t.Context()); e == nil || e.Cause != catalog.StartFailed || !strings.Contains(e.Error(), "exit status 7") {
		t.Errorf("got %v", e)
	}
	if info, err := os.Stat(exe.path); err != nil || info.Mode().Perm() != 0o500 {
		t.Errorf("the copy has %v, %v", info.Mode(), err)
	}
	exe.close()
	if _, err := os.Stat(exe.path); err == nil {
		t.Error("the copy is left behind")
	}
}

// watched is a process that is no child of ours, or need not be.
type watched struct {
	t  *testing.T
	fd int
}

func watch(t *testing.T, pid string) watched {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(n, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return watched{t, fd}
}

// ends returns when the process has ended.
func (w watched) ends() {
	w.t.Helper()
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			w.t.Fatal(err)
		}
		return
	}
}

// ofThisSystem are programs of testdata that only Linux has.
var ofThisSystem = []string{"./testdata/hostile"}
