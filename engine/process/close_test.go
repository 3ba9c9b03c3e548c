package process

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestAProviderEndsWithItsHostStream(t *testing.T) {
	m := load(t, Config{BackoffMin: time.Nanosecond, BackoffMax: time.Nanosecond})
	mustStep(t, m, abi.DocumentIDCard) // so that the stream, which was opened before, has reached the child
	m.mu.Lock()
	c := m.child
	m.mu.Unlock()
	_ = c.conn.Close() // all that a dead host leaves behind, where there is no parent-death signal
	<-c.done
	if got := c.why(); got.String() != "exit status 0" {
		t.Errorf("the child ended with %s", got)
	}
	mustStep(t, m, abi.DocumentIDCard)
}

//attack:process-outlives a child that closes the stream to its host and goes on
func TestAChildMustKeepTheHostStream(t *testing.T) {
	noLeaks(t)
	for name, code := range map[string]message.Code{"hostless": message.ProcessNoHostStream, "leaver": message.ProcessWentOn} {
		t.Run(name, func(t *testing.T) {
			clock := newAlarms()
			cfg := Config{Now: clock.now, After: clock.after, CrashLimit: 1}.withDefaults()
			m := loadPlugin(t, cfg, pluginOf(t, "hostless", name))
			if name == "leaver" {
				clock.ring(cfg.StopGrace)
			}
			waitFor(m, func(s catalog.State) bool { return s == catalog.Broken })
			if got := m.Status().Reason; got.Code() != message.ProcessRests || !got.Has(code) {
				t.Errorf("it rests because %s", got)
			}
		})
	}
}

func TestClosingWaitsForRunningCalls(t *testing.T) {
	noLeaks(t)
	r := New(Config{})
	defer func() { _ = r.Close(context.Background()) }()
	m, err := r.Load(t.Context(), pluginOf(t, "actor", "actor"))
	if err != nil {
		t.Fatal(err)
	}
	entered, leave, called := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		var once sync.Once
		_, err := m.Step(t.Context(), &abi.StepRequest{Start: &abi.Start{Document: "host"}}, hostWith(func(context.Context, *abi.HostCall) *abi.HostReply {
			once.Do(func() { close(entered) })
			<-leave
			return &abi.HostReply{Status: abi.HostStatusDenied}
		}))
		called <- err
	}()
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- m.Close(context.Background()) }()
	for m.Status().State != catalog.Closed {
		runtime.Gosched()
	}
	if _, err := step(t.Context(), m, abi.DocumentIDCard); pluginError(t, err).Cause != catalog.Unavailable {
		t.Errorf("a closed module gave %v", err)
	}
	select {
	case <-closed:
		t.Fatal("it closed under a running call")
	default:
	}
	close(leave)
	if err := <-called; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if s := m.Status(); s.State != catalog.Closed || s.Instances != 0 {
		t.Errorf("status %+v", s)
	}
	if err := m.Close(context.Background()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestClosingInAHurryEndsRunningCalls(t *testing.T) {
	noLeaks(t)
	r := New(Config{})
	defer func() { _ = r.Close(context.Background()) }()
	m, err := r.Load(t.Context(), pluginOf(t, "actor", "actor"))
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan error, 1)
	go func() {
		_, err := step(t.Context(), m, "hang")
		called <- err
	}()
	c := m.(*module).child
	untilCalled(c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if e := pluginError(t, <-called); e.Cause != catalog.Unavailable {
		t.Errorf("the running call got %v", e)
	}
}

func TestWhatAProviderPrintsWhileItServesIsLogged(t *testing.T) {
	r, w := io.Pipe()
	m := load(t, Config{Logger: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	t.Cleanup(func() { _ = r.Close() }) // ends writers before the module is closed
	mustStep(t, m, "print")
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if strings.Contains(lines.Text(), "line 42") {
			for _, want := range []string{"level=DEBUG", "plugin=actor", "stream=stderr"} {
				if !strings.Contains(lines.Text(), want) {
					t.Errorf("%q lacks %s", lines.Text(), want)
				}
			}
			return
		}
	}
	t.Error("the line is missing")
}
