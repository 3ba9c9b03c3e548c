//go:build !wasip1

package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
)

// hostPatience is how long a subprocess waits for its host to open the Host stream. A host does so at once; one that
// died in between must not leave the subprocess behind.
const hostPatience = 30 * time.Second

// Main serves the registered provider to the host that started this program, over gRPC as go-plugin does it. It does not
// return while the host lives, and ends the program with status 0 when the host is gone or has closed the plugin. Started
// by hand it prints what the program is for and ends with status 1.
//
// Until Main is called nothing may be printed to stdout, which carries the handshake; stderr goes to the host's log.
func Main() {
	if problem := cannotServe(os.Getenv(abirpc.CookieKey), registered); problem != "" {
		fmt.Fprintf(os.Stderr, "%s %s\n", filepath.Base(os.Args[0]), problem)
		os.Exit(1)
	}
	// os.Exit is the one way out that needs no help: a provider may have calls, threads or children that never end.
	exit := func() { os.Exit(0) }
	s := newServer(registered, os.Stderr, exit)
	time.AfterFunc(hostPatience, func() {
		if !s.link.opened() {
			exit()
		}
	})
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  abirpc.ProtocolVersion,
			MagicCookieKey:   abirpc.CookieKey,
			MagicCookieValue: abirpc.CookieValue,
		},
		Plugins:    plugin.PluginSet{abirpc.PluginName: served{server: s}},
		GRPCServer: newGRPCServer,
		// Only what keeps it from serving, for example a path that is too long for a socket.
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Error, Output: os.Stderr}),
	})
}

// cannotServe says why this program cannot serve now, to follow its name; "" when it can.
func cannotServe(cookie string, p Provider) string {
	switch {
	case cookie != abirpc.CookieValue:
		return "is an ocrmux provider and is not run by hand: put it and its " + abi.ManifestSuffix[1:] +
			" into the plugins folder of ocrmux, and see it with \"ocrmux providers\""
	case p == nil:
		return "has no provider: call sdk.Register in a func init of its main package"
	}
	return ""
}

func newGRPCServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts,
		grpc.ForceServerCodecV2(abirpc.Codec()),
		grpc.MaxRecvMsgSize(abi.MaxMessageBytes),
		grpc.MaxSendMsgSize(abi.MaxMessageBytes),
	)...)
}

// served is the provider as go-plugin wants to see it.
type served struct {
	plugin.NetRPCUnsupportedPlugin
	server *server
}

func (p served) GRPCServer(_ *plugin.GRPCBroker, r *grpc.Server) error {
	abirpc.Register(r, p.server)
	return nil
}

func (served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("this is the provider's side")
}

// server is the gRPC service of the provider.
type server struct {
	provider Provider
	stderr   io.Writer
	link     *hostLink
	// exit ends the program.
	exit func()
}

func newServer(p Provider, stderr io.Writer, exit func()) *server {
	return &server{provider: p, stderr: stderr, link: newHostLink(), exit: exit}
}
