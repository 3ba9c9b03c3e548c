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

// configFlags adds --config and the flags for settings.
func configFlags(cmd *cobra.Command) {
	cmd.Flags().StringP("config", "c", "", "configuration `file`; default: the value of OCRMUX_CONFIG")
	config.AddFlags(cmd.Flags())
}

// sources returns where a command's settings come from.
func (p *Program) sources(cmd *cobra.Command) (config.Sources, error) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return config.Sources{}, internal(err)
	}
	return config.Sources{Path: path, Environ: p.Environ, Flags: cmd.Flags(), ProgramDir: p.Dir, UserCacheDir: p.UserCacheDir}, nil
}

// load loads the configuration from the file, the environment and the flags.
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

// stateUse says how a command uses the stored state. All commands find the state in the same place: where the configuration says, or
// else in the user's folder.
type stateUse int

const (
	// withoutState is for commands that read no state.
	withoutState stateUse = iota
	// callState is for single calls. In the user's folder they use the state only if the configuration counts calls or money, since
	// a gateway may have the folder open.
	callState
	// shownState is for commands that show the state: in the user's folder only if there is one.
	shownState
	// servedState is for the gateway, which always keeps state.
	servedState
)

// open opens an engine with all kinds of plugins, and with the stored state if the command uses it. level is the least level that is
// logged, unless it is configured.
func (p *Program) open(cmd *cobra.Command, level slog.Level, use stateUse) (*opened, *config.Config, error) {
	cfg, err := p.load(cmd)
	if err != nil {
		return nil, nil, err
	}
	logger := p.logger(cfg.File.Log, level)
	modules, err := p.newWASM(cfg.WASM, logger)
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
	if use != withoutState && cfg.State == nil && !cfg.File.State.InMemory {
		if err := p.useDefaultState(cfg, use, logger); err != nil {
			return nil, nil, errors.Join(err, o.closeRest(context.WithoutCancel(cmd.Context())))
		}
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

// opened is an engine with the resources that the program opened for it.
type opened struct {
	*engine.Engine
	store     *jetstream.Store     // nil without state
	telemetry *telemetry.Telemetry // nil unless the command serves
}

// Close closes the engine, and then its store and telemetry.
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

// useDefaultState configures the state in the user's folder if the command uses it. A single call that is counted fails without it,
// because its budgets would begin anew each time. A gateway goes on and logs what will be lost.
func (p *Program) useDefaultState(cfg *config.Config, use stateUse, logger *slog.Logger) error {
	counted := counts(cfg)
	if use == callState && !counted {
		return nil
	}
	dir, err := p.defaultStateDir(use)
	switch {
	case err == nil && dir != "":
		cfg.State = cfg.StateIn(dir)
	case err != nil && use == callState:
		return usage(fmt.Errorf("budgets, packages and free calls need a state that lasts: set state.dir, or set state.in_memory to begin anew each time: %w", err))
	case err != nil && use == servedState:
		level := slog.LevelInfo
		if counted {
			level = slog.LevelWarn
		}
		logger.Log(context.Background(), level, "the state is kept in memory only, so budgets and the ledger are lost when the program ends; set state.dir", "error", err)
	}
	return nil
}

var errNoStateDir = errors.New("no folder for the user's state is known")

// defaultStateDir returns the user's folder for the state, made unless the state is only shown. It returns "" if there is none to show.
func (p *Program) defaultStateDir(use stateUse) (string, error) {
	if p.UserStateDir == "" {
		return "", errNoStateDir
	}
	dir := filepath.Join(p.UserStateDir, "ocrmux")
	if use == shownState {
		if _, err := os.Stat(dir); err != nil {
			return "", err
		}
		return dir, nil
	}
	return dir, usable(dir)
}

// counts reports whether a configuration counts calls or money, so that it needs a state that lasts.
func counts(cfg *config.Config) bool {
	if len(cfg.Engine.Money.Budgets) > 0 {
		return true
	}
	for _, p := range cfg.Engine.Providers {
		if len(p.Price.Packages) > 0 || len(p.Price.Volume) > 0 || p.Price.FreeCalls > 0 {
			return true
		}
	}
	return false
}

// openState opens the store that the configuration names.
func openState(ctx context.Context, cfg *config.Config, logger *slog.Logger) (*jetstream.Store, error) {
	cfg.State.Logger = logger
	s, err := jetstream.Open(ctx, *cfg.State)
	var locked *jetstream.LockedError
	var wrong *jetstream.ConfigError
	switch {
	case errors.As(err, &locked):
		return nil, usage(fmt.Errorf("another program, such as a running gateway, has the state: send the call to the gateway, stop it, or share a NATS server with state.url: %w", err))
	case errors.As(err, &wrong):
		return nil, usage(err)
	case err != nil:
		return nil, internal(err)
	}
	return s, nil
}

// wrongConfig adds file and line to the engine's errors about a configuration.
func wrongConfig(cfg *config.Config, err error) error {
	explained := cfg.Explain(err)
	var wrong *config.Error
	if errors.As(explained, &wrong) {
		return usage(explained)
	}
	return internal(explained)
}

// newWASM returns the runtime, without a cache if its folder cannot be used. It tries each module in another process first.
func (p *Program) newWASM(cfg wasm.Config, logger *slog.Logger) (*wasm.Runtime, error) {
	if cfg.CacheDir != "" {
		if err := usable(cfg.CacheDir); err != nil {
			logger.Warn("the cache folder cannot be used, so plugins are compiled at each start; set plugins.cache_dir",
				"folder", cfg.CacheDir, "error", err)
			cfg.CacheDir = ""
		}
	}
	cfg.Trial = p.trial(cfg.CacheDir)
	return wasm.New(cfg)
}

// usable creates a folder and writes to it.
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

// nothingLoaded returns an error with advice if there is no provider at all.
func nothingLoaded(e *engine.Engine, cfg *config.Config) error {
	for _, info := range e.Providers() {
		if info.State != engine.NotConfigured {
			return nil
		}
	}
	return usage(fmt.Errorf("no provider is configured, and no plugin in %s works without configuration; see ocrmux providers, or use --plugins-dir", cfg.Engine.Plugins))
}
