//go:build !race

package cli_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

const releasedGuests = "../../../engine/internal/compat/testdata/v1.0/guests"

//attack:module-bounds a module whose compilation takes more memory than it may
func TestTryModuleStopsACompilationThatTakesTooMuchMemory(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join(releasedGuests, "jumdata.wasm.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	code, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	small, err := os.ReadFile(filepath.Join(releasedGuests, "jumdata-rust.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		code    []byte
		stopped bool
	}{{code, true}, {small, false}} {
		c := command(t, "try-module", "--memory", "170000000")
		c.Stdin, c.Stderr = bytes.NewReader(tt.code), io.Discard // of a Go program without memory
		err := c.Run()
		var exit *exec.ExitError
		if stopped := errors.As(err, &exit) && exit.ExitCode() != cli.StatusInternal; stopped != tt.stopped || err != nil && !stopped {
			t.Errorf("a module of %d bytes ends with %v", len(tt.code), err)
		}
	}
}

// The program has each module compiled in another process first, which leaves a note.
func TestTheProgramTriesAModuleBeforeItLoadsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, err := os.ReadFile(filepath.Join(releasedGuests, "jumdata-rust.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jumdata-rust.wasm"), code, 0o600); err != nil {
		t.Fatal(err)
	}
	lock := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
	if status := lock.Run(t.Context(), []string{"plugin", "lock", "--yes", dir}); status != cli.StatusOK {
		t.Fatalf("the plugin is not approved: status %d", status)
	}
	cache := filepath.Join(dir, "cache")
	config := filepath.Join(dir, "ocrmux.yaml")
	if err := os.WriteFile(config, []byte(`providers: {jumdata-rust: {secrets: {app_id: "env:X", app_secret: "env:X"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := command(t, "providers", "--config", config, "--plugins-dir", dir, "--cache-dir", cache)
	c.Env = append(os.Environ(), "X=x")
	if out, err := c.Output(); err != nil || !bytes.Contains(out, []byte("ready")) {
		t.Fatalf("%v\n%s", err, out)
	}
	if notes, err := os.ReadDir(filepath.Join(cache, "tried")); err != nil || len(notes) != 1 {
		t.Errorf("the notes are %v, %v", notes, err)
	}
}
