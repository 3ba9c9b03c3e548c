package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/host/internal/reload"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

func (p *Program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the HTTP API, the console and the configured front doors until interrupted",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			e, cfg, err := p.open(cmd, slog.LevelWarn, servedState)
			if err != nil {
				return err
			}
			defer p.ending.finish()() // the gateway ends after the calls under way, and then closes all it has
			defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
			logger := p.logger(cfg.File.Log, slog.LevelWarn)
			s, again, err := p.gateway(cmd, e, cfg, logger)
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", cfg.Server.Listen)
			if err != nil {
				return usage(fmt.Errorf("cannot listen on %s: %w", cfg.Server.Listen, err))
			}
			if s.Open() {
				_, _ = fmt.Fprintln(p.Stderr, "ocrmux: no tenants are configured: every user of this machine is an admin of the HTTP API; see ocrmux key new")
			}
			w, stop, err := changes(cfg, logger)
			if err != nil {
				logger.Error("cannot watch configuration and plugins for changes", "error", err)
			}
			defer stop()
			scheme := "http"
			if cfg.Server.Cert != "" {
				scheme = "https"
			}
			if _, err := fmt.Fprintf(p.Stdout, "listening on %s://%s\n", scheme, listener.Addr()); err != nil {
				return internal(err)
			}
			return internal(serve(cmd, w, s, listener, again, logger))
		},
	}
	configFlags(cmd)
	return cmd
}

// gateway returns the server of an engine, with a console that can change providers, and the function that reloads the
// configuration. Changed files, signals and the console call it; it runs one reload at a time.
func (p *Program) gateway(cmd *cobra.Command, e *opened, cfg *config.Config, logger *slog.Logger) (*server.Server, func(context.Context) error, error) {
	src, err := p.sources(cmd)
	if err != nil {
		return nil, nil, err
	}
	edits := newEditor(src, logger)
	settings := serverConfig(e, cfg, logger)
	settings.Editor = edits
	settings.Examine = func(ctx context.Context, provider string) (doctor.Report, error) {
		return p.examine(ctx, cmd, doctor.Case{Provider: provider, Online: true})
	}
	s, err := server.New(e.Engine, settings)
	if err != nil {
		return nil, nil, usage(err)
	}
	var one sync.Mutex
	edits.reload = func(ctx context.Context) error {
		one.Lock()
		defer one.Unlock()
		return p.reload(ctx, cmd, e, s)
	}
	return s, edits.reload, nil
}

// serve serves requests until the command's context ends, and reloads after changes.
func serve(cmd *cobra.Command, w *reload.Watcher, s *server.Server, l net.Listener, again func(context.Context) error, logger *slog.Logger) error {
	ctx, cancel := context.WithCancel(cmd.Context())
	watched := make(chan error, 1)
	go func() {
		if w == nil {
			watched <- nil
			return
		}
		watched <- reloading(ctx, w, again, logger)
	}()
	err := s.Serve(cmd.Context(), l)
	cancel()
	if problem := <-watched; problem != nil {
		logger.Error("stopped watching for changes", "error", problem)
	}
	return err
}

// serverConfig returns the configuration of the server.
func serverConfig(e *opened, cfg *config.Config, logger *slog.Logger) server.Config {
	c := cfg.Server
	out := server.Config{
		Tenants: c.Tenants, MaxRequests: c.MaxRequests, Queue: c.Queue, CallTimeout: c.CallTimeout,
		MaxPictureBytes: cfg.Engine.Limits.Picture.MaxBytes, Zone: cfg.Engine.Money.Location, Version: buildVersion(), Logger: logger,
	}
	if e.telemetry != nil {
		out.Metrics = e.telemetry.MetricsHandler()
	}
	if c.Cert != "" {
		out.TLS = &server.TLS{Cert: c.Cert, Key: c.Key, ClientCA: c.ClientCA}
	}
	return out
}
