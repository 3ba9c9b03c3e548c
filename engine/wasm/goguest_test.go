package wasm_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

const goGuest = "./testdata/goguest"

// ask is a step for goguest, which does what the document says.
func ask(document string) *abi.StepRequest {
	return &abi.StepRequest{
		Context: &abi.Context{NowUnixMs: 1555373376238, Nonce: "0123456789abcdef0123456789abcdef"},
		Start:   &abi.Start{Document: document, Picture: &abi.PictureInfo{Format: abi.ImageFormatJPG, Width: 640, Height: 480, Size: 1000}},
	}
}

// answered is what goguest says to "card".
var answered = &abi.Action{Done: &abi.Done{Side: abi.SideFront, VendorRequestID: "0123456789abcdef0123456789abcdef"}}

func wantAnswered(tb testing.TB, m catalog.Module) {
	tb.Helper()
	got, err := m.Step(context.Background(), ask("card"), nil)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(answered, got); diff != "" {
		tb.Error(diff)
	}
}

// said are the texts that goguest answers with.
func said(tb testing.TB, m catalog.Module, document string, host catalog.Host) []string {
	tb.Helper()
	got, err := m.Step(context.Background(), ask(document), host)
	if err != nil {
		tb.Fatal(err)
	}
	if got.Done == nil {
		tb.Fatalf("the guest failed: %s", got.Fail.Message)
	}
	var texts []string
	for _, e := range got.Done.Extras {
		texts = append(texts, e.Value)
	}
	return texts
}

func TestAGoGuestThatFailsIsReplaced(t *testing.T) {
	var stderr bytes.Buffer
	m := shop.load(t, goGuest, wasm.Config{Instances: 1, Fuel: 5e9, Stderr: &stderr})
	for i, c := range []struct {
		document string
		cause    catalog.Cause
		code     message.Code
		text     string
		stderr   string
	}{
		{"panic", catalog.Trapped, message.ModulePrinted, "unreachable", "panic: the number is 110101199001011234"},
		{"panic in goroutine", catalog.Trapped, message.ModulePrinted, "unreachable", "panic: away"},
		{"exit", catalog.Exited, message.ModuleExited, "7", ""},
		{"exhaust", catalog.OutOfMemory, message.ModuleMemory, "16384 KiB", "out of memory"},
		{"exhaust at once", catalog.OutOfMemory, message.ModuleMemory, "16384 KiB", "out of memory"},
		{"recurse", catalog.OutOfMemory, message.ModuleMemory, "16384 KiB", "out of memory"},
		{"loop", catalog.OutOfFuel, message.ModuleFuel, "5,000,000,000 ", ""},
		{"block", catalog.Trapped, message.ModulePrinted, "unreachable", "deadlock"},
		{"lock twice", catalog.Trapped, message.ModulePrinted, "unreachable", "deadlock"},
		{"print without end", catalog.OutOfFuel, message.ModuleFuel, "5,000,000,000 ", "xxx"},
	} {
		t.Run(c.document, func(t *testing.T) {
			stderr.Reset()
			_, err := m.Step(context.Background(), ask(c.document), nil)
			wantFailure(t, err, c.cause, c.code, c.text)
			if strings.Contains(err.Error(), "110101199001011234") {
				t.Error("the error repeats what the guest printed")
			}
			if !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("printed %.2000q, want %q in it", stderr.String(), c.stderr)
			}
			if stderr.Len() > 64<<10 {
				t.Errorf("one call printed %d bytes", stderr.Len())
			}
			wantStatus(t, m, catalog.Status{State: catalog.Ready, Replaced: i + 1})
			wantAnswered(t, m)
		})
	}
}

func TestAGoGuestMayLeaveGoroutinesBehind(t *testing.T) {
	for name, how := range runtimes {
		t.Run(name, func(t *testing.T) {
			if underRace {
				t.Skip("Go guests are not compiled under the race detector")
			}
			r := newRuntime(t, wasm.Config{Instances: 1, CacheDir: shop.cache()})
			how(r)
			m := load(t, r, "goguest", shop.build(t, goGuest))
			wantAnswered(t, m)
			before := m.Status()
			for range 300 {
				for _, document := range []string{"leave spinning goroutine", "leave goroutines"} {
					if _, err := m.Step(context.Background(), ask(document), nil); err != nil {
						t.Fatalf("%s: %v", document, err)
					}
				}
				wantAnswered(t, m)
			}
			if diff := cmp.Diff(before, m.Status()); diff != "" {
				t.Errorf("something was left behind: %s", diff)
			}
		})
	}
}

