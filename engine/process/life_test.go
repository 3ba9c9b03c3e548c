package process

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

//attack:process-failure a child that exits within a call
func TestAChildThatExitsIsReplaced(t *testing.T) {
	noLeaks(t)
	m := load(t, Config{BackoffMin: time.Nanosecond, BackoffMax: time.Nanosecond})
	first := mustStep(t, m, abi.DocumentIDCard).VendorRequestID
	_, err := step(t.Context(), m, "crash")
	if e := pluginError(t, err); e.Cause != catalog.Exited || !e.Detail.Has(message.ProcessEndedInCall) || !strings.Contains(e.Error(), "exit status 3") {
		t.Errorf("got %v", err)
	}
	if second := mustStep(t, m, abi.DocumentIDCard).VendorRequestID; second == first {
		t.Error("the same process answered again")
	}
	if diff := cmp.Diff(catalog.Status{State: catalog.Ready, Instances: 1, Replaced: 1}, m.Status()); diff != "" {
		t.Error(diff)
	}
}

//attack:process-failure a child that exits at every call
func TestAChildThatFailsTooOftenRestsAndIsTriedAgain(t *testing.T) {
	noLeaks(t)
	clock := newAlarms()
	cfg := Config{Now: clock.now, After: clock.after, Rand: func() float64 { return 0 }, CrashLimit: 3}.withDefaults()
	m := load(t, cfg)
	crash := func() {
		t.Helper()
		_, err := step(t.Context(), m, "crash")
		if e := pluginError(t, err); e.Cause != catalog.Exited {
			t.Fatalf("got %v", err)
		}
	}
	resting := func() {
		t.Helper()
		waitFor(m, func(s catalog.State) bool { return s == catalog.Broken })
		_, err := step(t.Context(), m, abi.DocumentIDCard)
		if e := pluginError(t, err); e.Cause != catalog.CrashLoop || e.Detail.Param("until") != time.Date(2026, 1, 2, 3, 4, 35, 0, time.UTC) || !strings.Contains(e.Error(), "exit status 3") {
			t.Fatalf("got %v", err)
		}
		if s := m.Status(); s.State != catalog.Broken || s.Instances != 0 {
			t.Fatalf("status %+v", s)
		}
	}
	crash()
	clock.ring(cfg.BackoffMin)
	crash()
	clock.ring(2 * cfg.BackoffMin)
	crash()
	resting()
	clock.ring(cfg.CrashRest)
	waitFor(m, func(s catalog.State) bool { return s != catalog.Broken })
	crash() // on probation, once is enough
	resting()
	clock.ring(cfg.CrashRest)
	waitFor(m, func(s catalog.State) bool { return s != catalog.Broken })
	mustStep(t, m, abi.DocumentIDCard)
	crash()
	clock.ring(cfg.BackoffMin)
	mustStep(t, m, abi.DocumentIDCard)
}

// waitFor returns when the module's state is as wanted.
func waitFor(m *module, wanted func(catalog.State) bool) {
	for {
		m.mu.Lock()
		state, changed := m.state, m.changed
		m.mu.Unlock()
		if wanted(state) {
			return
		}
		<-changed
	}
}

func TestBackOffGrowsWithFailuresAndEndsWithAnAnswer(t *testing.T) {
	cfg := Config{CrashLimit: 100, Rand: func() float64 { return 0 }}.withDefaults()
	h := health{cfg: &cfg}
	now := time.Unix(0, 0)
	var got []time.Duration
	for range 9 {
		wait, rest := h.failed(now)
		if rest {
			t.Fatal("it rests")
		}
		got = append(got, wait/time.Millisecond)
	}
	if diff := cmp.Diff([]time.Duration{100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000}, got); diff != "" {
		t.Error(diff)
	}
	h.answered()
	cfg.Rand = func() float64 { return 0.5 }
	if wait, _ := h.failed(now); wait != 75*time.Millisecond {
		t.Errorf("after an answer it waits %v", wait)
	}
	cfg.CrashLimit = 2
	if _, rest := h.failed(now.Add(cfg.CrashWindow)); rest {
		t.Error("failures outside the window count")
	}
}

