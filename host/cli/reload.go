package cli

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/config"
	"github.com/ocrmux/ocrmux/host/reload"
	"github.com/ocrmux/ocrmux/host/server"
)

// watch reloads a gateway's configuration and plugins on SIGHUP, and when a file of theirs has changed, until ctx ends.
func (p *Program) watch(ctx context.Context, cmd *cobra.Command, e *opened, s *server.Server, cfg *config.Config, logger *slog.Logger) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	w := reload.Watch{Dirs: []string{cfg.Engine.Plugins}, Signals: hangups, Logger: logger}
	if cfg.Path != "" {
		file, err := filepath.Abs(cfg.Path)
		if err != nil {
			return err
		}
		w.Files = []string{file}
	}
	if dir, err := filepath.Abs(cfg.Engine.Plugins); err == nil {
		w.Dirs = []string{dir}
	}
	return w.Run(ctx, func(ctx context.Context, why string) {
		if err := p.reload(ctx, cmd, e, s); err != nil {
			logger.Error("not reloaded, everything stays as it was", "because", why, "error", err)
			return
		}
		logger.Info("reloaded", "because", why)
	})
}

// reload puts the present configuration and plugins in the place of the last ones: all or nothing.
func (p *Program) reload(ctx context.Context, cmd *cobra.Command, e *opened, s *server.Server) error {
	cfg, err := p.load(cmd)
	if err != nil {
		return err
	}
	if err := e.Reload(ctx, cfg.Engine); err != nil {
		return cfg.Explain(err)
	}
	s.SetTenants(cfg.Server.Tenants)
	return s.SetDoors(slices.Sorted(maps.Keys(cfg.File.FrontDoors)))
}
