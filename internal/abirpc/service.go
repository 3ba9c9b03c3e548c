package abirpc

import (
	"context"

	"google.golang.org/grpc"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Names of the service. CallKey is the metadata key that holds the number of the call, in decimal.
const (
	ServiceName = "ocrmux.v1.Provider"
	CallKey     = "ocrmux-call"
)

// Server is what a subprocess serves.
type Server interface {
	Step(context.Context, *abi.StepRequest) (*abi.Action, error)
	Accept(context.Context, *abi.AcceptRequest) (*abi.Accepted, error)
	Reply(context.Context, *abi.ReplyRequest) (*abi.InboundResponse, error)
	Host(grpc.BidiStreamingServer[abi.HostReply, abi.HostCall]) error
}

// Register adds the service to a gRPC server that was made with grpc.ForceServerCodecV2(Codec()).
func Register(r grpc.ServiceRegistrar, s Server) { r.RegisterService(serviceDesc(), s) }

func serviceDesc() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: ServiceName,
		HandlerType: (*Server)(nil),
		Methods: []grpc.MethodDesc{
			method("Step", Server.Step),
			method("Accept", Server.Accept),
			method("Reply", Server.Reply),
		},
		Streams: []grpc.StreamDesc{{
			StreamName:    "Host",
			ServerStreams: true,
			ClientStreams: true,
			Handler: func(s any, stream grpc.ServerStream) error {
				return s.(Server).Host(&grpc.GenericServerStream[abi.HostReply, abi.HostCall]{ServerStream: stream})
			},
		}},
		Metadata: "service.proto",
	}
}

func method[In, Out any](name string, call func(Server, context.Context, *In) (*Out, error)) grpc.MethodDesc {
	handler := func(s any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		in := new(In)
		if err := decode(in); err != nil {
			return nil, err
		}
		if intercept == nil {
			return call(s.(Server), ctx, in)
		}
		info := &grpc.UnaryServerInfo{Server: s, FullMethod: "/" + ServiceName + "/" + name}
		return intercept(ctx, in, info, func(ctx context.Context, in any) (any, error) {
			return call(s.(Server), ctx, in.(*In))
		})
	}
	return grpc.MethodDesc{MethodName: name, Handler: handler}
}

// Client calls a subprocess. It is safe for concurrent use. A message that passes abi.MaxMessageBytes is not sent: the
// error is a *SizeError.
type Client struct{ conn grpc.ClientConnInterface }

// NewClient returns a client of the subprocess at the other end of a connection.
func NewClient(conn grpc.ClientConnInterface) *Client { return &Client{conn: conn} }

// Step has the provider take one step.
func (c *Client) Step(ctx context.Context, in *abi.StepRequest) (*abi.Action, error) {
	return invoke[abi.Action](ctx, c, "Step", in)
}

// Accept shows the provider a request at its front door.
func (c *Client) Accept(ctx context.Context, in *abi.AcceptRequest) (*abi.Accepted, error) {
	return invoke[abi.Accepted](ctx, c, "Accept", in)
}

// Reply has the provider say an outcome at its front door.
func (c *Client) Reply(ctx context.Context, in *abi.ReplyRequest) (*abi.InboundResponse, error) {
	return invoke[abi.InboundResponse](ctx, c, "Reply", in)
}

// Host opens the stream on which host calls arrive.
func (c *Client) Host(ctx context.Context) (grpc.BidiStreamingClient[abi.HostReply, abi.HostCall], error) {
	desc := grpc.StreamDesc{StreamName: "Host", ServerStreams: true, ClientStreams: true}
	stream, err := c.conn.NewStream(ctx, &desc, "/"+ServiceName+"/Host", grpc.ForceCodecV2(Codec()))
	if err != nil {
		return nil, err
	}
	return &grpc.GenericClientStream[abi.HostReply, abi.HostCall]{ClientStream: stream}, nil
}

func invoke[Out any](ctx context.Context, c *Client, name string, in abi.Message) (*Out, error) {
	sized, err := Encode(in)
	if err != nil {
		return nil, err
	}
	out := new(Out)
	if err := c.conn.Invoke(ctx, "/"+ServiceName+"/"+name, sized, out, grpc.ForceCodecV2(Codec())); err != nil {
		return nil, err
	}
	return out, nil
}
