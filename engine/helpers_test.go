package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// built holds the plugins that the tests run, as modules and as subprocesses, and compiled code.
type builds struct{ modules, processes, cache string }

var built builds // made by TestMain, only read afterwards

func TestMain(m *testing.M) {
	sources := []string{filepath.Join("..", "plugins", "jumdata"), filepath.Join("testdata", "actor")}
	os.Exit(plugintest.Main(m, plugintest.Sources{Modules: sources, Processes: sources}, func(b plugintest.Built) error {
		built = builds{b.Modules, b.Processes, b.Cache}
		return variants(built.processes)
	}))
}

// variants puts two more plugins beside the actor, of the same program: "linker", which takes URLs only, and "reader",
// which may read the picture.
func variants(dir string) error {
	program, err1 := os.ReadFile(filepath.Join(dir, "actor"))
	about, err2 := os.ReadFile(filepath.Join(dir, "actor"+abi.ManifestSuffix))
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for name, change := range map[string]*strings.Replacer{
		"linker": strings.NewReplacer(`["bytes"]`, `["url"], "max_url_bytes": 60`),
		"reader": strings.NewReplacer(`"image_inspect"`, `"image_read"`),
	} {
		text := strings.Replace(change.Replace(string(about)), `"actor"`, `"`+name+`"`, 1)
		if err := errors.Join(os.WriteFile(filepath.Join(dir, name), program, 0o700), os.WriteFile(filepath.Join(dir, name+abi.ManifestSuffix), []byte(text), 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// Secrets of the tests: no log, error or result may show them.
const (
	keySecret   = "S3CRET-key-a1b2c3"
	innerSecret = "S3CRET-inner-d4e5f6"
	boundSecret = "S3CRET-bound-071829"
	tokenSecret = "S3CRET-token-3a4b5c"
)

// bench is an engine with everything around it.
type bench struct {
	*engine.Engine
	clock *testenv.Clock
	log   *logBuffer
}

// open opens an engine that is closed with the test. What it logs at any level is looked through for secrets.
func open(t testing.TB, change func(*engine.Config)) *bench {
	t.Helper()
	cfg := config(t)
	b := &bench{clock: testenv.NewClock(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)), log: new(logBuffer)}
	cfg.Now = b.clock.Now
	cfg.Logger = slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if change != nil {
		change(&cfg)
	}
	var err error
	if b.Engine, err = engine.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if strings.Contains(b.log.String(), "S3CRET") {
			t.Errorf("the log shows a secret:\n%s", b.log)
		}
	})
	return b
}

// config has the built modules, and no provider yet.
func config(t testing.TB) engine.Config {
	t.Helper()
	modules, err := wasm.New(wasm.Config{CacheDir: built.cache, Instances: 2})
	if err != nil {
		t.Fatal(err)
	}
	return engine.Config{Plugins: built.modules, Runtimes: []engine.Runtime{modules, process.New(process.Config{})}, Random: new(counter)}
}

// actor is a provider that plays an act, against a vendor.
func actor(endpoint string) engine.ProviderConfig {
	return engine.ProviderConfig{
		Plugin: "actor", Config: map[string]any{"endpoint": endpoint},
		Secrets: map[string]engine.Secret{"key": engine.NewSecret(keySecret), "inner": engine.NewSecret(innerSecret), "bound": engine.NewSecret(boundSecret)},
	}
}

func jumdata(endpoint string) engine.ProviderConfig {
	return engine.ProviderConfig{
		Plugin: "jumdata", Config: map[string]any{"endpoint": endpoint},
		Secrets: map[string]engine.Secret{"app_id": engine.NewSecret(keySecret), "app_secret": engine.NewSecret(innerSecret)},
	}
}

// openActor opens an engine whose only provider is the actor.
func openActor(t testing.TB, endpoint string) *bench {
	t.Helper()
	return open(t, func(c *engine.Config) { c.Providers = map[string]engine.ProviderConfig{"actor": actor(endpoint)} })
}

// act is a request for an act over a small picture.
func act(t testing.TB, name string) engine.Request {
	t.Helper()
	return engine.Request{Picture: engine.Bytes(jpegOf(t, 60, 40)), Options: map[string]any{"act": name}}
}

// failure is how a call failed. Neither its text nor that of any cause nor its JSON may show a secret.
func failure(t testing.TB, r *engine.Recognition, err error) *engine.Error {
	t.Helper()
	var e *engine.Error
	if !errors.As(err, &e) {
		t.Fatalf("recognition %v, error %T (%v); want an *engine.Error", r, err, err)
	}
	asJSON, jsonErr := json.Marshal(e)
	if jsonErr != nil {
		t.Error(jsonErr)
	}
	for chain := err; chain != nil; chain = errors.Unwrap(chain) {
		asJSON = append(asJSON, chain.Error()...)
	}
	if bytes.Contains(asJSON, []byte("S3CRET")) {
		t.Errorf("the error shows a secret: %s", asJSON)
	}
	return e
}

// verdict is what decides about money and about what to do next, in one line.
func verdict(f engine.Failure) string {
	s := fmt.Sprintf("%v, billed %v, fault %v", f.Kind, f.Billed, f.Fault)
	if f.Retryable {
		s += ", retryable"
	}
	if f.FailOver {
		s += ", fail over"
	}
	return s
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// counter is randomness that is the same in every run.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}

// vendor serves handlers by path until the test ends.
func vendor(t testing.TB, handlers map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range handlers {
		mux.HandleFunc(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// says answers with JSON whatever is asked.
func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	}
}

// goodCard is an answer of the actor's vendor.
const goodCard = `{"id": "task-1", "fields": {"name": "样本人"}}`

// rawVendor serves each connection of a listener itself, and ends them with the test.
func rawVendor(t testing.TB, serve func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			running.Go(func() { defer func() { _ = c.Close() }(); serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return "http://" + l.Addr().String()
}

// readRequest reads one whole request off a connection.
func readRequest(c net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}
