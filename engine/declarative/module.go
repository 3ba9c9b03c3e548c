package declarative

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Runtime loads provider files. It has no state and is safe for concurrent use.
type Runtime struct{}

var _ catalog.Runtime = (*Runtime)(nil)

// New returns a runtime.
func New() *Runtime { return new(Runtime) }

// Kind returns catalog.Declarative.
func (*Runtime) Kind() catalog.Kind { return catalog.Declarative }

// Load compiles a file. Its error is a [*catalog.PluginError] that wraps a [*yamltree.Error].
func (*Runtime) Load(_ context.Context, p catalog.Plugin) (catalog.Module, error) {
	program, err := load(filepath.Base(p.Path), p.Code, p.Manifest)
	if err != nil {
		return nil, &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.BadManifest, Detail: message.New(message.PluginFileWrong, "problems", err.Error()), Err: err}
	}
	return &module{name: p.Manifest.Name, program: program}, nil
}

// Close does nothing: there is nothing to release.
func (*Runtime) Close(context.Context) error { return nil }

// module is a compiled file. Steps of any number of callers run at once, as nothing changes.
type module struct {
	name    string
	program *program
	closed  atomic.Bool
}

func (m *module) fail(cause catalog.Cause, detail message.Message, err error) error {
	return &catalog.PluginError{Plugin: m.name, Cause: cause, Detail: detail, Err: err}
}

// Step never calls the host. It ends within a time that the sizes of file and answer bound.
func (m *module) Step(ctx context.Context, in *abi.StepRequest, _ catalog.Host) (*abi.Action, error) {
	if m.closed.Load() {
		return nil, m.fail(catalog.Unavailable, message.New(message.PluginClosed), nil)
	}
	if err := ctx.Err(); err != nil {
		return nil, m.fail(catalog.Cancelled, message.New(message.PluginCallEndedBefore), err)
	}
	action, err := m.program.step(in)
	switch {
	case errors.Is(err, errTooMuch):
		return nil, m.fail(catalog.OutOfFuel, message.Error(err), err)
	case errors.Is(err, errTooLarge):
		return nil, m.fail(catalog.TooLarge, message.Error(err), err)
	case err != nil:
		return nil, m.fail(catalog.BadReply, message.Error(err), err)
	}
	return action, nil
}

// Accept always fails: answering as a vendor takes a program.
func (m *module) Accept(context.Context, *abi.AcceptRequest, catalog.Host) (*abi.Accepted, error) {
	return nil, m.fail(catalog.Unavailable, message.New(message.PluginNoFrontDoor), nil)
}

// Reply always fails.
func (m *module) Reply(context.Context, *abi.ReplyRequest, catalog.Host) (*abi.InboundResponse, error) {
	return nil, m.fail(catalog.Unavailable, message.New(message.PluginNoFrontDoor), nil)
}

func (m *module) Status() catalog.Status {
	if m.closed.Load() {
		return catalog.Status{State: catalog.Closed}
	}
	return catalog.Status{State: catalog.Ready, Instances: 1}
}

// Close does not wait: steps that run hold nothing that could be released.
func (m *module) Close(context.Context) error {
	m.closed.Store(true)
	return nil
}

// step returns the action of a step. It is a pure function: all that a provider does.
func (p *program) step(in *abi.StepRequest) (*abi.Action, error) {
	r := &run{program: p, ctx: in.Context, start: new(abi.Start), signed: make(map[string]string), left: newBudget()}
	if r.ctx == nil {
		r.ctx = new(abi.Context)
	}
	r.config = r.ctx.Config
	var action *abi.Action
	switch {
	case in.Start != nil:
		start := *in.Start
		r.start = &start
		r.needPicture()
		action = p.begin(r)
	case in.Response != nil:
		index, err := p.restore(r, in.Response.State)
		if err != nil {
			return nil, err
		}
		r.needPicture()
		r.response, r.leaves = in.Response, in.Response.Leaves
		action = p.proceed(r, index)
	default:
		return nil, errors.New("the step has neither a start nor a response")
	}
	if r.left.looks < 0 {
		return nil, errTooMuch
	}
	if r.left.bytes < 0 || action.Exchange != nil && len(action.Exchange.State) > abi.MaxStateBytes {
		return nil, errTooLarge
	}
	return action, nil
}

// needPicture gives an attempt without a picture an empty one.
func (r *run) needPicture() {
	if r.start.Picture == nil {
		r.start.Picture = new(abi.PictureInfo)
	}
}
