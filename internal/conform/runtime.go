package conform

import (
	"context"
	"fmt"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Tuning is how a case runs a plugin. A runtime ignores what it does not have.
type Tuning struct {
	// Fuel limits the work of one step; 0 is the host's default.
	Fuel int64
	// Fresh makes every step in a new instance.
	Fresh bool
	// Cache is a folder for compiled code.
	Cache string
}

// hostFuel is what a host allows for one step by default.
const hostFuel = wasm.DefaultFuel

// Runtime returns the runtime for a kind of plugin, with one instance at a time.
func Runtime(kind catalog.Kind, t Tuning) (catalog.Runtime, error) { return Tried(nil)(kind, t) }

// Tried returns what [Runtime] is, for modules that are tried first as in [wasm.Config].
func Tried(trial func(ctx context.Context, code []byte) error) func(catalog.Kind, Tuning) (catalog.Runtime, error) {
	return func(kind catalog.Kind, t Tuning) (catalog.Runtime, error) { return newRuntime(kind, t, trial) }
}

func newRuntime(kind catalog.Kind, t Tuning, trial func(ctx context.Context, code []byte) error) (catalog.Runtime, error) {
	switch kind {
	case catalog.WASM:
		cfg := wasm.Config{CacheDir: t.Cache, Instances: 1, Fuel: t.Fuel, Trial: trial}
		if t.Fresh {
			cfg.MaxCalls = 1
		}
		return wasm.New(cfg)
	case catalog.Process:
		return process.New(process.Config{}), nil
	case catalog.Declarative:
		return declarative.New(), nil
	}
	return nil, fmt.Errorf("no runtime for plugins of the kind %s: pass one", kind)
}

// loaded is a module with its runtime.
type loaded struct {
	catalog.Module
	runtime catalog.Runtime
}

func load(ctx context.Context, p catalog.Plugin, t Tuning, make func(catalog.Kind, Tuning) (catalog.Runtime, error)) (*loaded, error) {
	runtime, err := make(p.Kind, t)
	if err != nil {
		return nil, err
	}
	m, err := runtime.Load(ctx, p)
	if err != nil {
		_ = runtime.Close(context.WithoutCancel(ctx)) // the error of Load matters more
		return nil, err
	}
	return &loaded{m, runtime}, nil
}

func (l *loaded) close(ctx context.Context) error {
	if err := l.Module.Close(ctx); err != nil {
		return err
	}
	return l.runtime.Close(ctx)
}

// shared is a runtime that gives an engine a module that is already loaded, and records its steps. Close does nothing.
type shared struct {
	catalog.Module
	kind catalog.Kind

	mu    sync.Mutex
	steps []step
	// edit changes actions before the engine gets them, and steps before the plugin gets them. It may be nil.
	edit stepEditor
}

type stepEditor interface {
	before(in *abi.StepRequest) *abi.StepRequest
	after(out *abi.Action) *abi.Action
	called(call *abi.HostCall, reply *abi.HostReply)
}

func (s *shared) Kind() catalog.Kind                                           { return s.kind }
func (s *shared) Load(context.Context, catalog.Plugin) (catalog.Module, error) { return s, nil }
func (s *shared) Close(context.Context) error                                  { return nil }
func (s *shared) Step(ctx context.Context, in *abi.StepRequest, host catalog.Host) (*abi.Action, error) {
	if s.edit != nil {
		in = s.edit.before(in)
	}
	listening := &listener{Host: host, edit: s.edit}
	taken := step{in: in.AppendWire(nil)}
	out, err := s.Module.Step(ctx, in, listening)
	if err == nil {
		taken.out = out.AppendWire(nil)
	}
	taken.err, taken.calls = err, listening.calls
	s.mu.Lock()
	s.steps = append(s.steps, taken)
	s.mu.Unlock()
	if err == nil && s.edit != nil {
		out = s.edit.after(out)
	}
	return out, err
}

// step is one step of a plugin. It is kept in wire format, because messages share memory with their source.
type step struct {
	in, out []byte
	err     error
	calls   []hostCall
}

func (s step) input() *abi.StepRequest {
	in := new(abi.StepRequest)
	_ = in.UnmarshalWire(s.in) // it was written by this package
	return in
}

// action returns the plugin's action, or nil if the step failed.
func (s step) action() *abi.Action {
	if s.err != nil {
		return nil
	}
	out := new(abi.Action)
	_ = out.UnmarshalWire(s.out) // it was written by this package
	return out
}

// hostCall is a call of a host function and its reply.
type hostCall struct {
	call  *abi.HostCall
	reply *abi.HostReply
}

// listener records the host calls of a step.
type listener struct {
	catalog.Host
	edit  stepEditor
	mu    sync.Mutex
	calls []hostCall
}

func (l *listener) Call(ctx context.Context, call *abi.HostCall) *abi.HostReply {
	reply := l.Host.Call(ctx, call)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.edit != nil {
		l.edit.called(call, reply)
	}
	l.calls = append(l.calls, hostCall{call, reply})
	return reply
}

// replay answers host calls with the replies of an earlier step. Calls that the earlier step did not make fail.
type replay []hostCall

func (r replay) Call(_ context.Context, call *abi.HostCall) *abi.HostReply {
	want := asked(call)
	for _, c := range r {
		if asked(c.call) == want {
			reply := *c.reply
			reply.ID = call.ID
			return &reply
		}
	}
	return &abi.HostReply{ID: call.ID, Status: abi.HostStatusFailed, Message: "the earlier step did not make this call"}
}

// asked returns a host call in wire format, without its ids.
func asked(call *abi.HostCall) string {
	c := *call
	c.ID, c.Call = 0, 0
	return string(c.AppendWire(nil))
}
