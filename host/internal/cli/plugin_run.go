package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/inspect"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// errNothingSent is the error of a dry run's network.
var errNothingSent = errors.New("a dry run has no network")

type runFlags struct {
	config, secrets []string
	side, now       string
}

func (p *Program) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE|DIR IMAGE",
		Short: "Show the request that a provider would send for a picture, and what it signs, without sending it",
		Example: "  ocrmux plugin run . card.jpg --secret app_key=env:APP_KEY --secret app_secret=file:secret.txt\n" +
			"  ocrmux plugin run plugins/jumdata.wasm card.jpg --config upload=base64",
		Args: twoArguments("a plugin or the folder of a provider, and a picture"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.dryRun(cmd.Context(), args[0], args[1], f) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.config, "config", nil, "a setting of the provider, `KEY=VALUE`; may be repeated")
	flags.StringArrayVar(&f.secrets, "secret", nil, "a secret, `NAME=env:VARIABLE` or NAME=file:PATH; may be repeated; without secrets, digests of them are not computed")
	flags.StringVar(&f.side, "side", "", "side of the card: front (portrait) or back (emblem)")
	flags.StringVar(&f.now, "now", "", "`time` of the call, such as 2026-01-02T03:04:05Z, to compare a signature with an example; default: now")
	return cmd
}

func (p *Program) dryRun(ctx context.Context, path, image string, f runFlags) (err error) {
	path, remove, err := p.pluginFile(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(remove())) }()
	plugin, err := inspect.File(path)
	if err != nil {
		return usage(err)
	}
	account, err := p.account(plugin.Manifest, f)
	if err != nil {
		return usage(err)
	}
	request := engine.Request{Provider: plugin.Manifest.Name}
	if request.Side, err = parseSide(f.side); err != nil {
		return usage(err)
	}
	data, err := readPicture(image)
	if err != nil {
		return &exitError{StatusPicture, err}
	}
	request.Picture = engine.Bytes(data)

	record := new(recorder)
	e, err := p.openDry(ctx, plugin, account, record)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(ctx)))) }()
	_, failure := e.Recognize(ctx, request)
	report := &dryReport{manifest: plugin.Manifest, secrets: account.texts, incomplete: len(account.standIns) > 0, picture: data}
	if _, err := io.WriteString(p.Stdout, report.String(record)); err != nil {
		return internal(err)
	}
	return dryOutcome(failure, record)
}

// dryOutcome returns the error of a dry run, nil if only the network was missing.
func dryOutcome(err error, record *recorder) error {
	var failed *engine.Error
	switch {
	case err == nil, record.heldBack, errors.Is(err, errNothingSent) && len(record.requests) > 0:
		return nil
	case errors.As(err, &failed):
		return &exitError{status: failureStatus(failed), err: errors.New(terminal.Clean(failed.Failure.String()))}
	}
	return internal(err)
}

// pluginFile returns the plugin at a path. It builds the plugin of a source folder; remove deletes it.
func (p *Program) pluginFile(ctx context.Context, path string) (string, func() error, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, usage(err)
	}
	if !info.IsDir() {
		return path, func() error { return nil }, nil
	}
	if _, _, err := build.Manifest(path); err != nil {
		return "", nil, usage(err)
	}
	temp, err := os.MkdirTemp("", "ocrmux-run-")
	if err != nil {
		return "", nil, internal(err)
	}
	remove := func() error { return os.RemoveAll(temp) }
	file, err := build.WASM(ctx, path, temp)
	if err != nil {
		return "", nil, notBuilt(errors.Join(err, remove()))
	}
	return file, remove, nil
}

func readPicture(path string) ([]byte, error) {
	return boundedread.File(path, imaging.DefaultMaxBytes)
}

// openDry opens an engine with one provider and without network.
func (p *Program) openDry(ctx context.Context, plugin *inspect.Plugin, a *account, record *recorder) (*engine.Engine, error) {
	logger := p.logger(config.Log{}, slog.LevelError) // the attempt always fails without a network
	inner, err := p.dryRuntime(plugin.Kind, logger)
	if err != nil {
		return nil, internal(err)
	}
	cfg := engine.Config{
		Plugins:   filepath.Dir(plugin.File),
		Unlocked:  true, // the user named it
		Runtimes:  []engine.Runtime{recordingRuntime{inner, record}},
		Providers: map[string]engine.ProviderConfig{plugin.Manifest.Name: a.provider()},
		Egress:    egress.Config{Resolver: noNetwork{}, Dial: noNetwork{}.dial},
		Logger:    logger,
	}
	if !a.now.IsZero() {
		cfg.Now = func() time.Time { return a.now }
	}
	e, err := engine.Open(ctx, cfg)
	if err != nil {
		return nil, wrongFlags(err)
	}
	for _, info := range e.Providers() {
		if info.State == catalog.Broken {
			return nil, errors.Join(usage(errors.New(info.Reason.String())), e.Close(ctx))
		}
	}
	return e, nil
}

// dryRuntime returns the runtime for a kind of plugin.
func (p *Program) dryRuntime(kind catalog.Kind, logger *slog.Logger) (engine.Runtime, error) {
	switch kind {
	case catalog.WASM:
		return p.newWASM(wasm.Config{}, logger)
	case catalog.Declarative:
		return declarative.New(), nil
	}
	return process.New(process.Config{Logger: logger}), nil
}

// noNetwork resolves no name and connects to no host. The engine calls it only for a complete and allowed request.
type noNetwork struct{}

func (noNetwork) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errNothingSent
}

func (noNetwork) dial(context.Context, string, string) (net.Conn, error) {
	return nil, errNothingSent
}
