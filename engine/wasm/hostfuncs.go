package wasm

import (
	"context"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// callKey finds the running instance in the context of a host function.
type callKey struct{}

// running returns the instance that calls a host function: every call into an instance has it in its context.
func running(ctx context.Context) *instance { return ctx.Value(callKey{}).(*instance) }

// instantiateHostFunctions makes the import module. Its functions are paid for before they do anything, and never trap
// otherwise: they return every problem as a status.
func instantiateHostFunctions(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder(abi.ImportModule)
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	for _, name := range abi.HostFunctions() {
		b.NewFunctionBuilder().
			WithGoModuleFunction(hostFunction(name), []api.ValueType{i32, i32}, []api.ValueType{i64}).
			Export(name)
	}
	b.NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(readReply), []api.ValueType{i32, i32}, []api.ValueType{i32}).
		Export(abi.ImportRead)
	_, err := b.Instantiate(ctx)
	return err
}

func hostFunction(name string) api.GoModuleFunc {
	return func(ctx context.Context, m api.Module, stack []uint64) {
		in := running(ctx)
		fuel.Toll(ctx, m, priceOf(uint32(stack[1])))
		if in.calls == 0 { // while the module starts
			stack[0] = uint64(abi.HostStatusGone) << 32
			return
		}
		reply := in.hostCall(ctx, name, m.Memory(), uint32(stack[0]), uint32(stack[1]))
		fuel.Toll(ctx, m, 0) // the deadline may have passed meanwhile
		in.pending = reply.AppendWire(in.pending[:0])
		if len(in.pending) > abi.MaxMessageBytes {
			reply = &abi.HostReply{Status: abi.HostStatusLimit, Message: "the reply is too long"}
			in.pending = reply.AppendWire(nil)
		}
		stack[0] = uint64(reply.Status)<<32 | uint64(uint32(len(in.pending)))
	}
}

// priceOf returns what a message of n bytes costs. One that is too long is refused without a look at it.
func priceOf(n uint32) int64 {
	if n > abi.MaxMessageBytes {
		return priceOfCall
	}
	const within, shortest = 1 << 16, 2 // at most so many messages within one, of so many bytes
	return priceOfCall + priceOfByte*int64(n) + priceOfMessage*int64(min(n/shortest, within))
}

func readReply(ctx context.Context, m api.Module, stack []uint64) {
	in := running(ctx)
	ptr, n := uint32(stack[0]), uint32(stack[1])
	data := in.pending[:min(uint64(n), uint64(len(in.pending)))]
	fuel.Toll(ctx, m, priceOfCall+priceOfByte*int64(len(data)))
	stack[0] = 0
	if m.Memory().Write(ptr, data) {
		stack[0] = uint64(len(data))
	}
}

func (in *instance) hostCall(ctx context.Context, name string, mem api.Memory, ptr, n uint32) *abi.HostReply {
	if in.host == nil {
		return &abi.HostReply{Status: abi.HostStatusGone, Message: "there is no call at hand: an allocator may not call the host"}
	}
	if n > abi.MaxMessageBytes {
		return &abi.HostReply{Status: abi.HostStatusLimit, Message: "the message is too long"}
	}
	view, ok := mem.Read(ptr, n)
	if !ok {
		return &abi.HostReply{Status: abi.HostStatusInvalid, Message: "the message lies outside the memory"}
	}
	call := new(abi.HostCall)
	if err := argument(call, name).UnmarshalWire(slices.Clone(view)); err != nil {
		return &abi.HostReply{Status: abi.HostStatusInvalid, Message: err.Error()}
	}
	in.turn.give() // the host may take long
	defer in.turn.take()
	return in.host.Call(ctx, call)
}

// argument makes the member of a HostCall that a host function takes.
func argument(c *abi.HostCall, name string) abi.Message {
	switch name {
	case "sign":
		c.Sign = new(abi.SignRequest)
		return c.Sign
	case "http_send":
		c.HTTPSend = new(abi.HTTPRequest)
		return c.HTTPSend
	case "image_inspect":
		c.ImageInspect = new(abi.ImageInspectRequest)
		return c.ImageInspect
	case "image_fit":
		c.ImageFit = new(abi.ImageFitRequest)
		return c.ImageFit
	case "image_read":
		c.ImageRead = new(abi.ImageReadRequest)
		return c.ImageRead
	default:
		c.Log = new(abi.LogRecord)
		return c.Log
	}
}
