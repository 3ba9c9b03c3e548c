package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

// served runs a gateway until it listens, and then stops it.
func served(t *testing.T, p *cli.Program, args ...string) (status int, stderr string) {
	t.Helper()
	r, w := io.Pipe()
	var errs bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr = strings.NewReader(""), w, &errs
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan int, 1)
	go func() {
		done <- p.Run(ctx, append([]string{"serve", "--plugins-dir", t.TempDir()}, args...))
		_ = w.Close()
	}()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "listening on") {
			cancel()
		}
	}
	return <-done, errs.String()
}

func TestServeKeepsStateInTheUsersFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	environ := []string{"OCRMUX_SERVER__LISTEN=127.0.0.1:0"}
	for range 2 { // the second time with the state of the first
		if _, stderr := served(t, &cli.Program{Environ: environ, UserStateDir: dir}); strings.Contains(stderr, "state") {
			t.Fatalf("standard error: %s", stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, "ocrmux", "jetstream")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServeKeepsNoStateIfConfigured(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	served(t, &cli.Program{Environ: []string{"OCRMUX_SERVER__LISTEN=127.0.0.1:0", "OCRMUX_STATE__IN_MEMORY=true"}, UserStateDir: dir})
	if _, err := os.Stat(filepath.Join(dir, "ocrmux")); err == nil {
		t.Error("there is a state folder")
	}
}

func TestServeWarnsAboutBudgetsInMemory(t *testing.T) {
	t.Parallel()
	environ := []string{"OCRMUX_SERVER__LISTEN=127.0.0.1:0", `OCRMUX_MONEY__BUDGETS=[{tenant: a, per: day, calls: 1}]`}
	if _, stderr := served(t, &cli.Program{Environ: environ}); !strings.Contains(stderr, "set state.dir") {
		t.Errorf("standard error without a folder: %q", stderr)
	}
}
