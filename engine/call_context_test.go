package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/route"
)

// endingContext ends when a test says so, with a deadline or a cancellation.
type endingContext struct {
	context.Context
	done chan struct{}
	err  error // set before done is closed
}

func newEndingContext(t *testing.T) *endingContext {
	return &endingContext{Context: t.Context(), done: make(chan struct{})}
}

func (c *endingContext) end(err error) { c.err = err; close(c.done) }

func (c *endingContext) Done() <-chan struct{} { return c.done }

func (c *endingContext) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// pausing is a runtime whose plugin stays in its first step until the context of the call ends.
type pausing struct{ stepping chan struct{} }

func (pausing) Kind() catalog.Kind { return catalog.Declarative }

func (p pausing) Load(context.Context, catalog.Plugin) (catalog.Module, error) { return p, nil }

func (p pausing) Step(ctx context.Context, _ *abi.StepRequest, _ catalog.Host) (*abi.Action, error) {
	p.stepping <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (pausing) Accept(context.Context, *abi.AcceptRequest, catalog.Host) (*abi.Accepted, error) {
	return nil, errors.New("there is no door")
}

func (pausing) Reply(context.Context, *abi.ReplyRequest, catalog.Host) (*abi.InboundResponse, error) {
	return nil, errors.New("there is no door")
}

func (pausing) Status() catalog.Status      { return catalog.Status{State: catalog.Ready} }
func (pausing) Close(context.Context) error { return nil }

// TestRecognizeReturnsTheEndOfTheCallersContext ends the context of a call at every point where a call waits.
func TestRecognizeReturnsTheEndOfTheCallersContext(t *testing.T) {
	t.Parallel()
	for at, during := range map[string]func(t *testing.T, ctx *endingContext, end func()) error{
		"before the call begins": func(t *testing.T, ctx *endingContext, end func()) error {
			e, x, _ := gated(t, 1)
			end()
			_, err := e.Recognize(ctx, act(t, "read"))
			if x.bills.Load() != 0 {
				t.Error("the vendor was asked")
			}
			return err
		},
		"while it waits for an equal call": func(t *testing.T, ctx *endingContext, end func()) error {
			e, _, g := gated(t, 1)
			leader := join(t.Context(), e, act(t, "read"))
			<-g.arrived
			follower := join(ctx, e, act(t, "read"))
			end()
			a := <-follower
			close(g.opened)
			<-leader
			return a.err
		},
		"during a step": func(t *testing.T, ctx *endingContext, end func()) error {
			p := pausing{stepping: make(chan struct{})}
			e, err := engine.Open(t.Context(), engine.Config{
				Plugins: "../examples/provider-declarative", Unlocked: true, Runtimes: []engine.Runtime{p},
				Providers: map[string]engine.ProviderConfig{"acme": {Secrets: map[string]engine.Secret{"app_key": engine.NewSecret("k"), "app_secret": engine.NewSecret("s")}}},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = e.Close(context.Background()) }()
			go func() { <-p.stepping; end() }()
			_, err = e.Recognize(ctx, engine.Request{Picture: engine.Bytes(jpegOf(t, 60, 40))})
			return err
		},
		"during an exchange": func(t *testing.T, ctx *endingContext, end func()) error {
			e, _, g := gated(t, 1)
			go func() { <-g.arrived; end() }()
			_, err := e.Recognize(ctx, act(t, "read"))
			return err
		},
		"during an exchange of a hedge": func(t *testing.T, ctx *endingContext, end func()) error {
			g := newGate(1)
			x := opens(t, specimen(rightNumber), nil)
			x.hold = g.hold
			e := open(t, func(c *engine.Config) {
				c.Providers = map[string]engine.ProviderConfig{"actor": priced(x, 10_000)}
				c.Routes = map[string]engine.Route{"default": {Policy: route.Hedge, Providers: []string{"actor"}}}
			})
			go func() { <-g.arrived; end() }()
			_, err := e.Recognize(ctx, act(t, "read"))
			return err
		},
		"while it waits for a provider's slot": func(t *testing.T, ctx *endingContext, end func()) error {
			g := newGate(2)
			x := opens(t, specimen(rightNumber), nil)
			x.hold = g.hold
			e := open(t, func(c *engine.Config) {
				p := priced(x, 10_000)
				p.Limits.Concurrency = 1
				c.Providers = map[string]engine.ProviderConfig{"actor": p}
			})
			first := join(t.Context(), e, numbered(t, 1))
			<-g.arrived
			second := join(ctx, e, numbered(t, 2))
			end()
			a := <-second
			close(g.opened)
			<-first
			if x.bills.Load() != 1 {
				t.Errorf("the vendor was asked %d times", x.bills.Load())
			}
			return a.err
		},
	} {
		for _, ends := range []struct{ with, not error }{{context.DeadlineExceeded, context.Canceled}, {context.Canceled, context.DeadlineExceeded}} {
			t.Run(at+": "+ends.with.Error(), func(t *testing.T) {
				ctx := newEndingContext(t)
				err := during(t, ctx, func() { ctx.end(ends.with) })
				var e *engine.Error
				if !errors.As(err, &e) || !errors.Is(err, ends.with) || errors.Is(err, ends.not) {
					t.Fatalf("%v (%T) is not, or not only, the end of the context", err, err)
				}
				if e.Failure.Kind != abi.FailureKindTimeout || (e.Failure.Fault == abi.FaultCaller) != (ends.with == context.Canceled) {
					t.Errorf("%s", verdict(e.Failure))
				}
			})
		}
	}
}

func TestRecognizeReturnsARealDeadline(t *testing.T) {
	t.Parallel()
	for range 20 {
		g := newGate(1)
		x := opens(t, specimen(rightNumber), nil)
		x.hold = g.hold
		e := openActor(t, x.url)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err := e.Recognize(ctx, act(t, "read"))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	}
}

func TestEngineReturnsErrClosedAfterClose(t *testing.T) {
	t.Parallel()
	e := openActor(t, "http://127.0.0.1:1")
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := e.Recognize(t.Context(), act(t, "read"))
	if !errors.Is(err, engine.ErrClosed) {
		t.Errorf("recognize: %v", err)
	}
	if err := e.Reload(t.Context(), engine.Config{}); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("reload: %v", err)
	}
}
