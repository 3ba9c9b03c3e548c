//go:build !windows

package cli_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

// reloading is a gateway in this process.
type reloading struct {
	t       *testing.T
	config  string
	address string
	log     chan string
}

func serveReloading(t *testing.T, text string) *reloading {
	t.Helper()
	dir := t.TempDir()
	g := &reloading{t: t, config: filepath.Join(dir, "ocrmux.yaml"), log: make(chan string, 1000)}
	if err := os.Mkdir(filepath.Join(dir, "plugins"), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "provider-declarative", "acme.provider.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plugins", "acme.provider.yaml"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.write(text)
	stdout, out := io.Pipe()
	stderr, errs := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		p := &cli.Program{Stdin: strings.NewReader(""), Stdout: out, Stderr: errs}
		status := p.Run(ctx, []string{"serve", "--config", g.config})
		_, _ = out.Close(), errs.Close()
		done <- status
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	go func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			g.log <- lines.Text()
		}
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("it does not listen: %s", <-g.log)
	}
	g.address = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return g
}

func (g *reloading) write(text string) {
	g.t.Helper()
	temp := g.config + ".new"
	if err := os.WriteFile(temp, []byte("server: {listen: \"127.0.0.1:0\"}\nstate: {in_memory: true}\nplugins: {dir: plugins, lock: off}\nlog: {level: info}\n"+text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	if err := os.Rename(temp, g.config); err != nil {
		g.t.Fatal(err)
	}
}

// logs waits for a log line that contains a text.
func (g *reloading) logs(text string) string {
	for line := range g.log {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

func (g *reloading) routes() string {
	g.t.Helper()
	response, err := http.Get(g.address + "/v1/routes")
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(body)
}

const acme = "providers: {acme: {secrets: {app_key: \"file:secret\", app_secret: \"file:secret\"}}}\n"

func TestServeReloadsConfigurationAndPlugins(t *testing.T) {
	g := serveReloading(t, acme)
	if strings.Contains(g.routes(), "careful") {
		t.Fatal("the route is there already")
	}
	g.write(acme + "routes: {careful: {providers: [acme]}}\n")
	if line := g.logs("reloaded"); !strings.Contains(line, "ocrmux.yaml has changed") || !strings.Contains(g.routes(), "careful") {
		t.Errorf("after a change: %s\n%s", line, g.routes())
	}
	g.write(acme + "routes: {careful: {providers: [nobody]}}\n")
	if line := g.logs("reloaded"); !strings.Contains(line, "not reloaded") || !strings.Contains(line, "nobody") || !strings.Contains(g.routes(), "careful") {
		t.Errorf("a wrong configuration: %s", line)
	}
	g.write(acme)
	g.logs("reloaded")
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if line := g.logs("reloaded"); !strings.Contains(line, "hangup") {
		t.Errorf("the reason is not the signal: %s", line)
	}
	file := filepath.Join(filepath.Dir(g.config), "plugins", "acme.provider.yaml")
	if err := os.WriteFile(file, []byte("manifest: {name: acme}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if line := g.logs("refused"); !strings.Contains(line, "acme") {
		t.Errorf("a bad plugin: %s", line)
	}
	if g.logs("reloaded"); !strings.Contains(g.routes(), "default") {
		t.Error("the previous plugin no longer serves")
	}
}
