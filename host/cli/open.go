package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/config"
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

// open starts an engine with every kind of plugin. It logs from a level on, unless the configuration says another.
func (p *Program) open(cmd *cobra.Command, level slog.Level) (*engine.Engine, *config.Config, error) {
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
	e, err := engine.Open(cmd.Context(), cfg.Engine)
	if err != nil {
		return nil, nil, wrongConfig(cfg, err)
	}
	return e, cfg, nil
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
