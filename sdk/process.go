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

// hostPatience is how long a subprocess waits for its host to open the Host stream. A host opens it at once, so a
// longer wait means that the host has died.
const hostPatience = 30 * time.Second

// Main serves the registered provider to the host that started this program, over the protocol of hashicorp/go-plugin.
// It does not return. The program exits with status 0 when the host has ended or has closed the plugin. A program
// started by hand prints how to use it and exits with status 1. In a WebAssembly module Main does nothing.
//
// Print nothing to stdout before Main: it carries the handshake. The host writes stderr to its log.
func Main() {
	if problem := cannotServe(os.Getenv(abirpc.CookieKey), registered); problem != "" {
		fmt.Fprintf(os.Stderr, "%s %s\n", filepath.Base(os.Args[0]), problem)
		os.Exit(1)
	}
	// A provider may have calls, threads or children that never end, so only os.Exit is sure to end the program.
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
		// Errors only: they keep the program from serving. One example is a socket path that is too long.
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Error, Output: os.Stderr}),
	})
}

// cannotServe returns why this program cannot serve, as a sentence without its subject, or "".
func cannotServe(cookie string, p Provider) string {
	switch {
	case cookie != abirpc.CookieValue:
		// engine/process looks for "is not run by hand".
		return "is an ocrmux provider and is not run by hand: put it and its " + abi.ManifestSuffix[1:] +
			" into the plugins folder, then run \"ocrmux providers\""
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

// served implements go-plugin's Plugin.
type served struct {
	plugin.NetRPCUnsupportedPlugin
	server *server
}

func (p served) GRPCServer(_ *plugin.GRPCBroker, r *grpc.Server) error {
	abirpc.Register(r, p.server)
	return nil
}

func (served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("a provider is not a client")
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
