package wasm_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// fails says how a call of each misbehaving guest ends.
var fails = []struct {
	guest string
	cause catalog.Cause
	code  message.Code
	text  string
}{
	{"reply_outside_memory", catalog.BadReply, message.ModuleAnswerOutside, "4 bytes at 131072"},
	{"reply_overflows", catalog.BadReply, message.ModuleAnswerOutside, "32 bytes at 4294967280"},
	{"reply_huge", catalog.BadReply, message.ModuleAnswerTooLong, "4294967295 bytes"},
	{"reply_empty", catalog.BadReply, message.ModuleAnswerNoOutcome, ""},
	{"reply_garbage", catalog.BadReply, message.PluginAnswerUnreadable, "bad wire format"},
	{"reply_unknown", catalog.BadReply, message.ModuleAnswerNoOutcome, ""},
	{"reply_too_deep", catalog.BadReply, message.PluginAnswerUnreadable, "nested deeper than 64 messages"},
	{"alloc_outside_memory", catalog.BadReply, message.ModuleRoomOutside, "at 2147483647, outside the memory of 131072 bytes"},
	{"alloc_null", catalog.OutOfMemory, message.ModuleNoRoom, "ocrmux_alloc"},
	{"alloc_traps", catalog.Trapped, "", "unreachable"},
	{"alloc_loops", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_unreachable", catalog.Trapped, "", "wasm error: unreachable"},
	{"step_divides_by_zero", catalog.Trapped, "", "integer divide by zero"},
	{"step_reads_outside", catalog.Trapped, "", "out of bounds memory access"},
	{"step_calls_mismatch", catalog.Trapped, "", "indirect call type mismatch"},
	{"step_calls_null", catalog.Trapped, "", "invalid table access"},
	{"step_loops", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_call_tree", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_grows_memory", catalog.OutOfMemory, message.ModuleMemory, "2048 KiB"},
	{"step_grows_at_once", catalog.OutOfMemory, message.ModuleMemory, "2048 KiB"},
	{"step_exits", catalog.Exited, message.ModuleExited, "3"},
	{"step_exits_well", catalog.Exited, message.ModuleExited, "0"},
	{"wasi_random_loops", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"wasi_prints_loops", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"wasi_polls_overflow", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"wasi_random_straight", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"wasi_paths_loops", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_loops_in_calls", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_loops_in_copies", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_loops_in_quotients", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"step_loops_in_references", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
	{"host_loops", catalog.OutOfFuel, message.ModuleFuel, "100,000,000 "},
}

// small is a runtime in which misbehaviour ends soon.
func small(stderr *bytes.Buffer) wasm.Config {
	return wasm.Config{Instances: 1, Fuel: 1e8, MemoryPages: 32, Stderr: stderr}
}

//attacks:testdata/alloc_*.wat
//attacks:testdata/reply_*.wat
//attacks:testdata/step_*.wat
//attacks:testdata/wasi_*.wat
//attacks:testdata/host_loops.wat
func TestACallThatFailsReplacesTheInstanceAndNothingElse(t *testing.T) {
	ctx := context.Background()
	var stderr bytes.Buffer
	r := newRuntime(t, small(&stderr))
	neighbour := load(t, r, "neighbour", assembled(t, "good"))
	for _, c := range fails {
		t.Run(c.guest, func(t *testing.T) {
			stderr.Reset()
			m := load(t, r, c.guest, assembled(t, c.guest))
			wantCard(t, m)
			for replaced := range 2 {
				got, err := m.Step(ctx, misbehave, new(signer))
				wantFailure(t, err, c.cause, c.code, c.text)
				if got != nil {
					t.Errorf("a call that failed gave %v", got)
				}
				wantStatus(t, m, catalog.Status{State: catalog.Ready, Replaced: replaced + 1})
				wantCard(t, m)
				wantCard(t, neighbour)
			}
			if stderr.Len() > 2*64<<10 {
				t.Errorf("two calls printed %d bytes", stderr.Len())
			}
		})
	}
	wantStatus(t, neighbour, catalog.Status{State: catalog.Ready, Instances: 1})
}

//attacks:testdata/step_overflows_stack.wat
func TestRecursionWithoutEndIsStopped(t *testing.T) {
	ctx := context.Background()
	code := assembled(t, "step_overflows_stack")
	t.Run("by the size of the stack", func(t *testing.T) {
		m := load(t, newRuntime(t, wasm.Config{Instances: 1}), "recursive", code)
		_, err := m.Step(ctx, misbehave, nil)
		wantFailure(t, err, catalog.Trapped, "", "stack overflow")
		wantCard(t, m)
	})
	t.Run("by fuel", func(t *testing.T) {
		m := load(t, newRuntime(t, wasm.Config{Instances: 1, Fuel: 1e6}), "recursive", code)
		_, err := m.Step(ctx, misbehave, nil)
		wantFailure(t, err, catalog.OutOfFuel, message.ModuleFuel, "1,000,000 ")
		wantCard(t, m)
	})
}

//attacks:testdata/host_*.wat
//attacks:testdata/step_mutates_input.wat
//attacks:testdata/alloc_calls_host.wat
//attacks:testdata/wasi_sleeps.wat
func TestOddGuestsThatBreakNoRuleAreServed(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		guest string
		calls int64 // that reach the host
		want  *abi.Action
	}{
		{guest: "reply_sizes_vary", want: &abi.Action{Fail: &abi.Fail{VendorMessage: string(bytes.Repeat([]byte("a"), 300))}}},
		{guest: "reply_at_the_end"},
		{guest: "step_mutates_input"},
		{guest: "alloc_calls_host"},
		{guest: "wasi_sleeps"},
		{guest: "wasi_needs"},
		{guest: "wasi_not_implemented"},
		{guest: "host_pointer_outside"},
		{guest: "host_pointer_overflows"},
		{guest: "host_length_huge"},
		{guest: "host_message_garbage"},
		{guest: "host_read_without_reply"},
		{guest: "host_read_outside", calls: 1},
		{guest: "host_reply_left_behind", calls: 1},
	} {
		t.Run(c.guest, func(t *testing.T) {
			m := load(t, newRuntime(t, small(new(bytes.Buffer))), c.guest, assembled(t, c.guest))
			if c.want == nil {
				c.want = card
			}
			for range 3 {
				var host signer
				got, err := m.Step(ctx, misbehave, &host)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				if got := host.calls.Load(); got != c.calls {
					t.Errorf("%d calls reached the host, want %d", got, c.calls)
				}
				wantCard(t, m)
			}
			wantStatus(t, m, catalog.Status{State: catalog.Ready, Instances: 1})
		})
	}
}

func TestEntryPointsThatAreNotThereAreUnavailable(t *testing.T) {
	ctx := context.Background()
	m := load(t, newRuntime(t, wasm.Config{Instances: 1}), "good", assembled(t, "good"))
	_, err := m.Accept(ctx, new(abi.AcceptRequest), nil)
	wantFailure(t, err, catalog.Unavailable, message.ModuleNoEntryPoint, "")
	_, err = m.Reply(ctx, new(abi.ReplyRequest), nil)
	wantFailure(t, err, catalog.Unavailable, message.ModuleNoEntryPoint, "")
	wantCard(t, m)
}

func TestAMessageForTheGuestThatPassesTheLimitIsNotSent(t *testing.T) {
	m := load(t, newRuntime(t, wasm.Config{Instances: 1}), "good", assembled(t, "good"))
	huge := &abi.StepRequest{Response: &abi.Response{Body: make([]byte, abi.MaxMessageBytes)}}
	_, err := m.Step(context.Background(), huge, nil)
	wantFailure(t, err, catalog.TooLarge, message.PluginMessageTooLarge, "4,194,304")
	wantStatus(t, m, catalog.Status{State: catalog.Ready, Instances: 1})
	wantCard(t, m)
}
