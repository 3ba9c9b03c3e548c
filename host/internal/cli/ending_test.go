package cli_test

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

// free is a provider file that needs no configuration.
const free = `manifest:
  name: free
  version: 1.0.0
  abi: {major: 1}
  documents: [{document: cn.idcard, sides: [front], fields: [name]}]
  hosts: ["https://free.invalid"]
request: {path: /}
card: {fields: {name: /name}}
`

// command returns the program as a process of its own.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Args = append([]string{"ocrmux"}, args...)
	c.Stderr = t.Output()
	return c
}

// A read from standard input hears of no context, as much else does not.
//
//attack:supply-bounds a command is asked to end while it waits for something that does not come
func TestSIGTERMEndsACommandThatHearsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "free.provider.yaml"), []byte(free), 0o600); err != nil {
		t.Fatal(err)
	}
	lock := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
	if status := lock.Run(t.Context(), []string{"plugin", "lock", "--yes", dir}); status != cli.StatusOK {
		t.Fatalf("the plugin is not approved: status %d", status)
	}
	c := command(t, "batch", "--plugins-dir", dir, "--cache-dir", filepath.Join(dir, "cache"), "-")
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+dir)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// Once it has said that this is no picture, it waits for the next one.
	if _, err := io.WriteString(in, filepath.Join(dir, "none.jpg")+"\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != cli.StatusInterrupted {
		t.Errorf("it ends with %v, want status %d", err, cli.StatusInterrupted)
	}
}
