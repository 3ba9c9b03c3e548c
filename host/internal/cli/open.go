package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/telemetry"
)

// configFlags adds --config and the flags that stand for settings.
func configFlags(cmd *cobra.Command) {
	cmd.Flags().StringP("config", "c", "", "configuration `file`; default: the one that OCRMUX_CONFIG names, if any")
	config.AddFlags(cmd.Flags())
}

// sources are where a command's settings come from.
func (p *Program) sources(cmd *cobra.Command) (config.Sources, error) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return config.Sources{}, internal(err)
	}
	return config.Sources{Path: path, Environ: p.Environ, Flags: cmd.Flags(), ProgramDir: p.Dir, UserCacheDir: p.UserCacheDir}, nil
}

// load reads the configuration that a command's flags and the environment name.
func (p *Program) load(cmd *cobra.Command) (*config.Config, error) {
	src, err := p.sources(cmd)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(src)
	if err != nil {
		return nil, usage(err)
	}
	return cfg, nil
}

// stateUse is how a command works with the state that is kept.
type stateUse int

const (
	// withoutState is for commands that only look.
	withoutState stateUse = iota
	// configuredState is for single calls: they keep state where the configuration says so.
	configuredState
	// servedState is for the gateway: it keeps state in the user's folder unless the configuration names another place.
	servedState
)

// open starts an engine with every kind of plugin, and with the state that is kept if a command works with it. It logs from a level
// on, unless the configuration says another.
func (p *Program) open(cmd *cobra.Command, level slog.Level, use stateUse) (*opened, *config.Config, error) {
	cfg, err := p.load(cmd)
	if err != nil {
		return nil, nil, err
	}
	logger := p.logger(cfg.File.Log, level)
	modules, err := newWASM(cfg.WASM, logger)
	if err != nil {
		return nil, nil, internal(err)
	}
	cfg.Process.Logger = logger
	cfg.Engine.Logger = logger
	cfg.Engine.Runtimes = []engine.Runtime{modules, process.New(cfg.Process), declarative.New()}
	o := &opened{}
	if use == servedState {
		cfg.Telemetry.Version, cfg.Telemetry.Logger = buildVersion(), logger
		if o.telemetry, err = telemetry.New(cfg.Telemetry); err != nil {
			return nil, nil, internal(err)
		}
		cfg.Engine.Tracing, cfg.Engine.Metering = o.telemetry.TracerProvider(), o.telemetry.MeterProvider()
	}
	if use == servedState && cfg.State == nil && !cfg.File.State.InMemory {
		cfg.State = p.defaultState(cfg, logger)
	}
	if use != withoutState && cfg.State != nil {
		if o.store, err = openState(cmd.Context(), cfg, logger); err != nil {
			return nil, nil, errors.Join(err, o.closeRest(context.WithoutCancel(cmd.Context())))
		}
		cfg.Engine.Store = o.store
	}
	if o.Engine, err = engine.Open(cmd.Context(), cfg.Engine); err != nil {
		err = errors.Join(err, o.closeRest(context.WithoutCancel(cmd.Context())))
		return nil, nil, wrongConfig(cfg, err)
	}
	return o, cfg, nil
}

// opened is an engine with what the program lends it.
type opened struct {
	*engine.Engine
	store     *jetstream.Store     // nil without state
	telemetry *telemetry.Telemetry // nil where nothing is served
}

// Close ends the engine, and then what it writes to.
func (o *opened) Close(ctx context.Context) error {
	return errors.Join(o.Engine.Close(ctx), o.closeRest(ctx))
}

func (o *opened) closeRest(ctx context.Context) error {
	var errs []error
	if o.store != nil {
		errs = append(errs, o.store.Close(ctx))
	}
	if o.telemetry != nil {
		errs = append(errs, o.telemetry.Shutdown(ctx))
	}
	return errors.Join(errs...)
}

// defaultState keeps the state in the user's folder for it; nil when there is none.
func (p *Program) defaultState(cfg *config.Config, logger *slog.Logger) *jetstream.Config {
	if p.UserStateDir == "" {
		level := slog.LevelInfo
		if len(cfg.Engine.Money.Budgets) > 0 {
			level = slog.LevelWarn
		}
		logger.Log(context.Background(), level, "there is no folder for state: budgets and the ledger of attempts last as long as this program; name one with state.dir")
		return nil
	}
	dir := filepath.Join(p.UserStateDir, "ocrmux")
	if err := usable(dir); err != nil {
		logger.Warn("budgets and the ledger of attempts last as long as this program: the folder for state cannot be used; name another one with state.dir", "folder", dir, "error", err)
		return nil
	}
	return cfg.StateIn(dir)
}

// openState opens the store that the configuration names.
func openState(ctx context.Context, cfg *config.Config, logger *slog.Logger) (*jetstream.Store, error) {
	cfg.State.Logger = logger
	s, err := jetstream.Open(ctx, *cfg.State)
	var locked *jetstream.LockedError
	var wrong *jetstream.ConfigError
	switch {
	case errors.As(err, &locked):
		return nil, usage(fmt.Errorf("the folder of the state is in use; name another with state.dir, share a NATS server with state.url, or set state.in_memory: %w", err))
	case errors.As(err, &wrong):
		return nil, usage(err)
	case err != nil:
		return nil, internal(err)
	}
	return s, nil
}

// wrongConfig places what an engine finds wrong with a configuration.
func wrongConfig(cfg *config.Config, err error) error {
	explained := cfg.Explain(err)
	var wrong *config.Error
	if errors.As(explained, &wrong) {
		return usage(explained)
	}
	return internal(explained)
}

// newWASM makes the runtime, without a cache if the folder for it cannot be used.
func newWASM(cfg wasm.Config, logger *slog.Logger) (*wasm.Runtime, error) {
	if cfg.CacheDir != "" {
		if err := usable(cfg.CacheDir); err != nil {
			logger.Warn("compiled plugins are not kept between starts: the folder cannot be used; name another one with plugins.cache_dir",
				"folder", cfg.CacheDir, "error", err)
			cfg.CacheDir = ""
		}
	}
	return wasm.New(cfg)
}

// usable makes a folder and writes to it.
func usable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return probe(dir)
}

// probe makes a file in a folder and removes it.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// nothingLoaded says what would help where there is no provider at all.
func nothingLoaded(e *engine.Engine, cfg *config.Config) error {
	for _, info := range e.Providers() {
		if info.State != engine.NotConfigured {
			return nil
		}
	}
	return usage(fmt.Errorf("there is no provider: no plugin in %s works without configuration; see ocrmux providers, or name another folder with --plugins-dir", cfg.Engine.Plugins))
}
