//go:build !wasip1

package sdk

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
)

func (s *server) Step(ctx context.Context, in *abi.StepRequest) (a *abi.Action, _ error) {
	defer s.recovered(func(where string) {
		a = Failed(Fail{Kind: ProviderError, Message: "the provider panicked " + where, FailOver: true, Fault: VendorFault})
	})
	return Step(s.provider, in, s.link.hostFunc(ctx, callNumber(ctx))), nil
}

func (s *server) Accept(ctx context.Context, in *abi.AcceptRequest) (a *abi.Accepted, err error) {
	if _, ok := s.provider.(FrontDoor); !ok {
		return nil, status.Error(codes.Unimplemented, "the provider has no front door")
	}
	defer s.recovered(func(where string) { err = status.Error(codes.Internal, "the provider panicked "+where) })
	if a = Accept(s.provider, in, s.link.hostFunc(ctx, callNumber(ctx))); a == nil {
		return nil, status.Error(codes.Internal, "Accept returned nil")
	}
	return a, nil
}

func (s *server) Reply(ctx context.Context, in *abi.ReplyRequest) (r *abi.InboundResponse, err error) {
	if _, ok := s.provider.(FrontDoor); !ok {
		return nil, status.Error(codes.Unimplemented, "the provider has no front door")
	}
	defer s.recovered(func(where string) { err = status.Error(codes.Internal, "the provider panicked "+where) })
	if r = Reply(s.provider, in, s.link.hostFunc(ctx, callNumber(ctx))); r == nil {
		return nil, status.Error(codes.Internal, "Reply returned nil")
	}
	return r, nil
}

// Host serves the Host stream. The program exits when the stream ends.
func (s *server) Host(stream grpc.BidiStreamingServer[abi.HostReply, abi.HostCall]) error {
	if !s.link.open(stream) {
		return status.Error(codes.AlreadyExists, "the Host stream is already open")
	}
	defer s.exit()
	return s.link.receive()
}

// recovered is deferred by a step and turns a panic into an answer. It says where the provider panicked. It never says
// the value of the panic, which may be a field of a card.
func (s *server) recovered(answer func(where string)) {
	if recover() == nil {
		return
	}
	where := panicSite()
	fmt.Fprintln(s.stderr, "the provider panicked", where)
	answer(where)
}

// panicSite returns the function, file and line that panicked: the first frame below runtime.gopanic that is not part
// of the runtime.
func panicSite() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf("in %s (%s:%d)", f.Function, filepath.Base(f.File), f.Line)
		}
		if !more {
			return "in an unknown place"
		}
	}
}

// callNumber returns the number that the host gave this step, or 0, which no step has, if there is none.
func callNumber(ctx context.Context) uint64 {
	for _, text := range metadata.ValueFromIncomingContext(ctx, abirpc.CallKey) {
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return n
		}
	}
	return 0
}
