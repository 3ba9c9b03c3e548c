package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

// serving runs ocrmux serve with a configuration until the test ends, and returns its address.
func serving(t *testing.T, text string) (address string, complaints *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "ocrmux.yaml")
	if err := os.WriteFile(file, []byte(text+"\nplugins: {dir: .}\nstate: {in_memory: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	complaints = new(bytes.Buffer)
	p := &cli.Program{Stdout: in, Stderr: complaints}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		status := p.Run(ctx, []string{"serve", "--config", file})
		_ = in.Close() // ends the reader of its output
		ended <- status
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != cli.StatusOK {
			t.Errorf("serve ends with status %d: %s", status, complaints)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "listening on "), complaints
}

func routesStatus(t *testing.T, address, key string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/v1/routes", nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("X-API-Key", key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

func TestServeWarnsWithoutTenants(t *testing.T) {
	t.Parallel()
	address, complaints := serving(t, `server: {listen: "127.0.0.1:0"}`)
	if !strings.HasPrefix(address, "http://127.0.0.1:") || !strings.Contains(complaints.String(), "no tenants are configured") || routesStatus(t, address, "") != http.StatusOK {
		t.Errorf("%s: %s", address, complaints)
	}
}

func TestKeyNewPrintsAKeyForATenant(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &cli.Program{Stdout: &out, Stderr: t.Output()}
	if got := p.Run(t.Context(), []string{"key", "new", "--tenant", "bank"}); got != cli.StatusOK {
		t.Fatal(got)
	}
	key, rest, _ := strings.Cut(out.String(), "\n")
	_, lines, ok := strings.Cut(rest, "Add to the configuration:\n\n")
	if !ok || !strings.HasPrefix(key, "ocrmux_") || strings.Contains(lines, key) {
		t.Fatal(out.String())
	}
	address, complaints := serving(t, lines+`server: {listen: "0.0.0.0:0"}`)
	address = strings.Replace(strings.Replace(address, "[::]", "127.0.0.1", 1), "0.0.0.0", "127.0.0.1", 1)
	if complaints.Len() > 0 || routesStatus(t, address, key) != http.StatusOK || routesStatus(t, address, "") != http.StatusUnauthorized {
		t.Errorf("%s: %s", address, complaints)
	}
}
