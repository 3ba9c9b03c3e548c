// Package registrytest runs a real registry, CNCF Distribution, for tests on this machine.
package registrytest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/testenv"
)

// program is built when a test needs it. It is not a dependency of this module.
const program = "github.com/distribution/distribution/v3/cmd/registry@v3.1.2"

// User and Password are the credentials of a guarded registry.
const (
	User     = "specimen"
	Password = "specimen"
	// users is the htpasswd file with bcrypt.
	users = "specimen:$2a$04$xTR0I3tpnwUrGPnxqSA3sehYEYI.KoBBFINI35rxCq5Y.k86Dpdlu\n"
)

// Build builds the registry and returns its path. It skips the test if the registry cannot be built.
func Build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("building the registry takes minutes at first")
	}
	dir := t.TempDir()
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok { // a slow machine with an empty build cache must not fail the test
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-time.Minute))
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, "go", "install", program)
	cmd.Dir = dir // outside this module
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		testenv.Missing(t, "the registry %s cannot be built: %v\n%s", program, err, out)
	}
	return filepath.Join(dir, "registry")
}

// Registry is a registry that runs until its test ends.
type Registry struct {
	// Address is HOST:PORT. The registry uses plain http.
	Address string
	storage string
}

// Start starts an empty registry. A guarded registry requires [User] and [Password].
func Start(t *testing.T, program string, guarded bool) *Registry {
	t.Helper()
	dir := t.TempDir()
	r := &Registry{storage: filepath.Join(dir, "storage")}
	config := fmt.Sprintf("version: 0.1\nlog: {level: info}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: \"127.0.0.1:0\", secret: specimen}\n", r.storage)
	if guarded {
		config += fmt.Sprintf("auth: {htpasswd: {realm: test, path: %q}}\n", filepath.Join(dir, "users"))
	}
	write(t, filepath.Join(dir, "users"), users)
	write(t, filepath.Join(dir, "config.yaml"), config)

	cmd := exec.Command(program, "serve", filepath.Join(dir, "config.yaml"))
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	drained := make(chan struct{})
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-drained
		_ = cmd.Wait() // it was killed
	})
	lines := bufio.NewReader(log)
	listening := regexp.MustCompile(`listening on (127\.0\.0\.1:[0-9]+)`)
	var said strings.Builder
	for r.Address == "" {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if m := listening.FindStringSubmatch(line); m != nil {
			r.Address = m[1]
		}
		if err != nil {
			close(drained)
			t.Fatalf("the registry does not start: %v\n%s", err, &said)
		}
	}
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, lines)
	}()
	return r
}

// Tamper replaces the content that the registry stores under a digest, "sha256:…".
func (r *Registry) Tamper(t *testing.T, digest string, change func([]byte) []byte) {
	t.Helper()
	sum := strings.TrimPrefix(digest, "sha256:")
	path := filepath.Join(r.storage, "docker", "registry", "v2", "blobs", "sha256", sum[:2], sum, "data")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(change(content)))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
