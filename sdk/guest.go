//go:build wasip1

package sdk

import (
	"runtime"
	"unsafe"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Main does nothing in a WebAssembly module: the host calls its exports.
func Main() {}

// The host's input buffer and the last output stay referenced until the next call.
var input, output []byte

//go:wasmexport ocrmux_abi_v1
func exportMarker() uint32 { return abi.Minor }

//go:wasmexport ocrmux_alloc
func exportAlloc(n uint32) uint32 {
	if uint32(cap(input)) < n {
		input = make([]byte, n+n/2)
	}
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(input))))
}

//go:wasmexport ocrmux_step
func exportStep(n uint32) uint64 {
	tidy()
	in := new(abi.StepRequest)
	if err := in.UnmarshalWire(taken(n)); err != nil {
		return given(Failed(Fail{Kind: Internal, Message: "cannot read the step: " + err.Error(), Billed: BilledNo}))
	}
	return given(Step(registered, in, hostCall))
}

//go:wasmexport ocrmux_accept
func exportAccept(n uint32) uint64 {
	in := new(abi.AcceptRequest)
	if err := in.UnmarshalWire(taken(n)); err != nil {
		return given(new(abi.Accepted))
	}
	return given(Accept(registered, in, hostCall))
}

//go:wasmexport ocrmux_reply
func exportReply(n uint32) uint64 {
	in := new(abi.ReplyRequest)
	if err := in.UnmarshalWire(taken(n)); err != nil {
		return given(new(abi.InboundResponse))
	}
	return given(Reply(registered, in, hostCall))
}

// collectEvery is the number of steps between two garbage collections. Usual steps allocate less than 4 MiB in that
// time, so the collector does not start by itself.
const collectEvery = 256

var steps uint32

// tidy collects garbage between steps, when almost nothing is alive. A collection that starts inside a step makes
// progress only when the one thread is idle, so many steps would run with write barriers. That costs 25 % of the time.
func tidy() {
	if steps++; steps%collectEvery == 0 {
		runtime.GC()
	}
}

// taken copies the input out of the buffer, because the decoded message refers to it.
func taken(n uint32) []byte { return append([]byte(nil), input[:n]...) }

func given(m abi.Message) uint64 {
	output = m.AppendWire(output[:0])
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(output))))<<32 | uint64(len(output))
}

//go:wasmimport ocrmux_v1 sign
func hostSign(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport ocrmux_v1 http_send
func hostHTTPSend(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport ocrmux_v1 image_inspect
func hostImageInspect(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport ocrmux_v1 image_fit
func hostImageFit(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport ocrmux_v1 image_read
func hostImageRead(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport ocrmux_v1 log
func hostLog(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport ocrmux_v1 read_reply
func hostReadReply(ptr unsafe.Pointer, n uint32) uint32

func hostCall(c *abi.HostCall) *abi.HostReply {
	var f func(unsafe.Pointer, uint32) uint64
	var m abi.Message
	switch {
	case c.Sign != nil:
		f, m = hostSign, c.Sign
	case c.HTTPSend != nil:
		f, m = hostHTTPSend, c.HTTPSend
	case c.ImageInspect != nil:
		f, m = hostImageInspect, c.ImageInspect
	case c.ImageFit != nil:
		f, m = hostImageFit, c.ImageFit
	case c.ImageRead != nil:
		f, m = hostImageRead, c.ImageRead
	case c.Log != nil:
		f, m = hostLog, c.Log
	default:
		return &abi.HostReply{Status: abi.HostStatusInvalid, Message: "the call names no function"}
	}
	in := m.AppendWire(nil)
	result := f(unsafe.Pointer(unsafe.SliceData(in)), uint32(len(in)))
	runtime.KeepAlive(in)

	out := make([]byte, uint32(result))
	if len(out) > 0 {
		out = out[:hostReadReply(unsafe.Pointer(unsafe.SliceData(out)), uint32(len(out)))]
	}
	r := new(abi.HostReply)
	if err := r.UnmarshalWire(out); err != nil {
		return &abi.HostReply{Status: abi.HostStatusFailed, Message: err.Error()}
	}
	r.Status = abi.HostStatus(result >> 32)
	return r
}
