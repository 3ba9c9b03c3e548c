//go:build !wasip1

package sdk

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
)

// asked is a provider with a function as its first step.
type asked func(*Call, *Start) *Action

func (f asked) Start(c *Call, in *Start) *Action      { return f(c, in) }
func (f asked) Response(c *Call, r *Response) *Action { return nil }
func done(id string) *Action                          { return Recognized(&Done{VendorRequestID: id}) }
func start() *abi.StepRequest                         { return &abi.StepRequest{Start: new(Start)} }
func numbered(ctx context.Context, n string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, abirpc.CallKey, n)
}

// serve serves a provider as Main does, to a client in this process. exited is closed when the program should exit.
func serve(t *testing.T, p Provider, stderr io.Writer) (client *abirpc.Client, exited <-chan struct{}) {
	t.Helper()
	gone := make(chan struct{})
	s := newServer(p, stderr, sync.OnceFunc(func() { close(gone) }))
	g := newGRPCServer(nil)
	if err := (served{server: s}).GRPCServer(nil, g); err != nil {
		t.Fatal(err)
	}
	l := bufconn.Listen(1 << 20)
	go func() { _ = g.Serve(l) }()
	t.Cleanup(g.Stop)
	conn, err := grpc.NewClient("passthrough:///test",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return abirpc.NewClient(conn), gone
}

func TestServerExitsWhenTheHostStreamEnds(t *testing.T) {
	t.Parallel()
	client, exited := serve(t, asked(func(*Call, *Start) *Action { return done("") }), io.Discard)
	stream, err := client.Host(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	<-exited
}

func TestServerRefusesASecondHostStream(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, asked(func(c *Call, _ *Start) *Action { _, _ = c.Sign(Hash(MD5, Hex)); return done("") }), io.Discard)
	first, err := client.Host(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = client.Step(t.Context(), start()) }()
	if _, err := first.Recv(); err != nil { // then the first stream is open
		t.Fatal(err)
	}
	second, err := client.Host(t.Context())
	if err == nil {
		_, err = second.Recv()
	}
	if status.Code(err) != codes.AlreadyExists {
		t.Errorf("got %v", err)
	}
}

func TestHostCallsNameTheirStepAndTakeAnswersInAnyOrder(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, asked(func(c *Call, in *Start) *Action {
		b, err := c.Sign(Hash(MD5, Hex, Text(in.Document)))
		if err != nil {
			return done(err.Error())
		}
		return done(string(b))
	}), io.Discard)
	stream, err := client.Host(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan string, 2)
	for _, n := range []string{"7", "8"} {
		go func() {
			in := start()
			in.Start.Document = n
			a, err := client.Step(numbered(t.Context(), n), in)
			if err != nil {
				t.Error(err)
				a = done("")
			}
			answers <- n + a.Done.VendorRequestID
		}()
	}
	var calls []*abi.HostCall
	for range 2 {
		c, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if text := string(c.Sign.Digest.Data.Parts[0].Literal); (c.Call == 7) != (text == "7") {
			t.Errorf("call %d says %s", c.Call, text)
		}
		calls = append(calls, c)
	}
	if err := stream.Send(&abi.HostReply{ID: 12345}); err != nil { // nobody waits for it
		t.Fatal(err)
	}
	for _, c := range []*abi.HostCall{calls[1], calls[0]} {
		r := &abi.HostReply{ID: c.ID, Sign: &abi.SignReply{Value: c.Sign.Digest.Data.Parts[0].Literal}}
		if err := stream.Send(r); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if got := <-answers; got != "77" && got != "88" {
			t.Errorf("got %s", got)
		}
	}
}

func TestHostCallEndsWithItsStep(t *testing.T) {
	t.Parallel()
	result := make(chan error, 1)
	client, _ := serve(t, asked(func(c *Call, _ *Start) *Action {
		_, err := c.Sign(Hash(MD5, Hex))
		result <- err
		return done("")
	}), io.Discard)
	stream, err := client.Host(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, _ = client.Step(ctx, start()) }()
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err, ok := (<-result).(*HostError); !ok || err.Status != abi.HostStatusGone {
		t.Errorf("got %v", err)
	}
}

func TestHostCallThatIsTooLargeIsNotSent(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, asked(func(c *Call, _ *Start) *Action {
		_, err := c.Sign(Hash(MD5, Hex, Text(strings.Repeat("x", abi.MaxMessageBytes))))
		return done(err.Error())
	}), io.Discard)
	if _, err := client.Host(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := client.Step(t.Context(), start())
	if err != nil || !strings.Contains(a.Done.VendorRequestID, "limit") {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestPanicIsAnAnswerWithoutItsValue(t *testing.T) {
	t.Parallel()
	cases := map[string]func(){
		"a value":       func() { panic("张三 SPECIMEN") },
		"a nil pointer": func() { var c *Call; _ = c.ctx.Nonce },
		"an index":      func() { var s []int; _ = s[len(s)] },
	}
	for name, misbehave := range cases {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			s := newServer(asked(func(*Call, *Start) *Action { misbehave(); return nil }), &stderr, nil)
			a, err := s.Step(t.Context(), start())
			if err != nil || a.Fail == nil || a.Fail.Kind != ProviderError {
				t.Fatalf("got %+v, %v", a, err)
			}
			for _, text := range []string{a.Fail.Message, stderr.String()} {
				if !strings.Contains(text, "process_test.go:") || strings.Contains(text, "张三") {
					t.Errorf("it says %q", text)
				}
			}
		})
	}
}

func TestServerWithoutAFrontDoor(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, asked(nil), io.Discard)
	if _, err := client.Accept(t.Context(), new(abi.AcceptRequest)); status.Code(err) != codes.Unimplemented {
		t.Errorf("accept: %v", err)
	}
	if _, err := client.Reply(t.Context(), new(abi.ReplyRequest)); status.Code(err) != codes.Unimplemented {
		t.Errorf("reply: %v", err)
	}
}

func TestCannotServe(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, cookie string
		provider     Provider
		says         string
	}{
		{"it was started by hand", "", asked(nil), "plugins folder"},
		{"it registered nothing", abirpc.CookieValue, nil, "sdk.Register"},
		{"it can", abirpc.CookieValue, asked(nil), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := cannotServe(c.cookie, c.provider); !strings.Contains(got, c.says) || (c.says == "") != (got == "") {
				t.Errorf("it says %q", got)
			}
		})
	}
}
