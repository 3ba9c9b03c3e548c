package wasm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// instance is one running copy of a module. It is not safe for concurrent use: the pool hands it to one call at a time.
type instance struct {
	mod                        api.Module
	alloc, step, accept, reply api.Function

	input    uint32 // where the guest wants its input, and how much fits there
	inputCap uint32
	stack    [2]uint64
	calls    int

	host    catalog.Host // of the running call
	pending []byte       // the last HostReply, until the guest has read it
}

func (m *module) newInstance(ctx context.Context) (*instance, error) {
	cfg := wazero.NewModuleConfig().
		WithName(""). // anonymous: instances of one module live side by side
		WithStartFunctions().
		WithStderr(m.runtime.cfg.Stderr)
	mod, err := m.runtime.wz.InstantiateModule(ctx, m.compiled, cfg)
	if err != nil {
		return nil, m.failure(catalog.StartFailed, "the module does not start: "+firstLine(err), err)
	}
	in := &instance{
		mod:    mod,
		alloc:  mod.ExportedFunction(abi.ExportAlloc),
		step:   mod.ExportedFunction(abi.ExportStep),
		accept: mod.ExportedFunction(abi.ExportAccept),
		reply:  mod.ExportedFunction(abi.ExportReply),
	}
	if init := mod.ExportedFunction("_initialize"); init != nil {
		m.refuel(mod)
		if err := init.CallWithStack(ctx, nil); err != nil {
			e := m.diagnose(in, err)
			e.Cause, e.Detail = catalog.StartFailed, "_initialize: "+e.Detail
			return nil, errors.Join(e, mod.Close(ctx))
		}
	}
	return in, nil
}

// refuel gives an instance what one call may use. Every loaded module has the counter, since Load wrote it.
func (m *module) refuel(mod api.Module) { _ = fuel.Set(mod, m.runtime.cfg.Fuel) }

// call runs one exported function over one message and returns a copy of its answer.
func (m *module) call(ctx context.Context, in *instance, f api.Function, message []byte, host catalog.Host) ([]byte, *catalog.PluginError) {
	in.calls++
	m.refuel(in.mod)
	ctx = context.WithValue(ctx, callKey{}, in)

	n := uint32(len(message))
	if n > in.inputCap || in.inputCap == 0 {
		in.stack[0] = uint64(n)
		if err := in.alloc.CallWithStack(ctx, in.stack[:]); err != nil {
			return nil, m.diagnose(in, err)
		}
		in.input, in.inputCap = uint32(in.stack[0]), n
	}
	mem := in.mod.Memory()
	if !mem.Write(in.input, message) {
		return nil, m.failure(catalog.BadReply, fmt.Sprintf("%s gave room for %d bytes at %d, outside the memory of %d bytes", abi.ExportAlloc, n, in.input, mem.Size()), nil)
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
		return nil, m.failure(catalog.BadReply, fmt.Sprintf("the answer is %d bytes long, at most %d are allowed", size, abi.MaxMessageBytes), nil)
	}
	view, ok := mem.Read(ptr, size)
	if !ok {
		return nil, m.failure(catalog.BadReply, fmt.Sprintf("the answer of %d bytes at %d lies outside the memory of %d bytes", size, ptr, mem.Size()), nil)
	}
	return slices.Clone(view), nil
}

// diagnose says why a call ended in an error.
func (m *module) diagnose(in *instance, err error) *catalog.PluginError {
	var exit *sys.ExitError
	limit := m.runtime.cfg.MemoryPages * pageSize
	switch full := in.mod.Memory().Size() >= limit; {
	case fuel.Exhausted(in.mod):
		return m.failure(catalog.OutOfFuel, fmt.Sprintf("the call needed more than %d instructions", m.runtime.cfg.Fuel), err)
	case full:
		return m.failure(catalog.OutOfMemory, fmt.Sprintf("the module has used all of its %d MiB", limit>>20), err)
	case errors.As(err, &exit):
		return m.failure(catalog.Exited, fmt.Sprintf("the module exited with status %d", exit.ExitCode()), err)
	default:
		return m.failure(catalog.Trapped, firstLine(err), err)
	}
}
