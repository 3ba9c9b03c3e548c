package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/console"
)

// editor changes the console's file of a running gateway.
type editor struct {
	src    config.Sources
	reload func(context.Context) error // set before the editor is used
	logger *slog.Logger

	mu sync.Mutex // held while the file is changed
}

// newEditor returns an editor whose reload is still to be set.
func newEditor(src config.Sources, logger *slog.Logger) *editor {
	return &editor{src: src, logger: logger}
}

// Plugins implements console.Editor.
func (e *editor) Plugins() ([]*abi.Descriptor, error) {
	cfg, err := config.LoadPlugins(e.src)
	if err != nil {
		return nil, err
	}
	good, _, err := cfg.Plugins()
	return good, err
}

// Present implements console.Editor.
func (e *editor) Present() (*console.Present, error) {
	cfg, err := config.LoadPlugins(e.src)
	if err != nil {
		return nil, err
	}
	providers, err := cfg.FileProviders()
	if err != nil {
		return nil, err
	}
	return &console.Present{
		MainFile: cfg.Path, File: cfg.Overlay.Path, Writable: writable(cfg.Overlay.Path), Version: cfg.Version(), Providers: providers, Origins: cfg.Origins,
	}, nil
}

// writable reports whether a file can be made or replaced. It tries to create another one in the folder, since permissions do
// not tell everything.
func writable(path string) bool {
	if path == "" {
		return false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return probe(filepath.Dir(path)) == nil
}

// Check implements console.Editor.
func (e *editor) Check(ctx context.Context, c console.Change) (*console.Draft, error) {
	cfg, err := config.LoadPlugins(e.src)
	if err != nil {
		return nil, err
	}
	return e.draft(ctx, cfg, c)
}

// draft makes a change in a configuration's overlay and validates the result as "config validate" does.
func (e *editor) draft(ctx context.Context, cfg *config.Config, c console.Change) (*console.Draft, error) {
	present, err := cfg.FileProviders()
	if err != nil {
		return nil, err
	}
	draft := &console.Draft{}
	if p, ok := present[c.Name]; ok {
		draft.Before = &p
	}
	if err := change(cfg.Overlay, present, c); err != nil {
		return nil, err
	}
	src := e.src
	if src.Overlay, err = cfg.Overlay.Text(); err != nil {
		return nil, err
	}
	report, err := config.Check(ctx, src)
	if err != nil || len(report.Problems) > 0 {
		draft.Problems = report.Problems
		return draft, err
	}
	after, err := config.LoadPlugins(src)
	if err != nil {
		return nil, err
	}
	if present, err = after.FileProviders(); err != nil {
		return nil, err
	}
	if p, ok := present[c.Name]; ok {
		draft.After = &p
		section, err := config.ProviderText(c.Name, p)
		if err != nil {
			return nil, err
		}
		draft.Section = string(section)
	}
	return draft, nil
}

// change makes a change in an overlay. A provider that another file defines in the same way needs no entry.
func change(o *config.Overlay, present map[string]config.Provider, c console.Change) error {
	if c.Provider == nil {
		delete(o.Providers, c.Name)
		return nil
	}
	want := c.Provider.Overlaid(c.Name)
	_, overlaid := o.Providers[c.Name]
	have, defined := present[c.Name]
	if defined && !overlaid {
		same, err := config.SameProvider(have.Overlaid(c.Name), want)
		if err != nil || same {
			return err
		}
	}
	o.Providers[c.Name] = want
	return nil
}

// Save implements console.Editor. It finishes also when the browser stops waiting.
func (e *editor) Save(ctx context.Context, c console.Change) (*console.Draft, error) {
	ctx = context.WithoutCancel(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	cfg, err := config.LoadPlugins(e.src)
	if err != nil {
		return nil, err
	}
	version := cfg.Version()
	draft, err := e.draft(ctx, cfg, c)
	switch {
	case err != nil:
		return nil, err
	case len(draft.Problems) > 0:
		return draft, nil
	case cfg.Overlay.Path == "":
		return draft, console.ErrNoFile
	case c.Version != "" && c.Version != version:
		return draft, console.ErrFileChanged
	}
	var changed *config.ChangedError
	var file *config.FileError
	switch err := cfg.Overlay.Write(); {
	case errors.As(err, &changed):
		return draft, console.ErrFileChanged
	case errors.As(err, &file):
		e.logger.WarnContext(ctx, "the console's file cannot be written", "error", err)
		return draft, fmt.Errorf("%w: %w", console.ErrReadOnly, err)
	case err != nil:
		return nil, err
	}
	draft.Written, draft.Reload = true, e.reload(ctx)
	e.logger.InfoContext(ctx, "a provider was changed in the console", "provider", c.Name, "loaded", draft.Reload == nil)
	return draft, nil
}
