package process

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestEveryEntryPointReachesTheProvider(t *testing.T) {
	noLeaks(t)
	for name, cfg := range map[string]Config{"plain": {}, "with mutual TLS": {AutoMTLS: true}} {
		t.Run(name, func(t *testing.T) {
			m := load(t, cfg)
			if got := mustStep(t, m, abi.DocumentIDCard).Fields[0].Text; got != "样本" {
				t.Errorf("step gave %q", got)
			}
			a, err := m.Accept(t.Context(), &abi.AcceptRequest{Request: &abi.InboundRequest{Path: "/ocr"}}, noHost{})
			if err != nil || a.Admit == nil || a.Admit.Document != "/ocr" {
				t.Errorf("accept gave %+v, %v", a, err)
			}
			r, err := m.Reply(t.Context(), &abi.ReplyRequest{CallID: "7"}, noHost{})
			if err != nil || r.Status != 200 || r.Headers[0].Value != "7" {
				t.Errorf("reply gave %+v, %v", r, err)
			}
			if s := m.Status(); s.State != catalog.Ready || s.Instances != 1 || s.Replaced != 0 {
				t.Errorf("status %+v", s)
			}
		})
	}
}

//attack:process-others reading environment, arguments and files that the host leaves to its children
func TestAChildGetsNothingOfItsHost(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "s3cret")
	t.Setenv("ALLOWED_BY_THE_OPERATOR", "yes")
	t.Setenv("OCRMUX_PLUGIN", "not this")
	m := load(t, Config{Env: []string{"ALLOWED_BY_THE_OPERATOR", "NOT_SET", "OCRMUX_PLUGIN"}, AutoMTLS: true})
	d := mustStep(t, m, "surroundings")

	known := []string{"OCRMUX_PLUGIN", "PLUGIN_MIN_PORT", "PLUGIN_MAX_PORT", "PLUGIN_PROTOCOL_VERSIONS", "PLUGIN_UNIX_SOCKET_DIR",
		"PLUGIN_CLIENT_CERT", "TMPDIR", "GOMAXPROCS", "ALLOWED_BY_THE_OPERATOR"}
	seen := map[string]bool{}
	for _, line := range strings.Split(extra(t, d, "env"), "\n") {
		if name, _, ok := strings.Cut(line, "="); ok && strings.ToUpper(name) == name && !strings.ContainsAny(name, "+/ ") {
			seen[name] = true
		}
	}
	for _, name := range known {
		delete(seen, name)
	}
	for name := range seen {
		if len(name) < 40 { // a line of the certificate may end in "="
			t.Errorf("the child sees %s", name)
		}
	}
	if strings.Contains(extra(t, d, "env"), "s3cret") {
		t.Error("the child sees a value of the host's environment")
	}
	if got := extra(t, d, "stdin"); got != "0 <nil>" {
		t.Errorf("stdin gave %s", got)
	}
	if got, want := extra(t, d, "dir"), m.launcher.dir; got != want {
		t.Errorf("it runs in %s, want %s", got, want)
	}
}

func TestHostFunctionsAnswerTheirOwnCall(t *testing.T) {
	noLeaks(t)
	m := load(t, Config{HostCalls: 3})
	picture := bytes.Repeat([]byte("SPECIMEN"), abi.MaxImageReadBytes/4) // two answers long
	var wg sync.WaitGroup
	for call := range 4 {
		wg.Go(func() {
			mine := picture[:len(picture)-call]
			host := hostWith(func(_ context.Context, c *abi.HostCall) *abi.HostReply {
				switch {
				case c.Sign != nil:
					sum := md5.Sum(append(fmt.Append(nil, call), c.Sign.Digest.Data.Parts[0].Literal...))
					return &abi.HostReply{Sign: &abi.SignReply{Value: fmt.Appendf(nil, "%x", sum)}}
				case c.ImageRead.Handle == 3:
					return &abi.HostReply{Status: abi.HostStatusDenied, Message: "not this one"}
				case c.ImageRead.Handle == 5:
					return &abi.HostReply{ImageRead: &abi.ImageReadReply{Data: make([]byte, abi.MaxMessageBytes)}}
				}
				rest := mine[c.ImageRead.Offset:]
				return &abi.HostReply{ImageRead: &abi.ImageReadReply{Data: rest[:min(len(rest), abi.MaxImageReadBytes)], Size: uint64(len(mine))}}
			})
			a, err := m.Step(t.Context(), &abi.StepRequest{Start: &abi.Start{Document: "host"}}, host)
			if err != nil {
				t.Error(err)
				return
			}
			for i, line := range strings.Split(a.Done.Extras[0].Value, "\n") {
				want := fmt.Sprint(len(mine), nil)
				switch {
				case i%2 == 0:
					want = fmt.Sprintf("%x<nil>", md5.Sum(fmt.Appendf(nil, "%d%d", call, i)))
				case i == 3:
					want = "denied: not this one"
				case i == 5:
					want = "limit"
				}
				if !strings.Contains(line, want) {
					t.Errorf("call %d: host function %d gave %q, want %q", call, i, line, want)
				}
			}
		})
	}
	wg.Wait()
}