//attack:process-failure a child that never answers
func TestAChildThatHangsIsReplaced(t *testing.T) {
	noLeaks(t)
	m := load(t, Config{MaxTimeouts: 2, BackoffMin: time.Nanosecond, BackoffMax: time.Nanosecond})
	first := mustStep(t, m, abi.DocumentIDCard).VendorRequestID
	c := m.child
	for range 2 {
		ctx := newOverdue(t.Context())
		go func() {
			untilCalled(c)
			ctx.expire()
		}()
		_, err := step(ctx, m, "hang")
		if e := pluginError(t, err); e.Cause != catalog.TimedOut || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
	}
	for mustStep(t, m, abi.DocumentIDCard).VendorRequestID == first {
		t.Fatal("the hanging child still answers")
	}
}

func TestACancelledCallSaysSo(t *testing.T) {
	m := load(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	host := hostWith(func(context.Context, *abi.HostCall) *abi.HostReply {
		cancel()
		return &abi.HostReply{Status: abi.HostStatusDenied}
	})
	_, err := m.Step(ctx, &abi.StepRequest{Start: &abi.Start{Document: "host"}}, host)
	if e := pluginError(t, err); e.Cause != catalog.Cancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	mustStep(t, m, abi.DocumentIDCard)
}

// Goroutines call while the child is killed again and again: every call ends with an answer or a typed error, and
// afterwards the module works.
func TestHammer(t *testing.T) {
	noLeaks(t)
	m := load(t, Config{BackoffMin: time.Nanosecond, BackoffMax: time.Nanosecond, CrashLimit: 1 << 30})
	const callers, calls, kills = 8, 150, 6
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range callers {
		wg.Go(func() {
			for range calls {
				d, err := step(t.Context(), m, abi.DocumentIDCard)
				switch {
				case err == nil && len(d.Fields) != 2:
					t.Errorf("got %+v", d)
				case err != nil && pluginError(t, err).Cause != catalog.Exited:
					t.Errorf("got %v", err)
				}
			}
		})
	}
	killer := make(chan struct{})
	go func() {
		defer close(killer)
		for range kills {
			m.mu.Lock()
			c, changed := m.child, m.changed
			m.mu.Unlock()
			if c != nil {
				_ = c.proc.Kill(t.Context())
			}
			select {
			case <-changed:
			case <-stop:
				return
			}
		}
	}()
	wg.Wait()
	close(stop)
	<-killer
	for {
		if _, err := step(t.Context(), m, abi.DocumentIDCard); err == nil {
			return
		}
	}
}

func TestTimeThatTheHostSpendsIsNotTheProvidersFault(t *testing.T) {
	m := load(t, Config{MaxTimeouts: 1})
	for range 3 {
		ctx := newOverdue(t.Context())
		_, err := m.Step(ctx, &abi.StepRequest{Start: &abi.Start{Document: "host"}}, hostWith(func(call context.Context, _ *abi.HostCall) *abi.HostReply {
			ctx.expire()
			<-call.Done()
			return &abi.HostReply{Status: abi.HostStatusTimeout}
		}))
		if e := pluginError(t, err); e.Cause != catalog.TimedOut {
			t.Fatalf("got %v", err)
		}
	}
	mustStep(t, m, abi.DocumentIDCard)
	if s := m.Status(); s.Replaced != 0 {
		t.Errorf("status %+v", s)
	}
}

func TestCallsWaitForARestartUntilTheirTimeRunsOut(t *testing.T) {
	noLeaks(t)
	clock := newAlarms()
	m := load(t, Config{Now: clock.now, After: clock.after})
	if _, err := step(t.Context(), m, "crash"); pluginError(t, err).Cause != catalog.Exited {
		t.Fatalf("got %v", err)
	}
	waitFor(m, func(s catalog.State) bool { return s == catalog.Restarting })
	ctx := newOverdue(t.Context())
	late := make(chan error, 1)
	go func() {
		_, err := step(ctx, m, abi.DocumentIDCard)
		late <- err
	}()
	for len(m.slots) == 0 {
		runtime.Gosched()
	}
	ctx.expire()
	if err := <-late; pluginError(t, err).Cause != catalog.TimedOut {
		t.Errorf("got %v", err)
	}

	go func() {
		_, err := step(t.Context(), m, abi.DocumentIDCard)
		late <- err
	}()
	for len(m.slots) == 0 {
		runtime.Gosched()
	}
	hurry, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Close(hurry); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-late; pluginError(t, err).Cause != catalog.Unavailable {
		t.Errorf("got %v", err)
	}
}
