package process

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ocrmux/ocrmux/internal/abirpc"
)

// forwardStdio copies what go-plugin's service of a child says was printed, until the connection ends: once a child
// serves, go-plugin replaces its os.Stdout and os.Stderr by pipes that block when nobody reads them. A child in another
// language need not have the service.
func forwardStdio(ctx context.Context, conn *grpc.ClientConn, stdout, stderr io.Writer) {
	desc := grpc.StreamDesc{StreamName: "StreamStdio", ServerStreams: true}
	stream, err := conn.NewStream(ctx, &desc, "/plugin.GRPCStdio/StreamStdio", grpc.ForceCodecV2(abirpc.Codec()))
	if err != nil {
		return
	}
	if stream.SendMsg(abirpc.Encoded{}) != nil || stream.CloseSend() != nil {
		return
	}
	for {
		var chunk stdioChunk
		if stream.RecvMsg(&chunk) != nil {
			return
		}
		w := stdout
		if chunk.stderr {
			w = stderr
		}
		_, _ = w.Write(chunk.data)
	}
}

// stdioChunk is go-plugin's message StdioData { Channel channel = 1; bytes data = 2; }, whose Go type is internal there.
type stdioChunk struct {
	stderr bool
	data   []byte
}

var errNoChunk = errors.New("not a StdioData message")

func (c *stdioChunk) AppendWire(b []byte) []byte { return b }

func (c *stdioChunk) UnmarshalWire(b []byte) error {
	const channelStderr = 2
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errNoChunk
		}
		b = b[n:]
		switch {
		case field == 1 && kind == protowire.VarintType:
			var channel uint64
			channel, n = protowire.ConsumeVarint(b)
			c.stderr = channel == channelStderr
		case field == 2 && kind == protowire.BytesType:
			c.data, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(field, kind, b)
		}
		if n < 0 {
			return errNoChunk
		}
		b = b[n:]
	}
	return nil
}