//attack:process-crossing a host function that is called for a call that has ended
func TestAHostIsNotUsedAfterItsCall(t *testing.T) {
	table := newCallTable()
	entered := make(chan struct{})
	var over atomic.Bool
	o := table.begin(t.Context(), hostWith(func(ctx context.Context, _ *abi.HostCall) *abi.HostReply {
		close(entered)
		<-ctx.Done()
		if over.Load() {
			t.Error("the call returned before its host function")
		}
		return &abi.HostReply{Status: abi.HostStatusFailed}
	}))
	call := &abi.HostCall{Call: o.number, Log: &abi.LogRecord{}}
	go table.carryOut(call)
	<-entered
	table.end(o)
	over.Store(true)
	if got := table.carryOut(call).Status; got != abi.HostStatusGone {
		t.Errorf("a host call of a call that is over got the status %v", got)
	}
}

func TestAPanickingProviderFailsTheCallAndGoesOn(t *testing.T) {
	m := load(t, Config{})
	a, err := m.Step(t.Context(), &abi.StepRequest{Start: &abi.Start{Document: "panic"}}, noHost{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Fail == nil || a.Fail.Kind != abi.FailureKindProviderError || !strings.Contains(a.Fail.Message, "main.go:") || strings.Contains(a.Fail.Message, "secret") {
		t.Errorf("got %+v", a.Fail)
	}
	_, err = m.Accept(t.Context(), &abi.AcceptRequest{Request: &abi.InboundRequest{Path: "/panic"}}, noHost{})
	if e := pluginError(t, err); e.Cause != catalog.BadReply {
		t.Errorf("got %v", err)
	}
	mustStep(t, m, abi.DocumentIDCard)
	if s := m.Status(); s.Replaced != 0 {
		t.Errorf("status %+v", s)
	}
}

//attack:process-failure an answer beyond the limit
func TestMessagesAreCappedBothWays(t *testing.T) {
	m := load(t, Config{})
	in := &abi.StepRequest{Start: &abi.Start{Document: "echo", Options: []abi.Leaf{{Value: strings.Repeat("x", abi.MaxMessageBytes)}}}}
	_, err := m.Step(t.Context(), in, noHost{})
	if e := pluginError(t, err); e.Cause != catalog.TooLarge {
		t.Errorf("got %v", err)
	}
	_, err = step(t.Context(), m, "big")
	if e := pluginError(t, err); e.Cause != catalog.BadReply || e.Detail.Code() != message.ProcessAnswerTooLarge {
		t.Errorf("got %v", err)
	}
	in.Start.Options[0].Value = strings.Repeat("x", abi.MaxMessageBytes-1000)
	a, err := m.Step(t.Context(), in, noHost{})
	if err != nil || a.Done.Extras[0].Value != in.Start.Options[0].Value {
		t.Errorf("a message just within the limit: %v", err)
	}
}

func TestCallsWaitForTheirTurnUntilTheirTimeRunsOut(t *testing.T) {
	noLeaks(t)
	m := load(t, Config{Concurrency: 1})
	entered, leave := make(chan struct{}), make(chan struct{})
	busy := make(chan error, 1)
	go func() {
		var once sync.Once
		_, err := m.Step(t.Context(), &abi.StepRequest{Start: &abi.Start{Document: "host"}}, hostWith(func(context.Context, *abi.HostCall) *abi.HostReply {
			once.Do(func() { close(entered) })
			<-leave
			return &abi.HostReply{Status: abi.HostStatusDenied}
		}))
		busy <- err
	}()
	<-entered
	ctx := newOverdue(t.Context())
	ctx.expire()
	_, err := step(ctx, m, abi.DocumentIDCard)
	if e := pluginError(t, err); e.Cause != catalog.TimedOut || !e.Detail.Has(message.ProcessWhenQueued) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	close(leave)
	if err := <-busy; err != nil {
		t.Error(err)
	}
}

//attack:process-failure printing without end
func TestWhatAChildPrintsReachesTheLogWithinLimits(t *testing.T) {
	var text bytes.Buffer
	clock := newAlarms()
	logger := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	out := newOutputLog(logger, clock.now)
	out.log("stderr", "before it was ready\x1b[31m")
	out.started()
	lines := out.lines("stderr")
	for i := range 10 * lineBurst {
		fmt.Fprintf(lines, "line %d %s\n", i, strings.Repeat("y", 2*abi.MaxLogBytes))
	}
	if n := strings.Count(text.String(), "level=DEBUG"); n != lineBurst-1 {
		t.Errorf("%d lines were logged, want %d", n, lineBurst-1)
	}
	if !strings.Contains(text.String(), "level=WARN") || strings.Contains(text.String(), "\x1b") {
		t.Errorf("got %.300s", text.String())
	}
	if text.Len() > lineBurst*(abi.MaxLogBytes+200) {
		t.Errorf("%d bytes were logged", text.Len())
	}
}
