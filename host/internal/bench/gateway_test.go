package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

const mib = 1 << 20

// defaultLevel is the log level without configuration.
const defaultLevel = "warn"

// key of the tenant that asks.
const key = "ocrmux_a-key-that-is-used-in-these-benchmarks-only"

// gateway is a running ocrmux serve.
type gateway struct {
	address string
	plugins string // its folder of plugins
	pid     int
	client  *http.Client
	// reloaded receives the result of each reload.
	reloaded chan error

	mu   sync.Mutex
	last []string // lines of its log that are no requests
}

// serve starts a gateway with a log level, whose vendors are at one address, until the test ends.
func serve(tb testing.TB, vendors, level string) *gateway {
	tb.Helper()
	built(tb)
	dir := tb.TempDir()
	g := &gateway{plugins: filepath.Join(dir, "plugins"), reloaded: make(chan error, 1024), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2048}}}
	if err := os.Mkdir(g.plugins, 0o700); err != nil {
		tb.Fatal(err)
	}
	for _, name := range []string{"jumdata", "duguang"} {
		g.install(tb, plugin(name))
	}
	file := filepath.Join(dir, "ocrmux.yaml")
	text, err := json.Marshal(configuration(vendors, level)) // JSON is YAML
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(program(), "serve", "--config", file)
	cmd.Env = append(os.Environ(), "BENCH_ID=demo", "BENCH_SECRET=efcefcef1121cefcefc1212121")
	out, outErr := cmd.StdoutPipe()
	log, logErr := cmd.StderrPipe()
	if err := errors.Join(outErr, logErr, cmd.Start()); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		g.follow(log)
		close(ended)
	}()
	tb.Cleanup(func() {
		g.client.CloseIdleConnections()
		_ = cmd.Process.Signal(syscall.SIGTERM) // Wait reports an early end
		<-ended
		if err := cmd.Wait(); err != nil {
			tb.Errorf("the gateway ends with %v: %s", err, g.said())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("the gateway does not start: %v: %s", err, g.said())
	}
	g.address, g.pid = strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), cmd.Process.Pid
	return g
}

// configuration enables everything that costs time: a tenant, budgets of each kind, metrics, and state in a folder.
func configuration(vendors, level string) map[string]any {
	type object = map[string]any
	secret := func(names ...string) object {
		return object{names[0]: "env:BENCH_ID", names[1]: "env:BENCH_SECRET"}
	}
	return object{
		"plugins": object{"dir": "plugins", "lock": "off", "cache_dir": filepath.Join(work.dir, "cache")},
		"providers": object{
			"duguang": object{"config": object{"endpoint": vendors}, "secrets": secret("app_key", "app_secret"), "price": object{"per_call": "0.01"}},
			"jumdata": object{"config": object{"endpoint": vendors}, "secrets": secret("app_id", "app_secret"), "price": object{"per_call": "0.01"}},
		},
		"routes": object{"duguang": object{"providers": []string{"duguang"}}, "jumdata": object{"providers": []string{"jumdata"}}},
		"money": object{"budgets": []object{
			{"tenant": "bench", "per": "day", "calls": 1_000_000_000},
			{"route": "duguang", "per": "day", "amount": "1000000.00"}, {"route": "jumdata", "per": "day", "amount": "1000000.00"},
			{"provider": "duguang", "per": "month", "amount": "1000000.00"}, {"provider": "jumdata", "per": "month", "amount": "1000000.00"},
		}},
		"state":     object{"dir": "state"},
		"server":    object{"listen": "127.0.0.1:0"},
		"tenants":   object{"bench": object{"keys": []string{access.Hash(key).String()}, "admin": true}},
		"telemetry": object{"metrics": object{"prometheus": true}},
		"log":       object{"level": level, "format": "json"},
	}
}

// install writes a module into the folder of plugins, or replaces its other version, atomically.
func (g *gateway) install(tb testing.TB, module string) {
	tb.Helper()
	code, err := os.ReadFile(module)
	if err != nil {
		tb.Fatal(err)
	}
	name := filepath.Base(module)
	temp := filepath.Join(g.plugins, "."+name)
	if err := errors.Join(os.WriteFile(temp, code, 0o600), os.Rename(temp, filepath.Join(g.plugins, name))); err != nil {
		tb.Fatal(err)
	}
}

// follow reads the log until the gateway ends.
func (g *gateway) follow(log io.Reader) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var record struct{ Level, Msg, Error string }
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			record.Msg = lines.Text()
		}
		switch {
		case record.Msg == "reloaded":
			g.reloaded <- nil
		case strings.HasPrefix(record.Msg, "not reloaded"):
			g.reloaded <- errors.New(record.Error)
		case record.Level != "INFO":
			g.mu.Lock()
			g.last = append(g.last, lines.Text())
			g.mu.Unlock()
		}
	}
}

// said returns the warnings and errors of the gateway.
func (g *gateway) said() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Join(g.last, "\n")
}

// call is a request without its body.
type call struct {
	url, kind string
	key       string
}

// recognize returns a call of one of the gateway's routes.
func (g *gateway) recognize(route, kind string) call {
	return call{url: g.address + "/v1/recognize?route=" + route, kind: kind, key: key}
}

// ask makes a call and reads the whole answer.
func ask(client *http.Client, c call, body []byte) error {
	r, err := http.NewRequest(http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", c.kind)
	if c.key != "" {
		r.Header.Set("X-API-Key", c.key)
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was read completely
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %s", answer.StatusCode, text)
	}
	return nil
}

// get returns the gateway's answer at a path.
func (g *gateway) get(tb testing.TB, path string) []byte {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, g.address+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("X-API-Key", key)
	answer, err := g.client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was read completely
	if err != nil || answer.StatusCode != http.StatusOK {
		tb.Fatalf("%s: status %d, %v", path, answer.StatusCode, err)
	}
	return text
}

// version of a provider's plugin.
func (g *gateway) version(tb testing.TB, provider string) string {
	tb.Helper()
	var p struct{ Version string }
	if err := json.Unmarshal(g.get(tb, "/v1/providers/"+provider), &p); err != nil {
		tb.Fatal(err)
	}
	return p.Version
}

// goroutines returns the number of goroutines in the gateway's metrics.
func (g *gateway) goroutines(tb testing.TB) float64 {
	tb.Helper()
	m := regexp.MustCompile(`(?m)^go_goroutines (\d+)$`).FindSubmatch(g.get(tb, "/metrics"))
	if m == nil {
		tb.Fatal("the metrics have no go_goroutines")
	}
	n, _ := strconv.ParseFloat(string(m[1]), 64) // the pattern allows digits only
	return n
}

// resident returns VmRSS or VmHWM of the gateway in MiB.
func (g *gateway) resident(tb testing.TB, figure string) float64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.pid))
	if err != nil {
		testenv.Missing(tb, "how much memory another process has: %v", err)
	}
	m := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		tb.Fatalf("/proc says nothing of %s", figure)
	}
	n, _ := strconv.ParseFloat(string(m[1]), 64) // the pattern allows digits only
	return n / 1024
}
