package wasm

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// module is a loaded plugin: compiled code and a bounded pool of instances (see pool.go).
type module struct {
	runtime  *Runtime
	manifest *abi.Descriptor
	compiled wazero.CompiledModule
	state    fuel.State
	image    *image    // nil while the first instance is made, and if instances cannot be put back
	making   int64     // fuel that making an instance costs, besides what its start function uses
	buffers  sync.Pool // *[]byte, for encoding messages

	// slots holds one entry for each instance that may live; nil means that the instance has not been made. The call that has
	// taken an entry owns it and must put one back, unless it is Close.
	slots chan *instance
	// warm is the slot of the instance that was put back last, if it is free: calls that come one by one find its memory in the
	// processor's caches, and make no second instance.
	warm     chan *instance
	account  account
	live     atomic.Int32
	replaced atomic.Int32
	memory   atomic.Int64 // the sum of what instances held when they were last put back

	closing   chan struct{} // closed by the first Close
	closeOnce sync.Once
	closer    chan struct{} // held by the Close that is at work
	released  int           // slots that Close has taken, then one more for the code
}

func newModule(r *Runtime, d *abi.Descriptor, compiled wazero.CompiledModule, metered *fuel.Module) *module {
	m := &module{
		runtime:  r,
		manifest: d,
		compiled: compiled,
		state:    metered.State,
		making:   metered.Making,
		buffers:  sync.Pool{New: func() any { return new([]byte) }},
		slots:    make(chan *instance, r.cfg.Instances),
		warm:     make(chan *instance, 1),
		closing:  make(chan struct{}),
		closer:   make(chan struct{}, 1),
	}
	for range r.cfg.Instances {
		m.slots <- nil
	}
	return m
}

func (m *module) failure(cause catalog.Cause, detail message.Message, err error) *catalog.PluginError {
	return &catalog.PluginError{Plugin: m.manifest.Name, Cause: cause, Detail: detail, Err: err}
}

// errNoAction means that an Action has no member, or one that this version does not know.
var errNoAction = message.NewError(message.New(message.ModuleAnswerNoOutcome), nil)

// Step implements catalog.Module.
func (m *module) Step(ctx context.Context, in *abi.StepRequest, host catalog.Host) (*abi.Action, error) {
	out := new(abi.Action)
	err := m.run(ctx, func(i *instance) api.Function { return i.step }, in, host, func(answer []byte) error {
		if err := out.UnmarshalWire(answer); err != nil {
			return err
		}
		if out.Exchange == nil && out.Done == nil && out.Fail == nil {
			return errNoAction
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Accept implements catalog.Module.
func (m *module) Accept(ctx context.Context, in *abi.AcceptRequest, host catalog.Host) (*abi.Accepted, error) {
	out := new(abi.Accepted)
	if err := m.run(ctx, func(i *instance) api.Function { return i.accept }, in, host, out.UnmarshalWire); err != nil {
		return nil, err
	}
	return out, nil
}

// Reply implements catalog.Module.
func (m *module) Reply(ctx context.Context, in *abi.ReplyRequest, host catalog.Host) (*abi.InboundResponse, error) {
	out := new(abi.InboundResponse)
	if err := m.run(ctx, func(i *instance) api.Function { return i.reply }, in, host, out.UnmarshalWire); err != nil {
		return nil, err
	}
	return out, nil
}

// run sends a message to one entry point and has the answer decoded. An instance that gave an answer which is none is
// not used again.
func (m *module) run(ctx context.Context, entry func(*instance) api.Function, in abi.Message, host catalog.Host, decode func([]byte) error) error {
	buffer := m.buffers.Get().(*[]byte)
	defer m.buffers.Put(buffer)
	*buffer = in.AppendWire((*buffer)[:0])
	if n := len(*buffer); n > abi.MaxMessageBytes {
		return m.failure(catalog.TooLarge, message.New(message.PluginMessageTooLarge, "bytes", n, "allowed", abi.MaxMessageBytes), nil)
	}
	inst, err := m.take(ctx)
	if err != nil {
		return err
	}
	f := entry(inst)
	if f == nil {
		m.put(inst, false)
		return m.failure(catalog.Unavailable, message.New(message.ModuleNoEntryPoint), nil)
	}
	answer, failure := m.call(ctx, inst, f, *buffer, host)
	if failure == nil {
		if err := decode(answer); err != nil {
			failure = m.failure(catalog.BadReply, message.New(message.PluginAnswerUnreadable, "reason", message.Error(err)), err)
		}
	}
	m.put(inst, failure != nil)
	if failure != nil {
		return failure
	}
	return nil
}

// start makes the first instance and calls its marker, which every guest must survive. The minor version that it gives, that
// of the SDK it was built with, decides nothing: what a guest needs is in its manifest. Then it takes the image.
func (m *module) start(ctx context.Context) error {
	in, err := m.take(ctx)
	if err != nil {
		return err
	}
	m.begin(in)
	err = in.mod.ExportedFunction(abi.ExportMarker).CallWithStack(in.context(ctx), in.stack[:])
	in.turn.end()
	if err != nil {
		failure := m.diagnose(in, err)
		if ctx.Err() == nil {
			failure.Cause = catalog.StartFailed
			failure.Detail = message.New(message.ModuleFailedIn, "function", abi.ExportMarker, "reason", failure.Detail)
		}
		m.put(in, true)
		return failure
	}
	if m.state.Lasting {
		m.put(in, false)
		return nil
	}
	if m.warmUp(ctx, in) != nil {
		_ = m.discard(ctx, in) // the memory is released either way
		if in, err = m.fill(ctx); err != nil {
			return err
		}
	}
	if m.image, err = takeImage(in, m.runtime.pages); err != nil {
		m.put(in, true)
		return m.notStarted(err)
	}
	in.calls = 0
	err = m.image.adopt(in, m.runtime.pages)
	m.put(in, err != nil)
	if err != nil {
		return m.notStarted(err)
	}
	return nil
}
