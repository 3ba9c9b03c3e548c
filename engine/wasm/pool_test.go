package wasm_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// gate is a host whose calls wait until it is opened.
type gate struct {
	arrived chan struct{}
	open    chan struct{}
}

func newGate() *gate { return &gate{arrived: make(chan struct{}), open: make(chan struct{})} }

func (g *gate) Call(context.Context, *abi.HostCall) *abi.HostReply {
	g.arrived <- struct{}{}
	<-g.open
	return &abi.HostReply{Sign: &abi.SignReply{Value: []byte{1}}}
}

// held runs n steps of the guest host_reply_left_behind that stay in the host until the gate opens, and gives what to
// wait for afterwards.
func held(tb testing.TB, m catalog.Module, g *gate, n int) (wait func()) {
	tb.Helper()
	var running sync.WaitGroup
	for range n {
		running.Go(func() {
			if _, err := m.Step(context.Background(), misbehave, g); err != nil {
				tb.Error(err)
			}
		})
	}
	for range n {
		<-g.arrived
	}
	return running.Wait
}

const callsHost = "host_reply_left_behind"

func TestNeverMoreInstancesThanAllowed(t *testing.T) {
	m := load(t, newRuntime(t, wasm.Config{Instances: 3}), "guest", assembled(t, callsHost))
	wantStatus(t, m, catalog.Status{State: catalog.Ready, Instances: 1})
	g := newGate()
	wait := held(t, m, g, 3)
	wantStatus(t, m, catalog.Status{State: catalog.Ready, Instances: 3})

	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error)
	go func() {
		_, err := m.Step(ctx, misbehave, g)
		failed <- err
	}()
	cancel()
	wantFailure(t, <-failed, catalog.Cancelled, message.ModuleCallerGone, "")
	close(g.open)
	wait()
	wantCard(t, m)
	wantStatus(t, m, catalog.Status{State: catalog.Ready, Instances: 3})
}

func TestWaitingForAnInstanceEndsAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := load(t, newRuntime(t, wasm.Config{Instances: 1}), "guest", assembled(t, callsHost))
		g := newGate()
		wait := held(t, m, g, 1)
		ctx, cancel := context.WithTimeout(context.Background(), 1e9)
		defer cancel()
		_, err := m.Step(ctx, misbehave, g)
		wantFailure(t, err, catalog.TimedOut, message.ModuleNoInstance, "")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v does not wrap the context's error", err)
		}
		close(g.open)
		wait()
		wantCard(t, m)
	})
}

func TestAnInstanceIsReplacedAfterSoManyCalls(t *testing.T) {
	m := load(t, newRuntime(t, wasm.Config{Instances: 1, MaxCalls: 10}), "good", assembled(t, "good"))
	for range 25 {
		wantCard(t, m)
	}
	wantStatus(t, m, catalog.Status{State: catalog.Ready, Instances: 1, Replaced: 2, Memory: 2 * 64 << 10})
}

func TestAnInstanceThatHasGrownIsReplaced(t *testing.T) {
	m := load(t, newRuntime(t, wasm.Config{Instances: 1, MaxIdleMemory: 64 << 10}), "good", assembled(t, "good"))
	wantCard(t, m)
	wantCard(t, m)
	wantStatus(t, m, catalog.Status{State: catalog.Ready, Replaced: 3}) // the one that was asked for its version, too
}

func TestCloseWaitsForRunningCalls(t *testing.T) {
	ctx := context.Background()
	m := load(t, newRuntime(t, wasm.Config{Instances: 2}), "guest", assembled(t, callsHost))
	g := newGate()
	wait := held(t, m, g, 1)

	hasty, cancel := context.WithCancel(ctx)
	cancel()
	wantFailure(t, m.Close(hasty), catalog.TimedOut, message.PluginCallsRunning, "")
	_, err := m.Step(ctx, behave, nil)
	wantFailure(t, err, catalog.Unavailable, message.PluginClosed, "")

	closed := make(chan error)
	for range 2 {
		go func() { closed <- m.Close(ctx) }()
	}
	select {
	case err := <-closed:
		t.Fatalf("closed while a call was running: %v", err)
	default:
	}
	close(g.open)
	wait()
	for range 2 {
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
	if err := m.Close(ctx); err != nil {
		t.Error(err)
	}
	wantStatus(t, m, catalog.Status{State: catalog.Closed})
	_, err = m.Accept(ctx, new(abi.AcceptRequest), nil)
	wantFailure(t, err, catalog.Unavailable, message.PluginClosed, "")
}

func TestWaitingForAnInstanceEndsWhenTheModuleIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := load(t, newRuntime(t, wasm.Config{Instances: 1}), "guest", assembled(t, callsHost))
		g := newGate()
		wait := held(t, m, g, 1)
		failed, closed := make(chan error), make(chan error)
		go func() {
			_, err := m.Step(context.Background(), behave, nil)
			failed <- err
		}()
		synctest.Wait()
		go func() { closed <- m.Close(context.Background()) }()
		wantFailure(t, <-failed, catalog.Unavailable, message.PluginClosed, "")
		close(g.open)
		wait()
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

// TestHammer calls one Go guest and every misbehaving one from many goroutines at once. Each call must end as its input
// says, whatever its neighbours do.
func TestHammer(t *testing.T) {
	const goroutines, calls, instances = 8, 100, 3
	before := runtime.NumGoroutine()
	ctx := context.Background()

	type target struct {
		catalog.Module
		good, bad *abi.StepRequest
		want      *abi.Action
		cause     catalog.Cause
		failures  atomic.Int32
	}
	var targets []*target
	if !underRace {
		m := shop.load(t, goGuest, wasm.Config{Instances: instances, Fuel: 1e9})
		for document, cause := range map[string]catalog.Cause{"panic": catalog.Trapped, "exit": catalog.Exited, "exhaust at once": catalog.OutOfMemory, "loop": catalog.OutOfFuel} {
			targets = append(targets, &target{Module: m, good: ask("card"), bad: ask(document), want: answered, cause: cause})
		}
	}
	r := newRuntime(t, wasm.Config{Instances: instances, Fuel: 1e7, MemoryPages: 32, MaxCalls: 50})
	for _, f := range fails {
		targets = append(targets, &target{Module: load(t, r, f.guest, assembled(t, f.guest)), good: behave, bad: misbehave, want: card, cause: f.cause})
	}

	var running sync.WaitGroup
	for seed := range goroutines {
		running.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(seed), 0))
			for range calls {
				c := targets[dice.IntN(len(targets))]
				if dice.IntN(4) == 0 {
					_, err := c.Step(ctx, c.bad, new(signer))
					var failure *catalog.PluginError
					if !errors.As(err, &failure) || failure.Cause != c.cause {
						t.Errorf("got the error %v, want the cause %s", err, c.cause)
					}
					c.failures.Add(1)
				} else if got, err := c.Step(ctx, c.good, nil); err != nil {
					t.Error(err)
				} else if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				if n := c.Status().Instances; n > instances {
					t.Errorf("%d instances live, at most %d may", n, instances)
				}
			}
		})
	}
	running.Wait()

	for _, c := range targets {
		if s := c.Status(); s.State != catalog.Ready || s.Replaced < int(c.failures.Load()) {
			t.Errorf("after %d failures: %+v", c.failures.Load(), s)
		}
	}
	for _, c := range targets {
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
		wantStatus(t, c, catalog.Status{State: catalog.Closed, Replaced: c.Status().Replaced})
	}
	for range 1_000_000 { // the last ones of ours may still be on their way out
		if runtime.NumGoroutine() <= before {
			break
		}
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