func TestWhatAGoGuestPrintsGoesToStderrOnly(t *testing.T) {
	var stderr bytes.Buffer
	m := shop.load(t, goGuest, wasm.Config{Instances: 1, Stderr: &stderr})
	if _, err := m.Step(context.Background(), ask("print"), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("the number is 110101199001011234\n", stderr.String()); diff != "" {
		t.Error(diff)
	}
}

func TestAGoGuestUsesTheHostFunctions(t *testing.T) {
	picture := bytes.Repeat([]byte{1}, 2_500_000)
	host := hostFunc(func(_ context.Context, call *abi.HostCall) *abi.HostReply {
		switch {
		case call.Sign != nil:
			if s := call.Sign.Digest; s.Algorithm != abi.AlgorithmSHA256 || s.Key.Parts[0].Secret != "key" || string(s.Data.Parts[0].Literal) != "data" {
				return &abi.HostReply{Status: abi.HostStatusInvalid, Message: "another digest"}
			}
			return &abi.HostReply{Sign: &abi.SignReply{Value: []byte{0xca, 0xfe}}}
		case call.ImageInspect != nil:
			return &abi.HostReply{ImageInspect: &abi.ImageInspectReply{
				Picture:    &abi.PictureInfo{Width: 640},
				Violations: []abi.LimitViolation{{Limit: "max_side", Value: "640", Allowed: fmt.Sprint(call.ImageInspect.Limits.MaxSide)}},
			}}
		case call.ImageFit != nil:
			return &abi.HostReply{ImageFit: &abi.ImageFitReply{Picture: &abi.PictureInfo{Handle: 5, Width: call.ImageFit.Limits.MaxSide}}}
		case call.ImageRead != nil:
			from := min(call.ImageRead.Offset, uint64(len(picture)))
			to := min(from+abi.MaxImageReadBytes, uint64(len(picture)))
			return &abi.HostReply{ImageRead: &abi.ImageReadReply{Data: picture[from:to], Size: uint64(len(picture))}}
		case call.HTTPSend != nil:
			if call.HTTPSend.URL != "https://api.example.com/token" {
				return &abi.HostReply{Status: abi.HostStatusDenied}
			}
			return &abi.HostReply{HTTPSend: &abi.Response{Status: 200, Leaves: []abi.Leaf{{Path: "/token", Value: "t0ken"}}}}
		case call.Log != nil:
			if call.Log.Level != abi.LogLevelWarn || call.Log.Message != "picture of 17 bytes" {
				return &abi.HostReply{Status: abi.HostStatusInvalid}
			}
			return new(abi.HostReply)
		}
		return &abi.HostReply{Status: abi.HostStatusInvalid, Message: "no function"}
	})
	m := shop.load(t, goGuest, wasm.Config{Instances: 1})
	for document, want := range map[string][]string{
		"sign":          {"cafe", "<nil>"},
		"image_inspect": {"640", "1"},
		"image_fit":     {"5", "100"},
		"image_read":    {"2500000", "2500000", "<nil>"},
		"http_send":     {"200", "t0ken"},
		"log":           {"logged"},
	} {
		t.Run(document, func(t *testing.T) {
			if diff := cmp.Diff(want, said(t, m, document, host)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("and is told when one fails", func(t *testing.T) {
		refuse := hostFunc(func(context.Context, *abi.HostCall) *abi.HostReply {
			return &abi.HostReply{Status: abi.HostStatusDenied, Message: "the manifest does not ask for it"}
		})
		want := []string{"0", "0", "host function image_read: denied: the manifest does not ask for it"}
		if diff := cmp.Diff(want, said(t, m, "image_read", refuse)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("and gets no reply that is too long", func(t *testing.T) {
		endless := hostFunc(func(context.Context, *abi.HostCall) *abi.HostReply {
			return &abi.HostReply{ImageRead: &abi.ImageReadReply{Data: make([]byte, abi.MaxMessageBytes)}}
		})
		want := []string{"0", "0", "host function image_read: limit: the reply is too long"}
		if diff := cmp.Diff(want, said(t, m, "image_read", endless)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAGuestSeesTheSameWorldAtEveryCall(t *testing.T) {
	fresh := func() catalog.Module { return shop.load(t, goGuest, wasm.Config{Instances: 1}) }
	used := fresh()
	want := said(t, fresh(), "world", nil)
	if diff := cmp.Diff([]string{"0", want[1], "<nil>", "true", "0", "0"}, want); diff != "" {
		t.Errorf("a guest sees something of this machine: %s", diff)
	}
	for range 3 {
		if diff := cmp.Diff(want, said(t, used, "world", nil)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"1h0m0s"}, said(t, used, "sleep", nil)); diff != "" {
			t.Errorf("sleeping: %s", diff)
		}
	}
}
