package wasm

import (
	"context"
	"errors"
	"slices"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// exportInitialize is what a reactor module of WASI exports to be called once, before all else.
const exportInitialize = "_initialize"

// maxIdleReply is how many bytes an instance keeps for the next HostReply.
const maxIdleReply = 64 << 10

// instance is one running copy of a module. It is not safe for concurrent use: the pool hands it to one call at a time.
type instance struct {
	mod                        api.Module
	world                      *world
	tank                       fuel.Tank
	fuel                       int64 // of each call
	turn                       turn
	alloc, step, accept, reply api.Function

	globals []api.MutableGlobal // all that the guest can change
	stack   [2]uint64           // parameters and results
	calls   int
	held    uint32 // bytes of memory when it was last put back

	host    catalog.Host // of the running call
	pending []byte       // the last HostReply of the running call, until the guest has read it
}

// newInstance makes an instance that is ready for a call: from the image, if there is one.
func (m *module) newInstance(ctx context.Context) (*instance, error) {
	mem, err := newMemory(uint64(m.runtime.cfg.MemoryPages) * pageSize)
	if err != nil {
		return nil, m.notStarted(err)
	}
	in := &instance{world: newWorld(m.runtime.cfg.Stderr, mem), fuel: m.runtime.cfg.Fuel, turn: m.runtime.turns.turn(&m.account)}
	in.tank.Pause = in.turn.pause
	m.begin(in)
	defer in.turn.end()
	if err = in.tank.Pay(m.making); err == nil {
		in.mod, err = m.runtime.wz.InstantiateModule(experimental.WithMemoryAllocator(in.context(ctx), mem), m.compiled, in.world.config())
	}
	if err != nil {
		mem.Free()
		if ctx.Err() != nil {
			return nil, m.interrupted(ctx.Err())
		}
		return nil, m.notStarted(err)
	}
	in.tank.Attach(in.mod)
	in.globals = mutableGlobals(in.mod, m.state.Globals)
	in.alloc, in.step = in.mod.ExportedFunction(abi.ExportAlloc), in.mod.ExportedFunction(abi.ExportStep)
	in.accept, in.reply = in.mod.ExportedFunction(abi.ExportAccept), in.mod.ExportedFunction(abi.ExportReply)
	if m.image != nil {
		if err = m.image.adopt(in, m.runtime.pages); err != nil {
			err = m.notStarted(err)
		}
	} else if init := in.mod.ExportedFunction(exportInitialize); init != nil {
		if err = init.CallWithStack(in.context(ctx), nil); err != nil {
			err = m.notInitialized(ctx, in, err)
		}
	}
	if err != nil {
		_ = in.mod.Close(ctx) // the memory is released either way
		return nil, err
	}
	return in, nil
}

func (m *module) notStarted(err error) error {
	detail := message.New(message.ModuleNotStarted, "instructions", m.runtime.cfg.Fuel, "reason", firstLine(err))
	return m.failure(catalog.StartFailed, detail, err)
}

func (m *module) notInitialized(ctx context.Context, in *instance, err error) error {
	e := m.diagnose(in, err)
	if ctx.Err() == nil {
		e.Cause = catalog.StartFailed
		e.Detail = message.New(message.ModuleFailedIn, "function", exportInitialize, "reason", e.Detail)
	}
	return e
}

// context returns a context for calls into the instance.
func (in *instance) context(ctx context.Context) context.Context {
	return in.tank.With(context.WithValue(ctx, callKey{}, in))
}

// begin gives an instance what one call may use: fuel, which every loaded module counts since Load wrote the counter,
// a fresh world, and a turn on a processor, which the caller ends.
func (m *module) begin(in *instance) {
	in.tank.Fill(in.fuel)
	in.world.begin()
	if cap(in.pending) > maxIdleReply {
		in.pending = nil
	}
	in.pending = in.pending[:0]
	in.turn.take()
}

// call passes one message to an exported function and returns a copy of its answer.
func (m *module) call(ctx context.Context, in *instance, f api.Function, sent []byte, host catalog.Host) ([]byte, *catalog.PluginError) {
	in.calls++
	m.begin(in)
	defer in.turn.end()
	ctx = in.context(ctx)

	n := uint32(len(sent))
	in.stack[0] = uint64(n)
	if err := in.alloc.CallWithStack(ctx, in.stack[:]); err != nil {
		return nil, m.diagnose(in, err)
	}
	input, mem := uint32(in.stack[0]), in.mod.Memory()
	if input == 0 && n > 0 {
		return nil, m.failure(catalog.OutOfMemory, message.New(message.ModuleNoRoom, "function", abi.ExportAlloc, "bytes", n), nil)
	}
	if !mem.Write(input, sent) {
		return nil, m.failure(catalog.BadReply, message.New(message.ModuleRoomOutside,
			"function", abi.ExportAlloc, "bytes", n, "address", input, "memory", mem.Size()), nil)
	}

	in.host = host
	in.stack[0] = uint64(n)
	err := f.CallWithStack(ctx, in.stack[:])
	in.host = nil
	if err != nil {
		return nil, m.diagnose(in, err)
	}
	ptr, size := uint32(in.stack[0]>>32), uint32(in.stack[0])
	if size > abi.MaxMessageBytes {
		return nil, m.failure(catalog.BadReply, message.New(message.ModuleAnswerTooLong, "bytes", size, "allowed", abi.MaxMessageBytes), nil)
	}
	view, ok := mem.Read(ptr, size)
	if !ok {
		return nil, m.failure(catalog.BadReply, message.New(message.ModuleAnswerOutside, "bytes", size, "address", ptr, "memory", mem.Size()), nil)
	}
	return slices.Clone(view), nil
}

// diagnose returns why a call ended in an error.
func (m *module) diagnose(in *instance, err error) *catalog.PluginError {
	var exit *sys.ExitError
	memory := in.world.memory
	printed := func(m message.Message) message.Message {
		if in.world.room < stderrRoom { // a Go guest that panics says why, then traps
			return message.New(message.ModulePrinted, "reason", m)
		}
		return m
	}
	switch {
	case errors.Is(err, fuel.ErrExhausted):
		return m.failure(catalog.OutOfFuel, message.New(message.ModuleFuel, "instructions", m.runtime.cfg.Fuel), err)
	case errors.Is(err, context.DeadlineExceeded):
		return m.failure(catalog.TimedOut, message.New(message.ModuleStopped), err)
	case errors.Is(err, context.Canceled):
		return m.failure(catalog.Cancelled, message.New(message.ModuleStopped), err)
	case memory.refused, uint64(in.mod.Memory().Size()) >= memory.limit:
		return m.failure(catalog.OutOfMemory, message.New(message.ModuleMemory, "kib", memory.limit>>10), err)
	case errors.As(err, &exit):
		return m.failure(catalog.Exited, printed(message.New(message.ModuleExited, "status", exit.ExitCode())), err)
	default:
		return m.failure(catalog.Trapped, printed(message.Text(firstLine(err))), err)
	}
}
