// Command hostless is a gRPC plugin that breaks its tie to the host: as "hostless" it does not serve the stream Host, as
// "leaver" it ends the stream and goes on.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
)

type leaver struct{ abirpc.Server }

func (leaver) Host(grpc.BidiStreamingServer[abi.HostReply, abi.HostCall]) error { return nil }

type served struct{ plugin.NetRPCUnsupportedPlugin }

func (served) GRPCServer(_ *plugin.GRPCBroker, r *grpc.Server) error {
	if os.Args[0] == "leaver" {
		abirpc.Register(r, leaver{})
	}
	return nil
}

func (served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.ErrUnsupported
}

func main() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  abirpc.ProtocolVersion,
			MagicCookieKey:   abirpc.CookieKey,
			MagicCookieValue: abirpc.CookieValue,
		},
		Plugins:    plugin.PluginSet{abirpc.PluginName: served{}},
		GRPCServer: plugin.DefaultGRPCServer,
		Logger:     hclog.NewNullLogger(),
	})
}
