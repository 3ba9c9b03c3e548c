package cli

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/reload"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

// changes begins to watch for reasons to reload: SIGHUP, and changes of the configuration file, the console's file and the
// plugins. stop ends the signals; it is returned also where files cannot be watched, so that SIGHUP does not end the program.
func changes(cfg *config.Config, logger *slog.Logger) (w *reload.Watcher, stop func(), err error) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	stop = func() { signal.Stop(hangups) }
	watch := reload.Watch{Signals: hangups, Logger: logger}
	dir, err := filepath.Abs(cfg.Engine.Plugins)
	if err != nil {
		return nil, stop, err
	}
	watch.Dirs = []string{dir}
	for _, file := range []string{cfg.Path, cfg.Overlay.Path} {
		if file == "" {
			continue
		}
		if file, err = filepath.Abs(file); err != nil {
			return nil, stop, err
		}
		watch.Files = append(watch.Files, file)
	}
	w, err = watch.Begin()
	return w, stop, err
}

// reloading reloads after each change until ctx ends.
func reloading(ctx context.Context, w *reload.Watcher, again func(context.Context) error, logger *slog.Logger) error {
	return w.Run(ctx, func(ctx context.Context, why string) {
		if err := again(ctx); err != nil {
			logger.Error("not reloaded; configuration and plugins stay as they were", "because", why, "error", err)
			return
		}
		logger.Info("reloaded", "because", why)
	})
}

// reload replaces configuration and plugins by the current ones. If it fails, the previous ones stay.
func (p *Program) reload(ctx context.Context, cmd *cobra.Command, e *opened, s *server.Server) error {
	cfg, err := p.load(cmd)
	if err != nil {
		return err
	}
	if err := e.Reload(ctx, cfg.Engine); err != nil {
		return cfg.Explain(err)
	}
	s.SetTenants(cfg.Server.Tenants)
	return s.FollowDoors()
}
