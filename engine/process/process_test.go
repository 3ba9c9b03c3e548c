package process

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// hostEnv makes the test program play a host; see TestAChildDiesWithItsHost.
const hostEnv = "OCRMUX_TEST_HOST_OF"

// scratch is where program builds; TestMain makes and removes it.
var scratch string

func TestMain(m *testing.M) {
	if plugin := os.Getenv(hostEnv); plugin != "" {
		playHost(plugin)
	}
	var err error
	if scratch, err = os.MkdirTemp("", "ocrmux-process-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(status)
}

// build builds all programs of testdata once, when the first test wants one: fuzzing starts many of these test programs.
var build = sync.OnceValue(func() error {
	cmd := exec.Command("go", append([]string{"build", "-o", scratch + string(filepath.Separator), "./testdata/actor", "./testdata/hostless", "./testdata/rude"}, ofThisSystem...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the programs of testdata: %w\n%s", err, out)
	}
	return nil
})

// program is the path of a built program of testdata.
func program(t testing.TB, name string) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(scratch, name)
}

// pluginOf is the plugin that a catalog would find for a program, under a name of our choice.
func pluginOf(t testing.TB, from, name string) catalog.Plugin {
	t.Helper()
	path := program(t, from)
	code, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return pluginWith(path, name, code)
}

func pluginWith(path, name string, code []byte) catalog.Plugin {
	return catalog.Plugin{
		Kind: catalog.Process, Path: path, Code: code, SHA256: sha256.Sum256(code),
		Manifest: &abi.Descriptor{Name: name, ABI: &abi.ABIRange{Major: abi.Major}},
	}
}

// load loads the actor; everything is closed with the test.
func load(t testing.TB, cfg Config) *module {
	t.Helper()
	return loadPlugin(t, cfg, pluginOf(t, "actor", "actor"))
}

func loadPlugin(t testing.TB, cfg Config, p catalog.Plugin) *module {
	t.Helper()
	r := New(cfg)
	m, err := r.Load(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m.(*module)
}

// failToLoad gives the error of a plugin that cannot be loaded.
func failToLoad(t *testing.T, cfg Config, p catalog.Plugin) *catalog.PluginError {
	t.Helper()
	r := New(cfg)
	defer func() { _ = r.Close(context.Background()) }()
	m, err := r.Load(t.Context(), p)
	if err == nil {
		_ = m.Close(context.Background())
		t.Fatal("the plugin was loaded")
	}
	return pluginError(t, err)
}

func pluginError(t testing.TB, err error) *catalog.PluginError {
	t.Helper()
	var e *catalog.PluginError
	if !errors.As(err, &e) {
		t.Fatalf("not a PluginError: %v", err)
	}
	return e
}

func step(ctx context.Context, m catalog.Module, document string) (*abi.Done, error) {
	a, err := m.Step(ctx, &abi.StepRequest{Start: &abi.Start{Document: document}}, noHost{})
	if err != nil {
		return nil, err
	}
	return a.Done, nil
}

func mustStep(t testing.TB, m catalog.Module, document string) *abi.Done {
	t.Helper()
	d, err := step(t.Context(), m, document)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// extra finds what the actor said under a name.
func extra(t testing.TB, d *abi.Done, name string) string {
	t.Helper()
	for _, e := range d.Extras {
		if e.Name == name {
			return e.Value
		}
	}
	t.Fatalf("nothing was said about %s: %+v", name, d.Extras)
	return ""
}

type noHost struct{}

func (noHost) Call(context.Context, *abi.HostCall) *abi.HostReply {
	return &abi.HostReply{Status: abi.HostStatusDenied, Message: "no host function is allowed"}
}

// hostWith is a host made of one function.
type hostWith func(context.Context, *abi.HostCall) *abi.HostReply

func (h hostWith) Call(ctx context.Context, c *abi.HostCall) *abi.HostReply { return h(ctx, c) }

// overdue is a context whose time runs out when the test says so.
type overdue struct {
	context.Context
	done chan struct{}
	once sync.Once
}

func newOverdue(ctx context.Context) *overdue {
	return &overdue{Context: ctx, done: make(chan struct{})}
}

func (o *overdue) expire()                     { o.once.Do(func() { close(o.done) }) }
func (o *overdue) Deadline() (time.Time, bool) { return time.Now().Add(time.Hour), true }
func (o *overdue) Done() <-chan struct{}       { return o.done }

func (o *overdue) Err() error {
	select {
	case <-o.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// untilCalled returns when the child carries out a call.
func untilCalled(c *child) {
	for open := 0; open == 0; runtime.Gosched() {
		c.calls.mu.Lock()
		open = len(c.calls.open)
		c.calls.mu.Unlock()
	}
}

// alarms is a clock that stands still and whose alarms go off when the test says so.
type alarms struct {
	mu      sync.Mutex
	changed *sync.Cond
	pending map[time.Duration][]chan time.Time
}

func newAlarms() *alarms {
	a := &alarms{pending: map[time.Duration][]chan time.Time{}}
	a.changed = sync.NewCond(&a.mu)
	return a
}

func (*alarms) now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func (a *alarms) after(d time.Duration) <-chan time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	ch := make(chan time.Time, 1)
	a.pending[d] = append(a.pending[d], ch)
	a.changed.Broadcast()
	return ch
}

// ring waits until somebody waits for d, and lets that time pass for all who do.
func (a *alarms) ring(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.pending[d]) == 0 {
		a.changed.Wait()
	}
	for _, ch := range a.pending[d] {
		ch <- a.now()
	}
	delete(a.pending, d)
}

// noLeaks fails the test when goroutines of this package are left at its end. They end soon after what they serve, so it
// looks until there are none.
func noLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		enough := time.After(time.Minute)
		for left := ours(); left != ""; left = ours() {
			select {
			case <-enough:
				t.Fatalf("goroutines are left:\n%s", left)
			default:
				runtime.Gosched()
			}
		}
	})
}

func ours() string {
	buf := make([]byte, 1<<20)
	var left []string
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		for _, p := range []string{"engine/process.(*", "hashicorp/go-plugin", "google.golang.org/grpc", "os/exec"} {
			if strings.Contains(g, p) && !strings.Contains(g, "testing.tRunner") {
				left = append(left, g)
				break
			}
		}
	}
	return strings.Join(left, "\n\n")
}
