package wasm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/catalog"
)

// module is a loaded plugin: compiled code and a bounded pool of instances.
type module struct {
	runtime  *Runtime
	manifest *abi.Descriptor
	compiled wazero.CompiledModule

	// slots holds one entry for each instance that may live; nil stands for one that has not been made. Whoever has
	// taken an entry owns it and must put one back.
	slots    chan *instance
	buffers  sync.Pool // *[]byte, for encoding messages
	live     atomic.Int32
	replaced atomic.Int32

	closing   chan struct{}
	closeOnce sync.Once
}

func newModule(r *Runtime, d *abi.Descriptor, compiled wazero.CompiledModule) *module {
	m := &module{
		runtime:  r,
		manifest: d,
		compiled: compiled,
		slots:    make(chan *instance, r.cfg.Instances),
		buffers:  sync.Pool{New: func() any { return new([]byte) }},
		closing:  make(chan struct{}),
	}
	for range r.cfg.Instances {
		m.slots <- nil
	}
	return m
}

func (m *module) failure(cause catalog.Cause, detail string, err error) *catalog.PluginError {
	return &catalog.PluginError{Plugin: m.manifest.Name, Cause: cause, Detail: detail, Err: err}
}

// take waits for a slot and makes an instance if the slot has none.
func (m *module) take(ctx context.Context) (*instance, error) {
	if err := ctx.Err(); err != nil {
		return nil, m.interrupted(err)
	}
	select {
	case <-m.closing:
		return nil, m.failure(catalog.Unavailable, "the module is closed", nil)
	default:
	}
	select {
	case in := <-m.slots:
		if in != nil {
			return in, nil
		}
		in, err := m.newInstance(ctx)
		if err != nil {
			m.slots <- nil
			return nil, err
		}
		m.live.Add(1)
		return in, nil
	case <-m.closing:
		return nil, m.failure(catalog.Unavailable, "the module is closed", nil)
	case <-ctx.Done():
		return nil, m.interrupted(ctx.Err())
	}
}

func (m *module) interrupted(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return m.failure(catalog.TimedOut, "no instance became free in time", err)
	}
	return m.failure(catalog.Cancelled, "the caller gave up while waiting for an instance", err)
}

// put gives a slot back. An instance that failed, grew or grew old is closed.
func (m *module) put(in *instance, failed bool) {
	cfg := m.runtime.cfg
	if failed || in.calls >= cfg.MaxCalls || in.mod.Memory().Size() > cfg.MaxIdleMemory {
		_ = in.mod.Close(context.Background()) // the memory is released either way
		m.live.Add(-1)
		m.replaced.Add(1)
		in = nil
	}
	m.slots <- in
}

// run sends a message to one entry point and decodes the answer.
func (m *module) run(ctx context.Context, entry func(*instance) api.Function, in, out abi.Message, host catalog.Host) error {
	buffer := m.buffers.Get().(*[]byte)
	defer m.buffers.Put(buffer)
	*buffer = in.AppendWire((*buffer)[:0])
	if n := len(*buffer); n > abi.MaxMessageBytes {
		return m.failure(catalog.TooLarge, fmt.Sprintf("the message for the plugin has %d bytes, at most %d are allowed", n, abi.MaxMessageBytes), nil)
	}
	inst, err := m.take(ctx)
	if err != nil {
		return err
	}
	f := entry(inst)
	if f == nil {
		m.put(inst, false)
		return m.failure(catalog.Unavailable, "the module has no such entry point", nil)
	}
	answer, failure := m.call(ctx, inst, f, *buffer, host)
	m.put(inst, failure != nil)
	if failure != nil {
		return failure
	}
	if err := out.UnmarshalWire(answer); err != nil {
		return m.failure(catalog.BadReply, "the answer is no such message: "+err.Error(), err)
	}
	return nil
}

func (m *module) Step(ctx context.Context, in *abi.StepRequest, host catalog.Host) (*abi.Action, error) {
	out := new(abi.Action)
	return out, m.run(ctx, func(i *instance) api.Function { return i.step }, in, out, host)
}

func (m *module) Accept(ctx context.Context, in *abi.AcceptRequest, host catalog.Host) (*abi.Accepted, error) {
	out := new(abi.Accepted)
	return out, m.run(ctx, func(i *instance) api.Function { return i.accept }, in, out, host)
}

func (m *module) Reply(ctx context.Context, in *abi.ReplyRequest, host catalog.Host) (*abi.InboundResponse, error) {
	out := new(abi.InboundResponse)
	return out, m.run(ctx, func(i *instance) api.Function { return i.reply }, in, out, host)
}

// checkMarker asks the first instance which minor version it was built with.
func (m *module) checkMarker(ctx context.Context) error {
	in, err := m.take(ctx)
	if err != nil {
		return err
	}
	in.stack[0] = 0
	callErr := in.mod.ExportedFunction(abi.ExportMarker).CallWithStack(ctx, in.stack[:])
	minor := uint32(in.stack[0])
	m.put(in, callErr != nil)
	if callErr != nil {
		return m.failure(catalog.StartFailed, abi.ExportMarker+": "+firstLine(callErr), callErr)
	}
	if minor > abi.Minor {
		return m.failure(catalog.WrongABI, fmt.Sprintf("the module was built for ABI %d.%d, this host serves %d.%d: upgrade ocrmux", abi.Major, minor, abi.Major, abi.Minor), nil)
	}
	return nil
}

func (m *module) Status() catalog.Status {
	s := catalog.Status{State: catalog.Ready, Instances: int(m.live.Load()), Replaced: int(m.replaced.Load())}
	select {
	case <-m.closing:
		s.State = catalog.Closed
	default:
	}
	return s
}

// Close waits for running calls: it ends when it owns every slot.
func (m *module) Close(ctx context.Context) error {
	first := false
	m.closeOnce.Do(func() { close(m.closing); first = true })
	if !first {
		return nil
	}
	var err error
	for range cap(m.slots) {
		select {
		case in := <-m.slots:
			if in != nil {
				err = errors.Join(err, in.mod.Close(ctx))
				m.live.Add(-1)
			}
		case <-ctx.Done():
			return errors.Join(err, m.failure(catalog.TimedOut, "calls were still running when the module was closed", ctx.Err()))
		}
	}
	return errors.Join(err, m.compiled.Close(ctx))
}
