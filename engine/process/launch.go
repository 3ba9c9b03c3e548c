package process

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// errSlow ends the start of a child that takes too long.
var errSlow = errors.New("the start took too long")

// launcher starts children of one plugin.
type launcher struct {
	name string
	// dir is a folder of the host's with verified copies of what the plugin brings along. Children read it and run in it.
	dir string
	// held keeps others from taking dir for one that was left behind.
	held *os.File
	// file says what kind of executable it is.
	file  string
	exe   *executable
	spawn *spawner
	cfg   *Config
}

// launch starts a child and waits until it answers. ctx bounds the start, not the child.
func (l *launcher) launch(ctx context.Context) (*child, *catalog.PluginError) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-l.cfg.After(l.cfg.StartTimeout):
			cancel(errSlow)
		case <-ctx.Done():
		}
	}()

	out := newOutputLog(l.cfg.Logger.With("plugin", l.name), l.cfg.Now)
	p := newProc(l, out)
	// go-plugin's start knows no context, but it ends with the process.
	defer context.AfterFunc(ctx, func() { _ = p.Kill(ctx) })()

	s, err := l.handshake(p)
	var c *child
	if err == nil {
		c, err = l.connect(ctx, p, s, out)
	}
	if err != nil {
		_ = p.Kill(ctx)
		p.gone()
		_ = os.RemoveAll(s.dir)
		return nil, l.explain(ctx, p, out, err)
	}
	out.started()
	return c, nil
}

// session is what a handshake has settled.
type session struct {
	address net.Addr
	tls     *tls.Config
	// dir holds the socket.
	dir string
}

// handshake starts the process and reads the address on which it serves. Only this part of go-plugin is used: its client
// for the connection starts a broker, which nothing here needs, and leaves its goroutines behind when a child dies early.
func (l *launcher) handshake(p *proc) (session, error) {
	var s session
	cfg := &plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  abirpc.ProtocolVersion,
			MagicCookieKey:   abirpc.CookieKey,
			MagicCookieValue: abirpc.CookieValue,
		},
		Plugins:          plugin.PluginSet{abirpc.PluginName: &plugin.NetRPCUnsupportedPlugin{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         l.cfg.AutoMTLS,
		SkipHostEnv:      true,
		Logger:           hclog.NewNullLogger(),
		// The limit of launch comes first.
		StartTimeout: 2 * l.cfg.StartTimeout,
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, dir string) (runner.Runner, error) {
			s.dir = dir
			p.places.own = dir
			// A confined child cannot look up how many processors it may use.
			p.env = environment([]string{fmt.Sprint("GOMAXPROCS=", runtime.GOMAXPROCS(0))}, l.inherited(), []string{"TMPDIR=" + dir}, cmd.Env)
			return p, nil
		},
	}
	address, err := plugin.NewClient(cfg).Start()
	s.address, s.tls = address, cfg.TLSConfig
	return s, err
}

// inherited returns the part of the host's environment that the operator allows.
func (l *launcher) inherited() []string {
	var env []string
	for _, name := range l.cfg.Env {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// environment joins lists of variables. Of two with the same name the last counts.
func environment(lists ...[]string) []string {
	var out []string
	for _, v := range slices.Concat(lists...) {
		name, _, _ := strings.Cut(v, "=")
		out = slices.DeleteFunc(out, func(earlier string) bool { return strings.HasPrefix(earlier, name+"=") })
		out = append(out, v)
	}
	return out
}

// connect makes a child of a process that has sent its address, once it answers there.
func (l *launcher) connect(ctx context.Context, p *proc, s session, out *outputLog) (*child, error) {
	creds := insecure.NewCredentials()
	if s.tls != nil {
		creds = credentials.NewTLS(s.tls)
	}
	conn, err := grpc.NewClient("passthrough:///provider",
		grpc.WithTransportCredentials(creds),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			if err := ownAddress(s.dir, s.address.Network(), s.address.String()); err != nil { // what was there may be another file now
				return nil, err
			}
			var d net.Dialer
			return d.DialContext(ctx, s.address.Network(), s.address.String())
		}),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(abi.MaxMessageBytes),
			grpc.MaxCallSendMsgSize(abi.MaxMessageBytes),
		),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
		grpc.WithNoProxy(),
		grpc.WithIdleTimeout(0),
	)
	if err != nil {
		return nil, err
	}
	health := grpc_health_v1.NewHealthClient(conn)
	if _, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: plugin.GRPCServiceName}); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("it told its address, but does not answer there: %w", err)
	}
	c := newChild(l, p, conn, s.dir)
	if err := c.attach(out); err != nil {
		c.fail(message.ProcessNoHostStream)
		<-c.done
		return nil, err
	}
	return c, nil
}
