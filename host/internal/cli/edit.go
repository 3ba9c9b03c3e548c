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
	"github.com/ocrmux/ocrmux/host/internal/config/edit"
	"github.com/ocrmux/ocrmux/host/internal/console"
)

// editor changes the configuration file of a gateway that runs, for the console.
type editor struct {
	src    config.Sources
	path   string // empty where there is no file
	reload func(context.Context) error
	logger *slog.Logger

	mu sync.Mutex // held while the file is changed
}

// newEditor is for the file that a configuration was read from. Its reload is to be set before it is used.
func newEditor(src config.Sources, cfg *config.Config, logger *slog.Logger) (*editor, error) {
	e := &editor{src: src, logger: logger}
	if cfg.Path == "" {
		return e, nil
	}
	var err error
	e.path, err = filepath.Abs(cfg.Path)
	return e, err
}

// Plugins are those that the present configuration allows.
func (e *editor) Plugins() ([]*abi.Descriptor, error) {
	cfg, err := config.LoadPlugins(e.src)
	if err != nil {
		return nil, err
	}
	good, _, err := cfg.Plugins()
	return good, err
}

// Present reads the file.
func (e *editor) Present() (*console.Present, error) {
	text, sum, err := e.read()
	if err != nil {
		return nil, err
	}
	providers, err := edit.Providers(text)
	if err != nil {
		return nil, err
	}
	return &console.Present{Path: e.path, Writable: e.path != "" && replaceable(e.path), Version: sum.String(), Providers: providers}, nil
}

// read gives the text of the file, none where there is no file.
func (e *editor) read() ([]byte, edit.Sum, error) {
	if e.path == "" {
		return nil, edit.Sum{}, nil
	}
	return edit.Read(e.path)
}

// replaceable reports whether another file can be made where a file is: what permissions say is not all that may be in the way.
func replaceable(path string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return usable(filepath.Dir(path)) == nil
}

// Check says what a change makes of the file.
func (e *editor) Check(ctx context.Context, c console.Change) (*console.Draft, error) {
	text, _, err := e.read()
	if err != nil {
		return nil, err
	}
	draft, _, err := e.draft(ctx, text, c)
	return draft, err
}

// draft makes a change of a text and holds all of it to what "config validate" holds it to.
func (e *editor) draft(ctx context.Context, text []byte, c console.Change) (*console.Draft, []byte, error) {
	present, err := edit.Providers(text)
	if err != nil {
		return refusal(err)
	}
	p := present[c.Name] // what the form does not have stays
	p.Config, p.Secrets, p.Labels, p.Fit = c.Provider.Config, c.Provider.Secrets, c.Provider.Labels, c.Provider.Fit
	if p.Plugin = c.Provider.Plugin; p.Plugin == c.Name && present[c.Name].Plugin == "" {
		p.Plugin = "" // which is the default
	}
	after, err := edit.SetProvider(text, c.Name, p)
	if err != nil {
		return refusal(err)
	}
	section, err := edit.SetProvider(nil, c.Name, p)
	if err != nil {
		return refusal(err)
	}
	src := e.src
	src.Path, src.Text = e.path, after
	report, err := config.Check(ctx, src)
	if err != nil {
		return nil, nil, err
	}
	return &console.Draft{Before: string(text), After: string(after), Section: string(section), Problems: report.Problems}, after, nil
}

// refusal is the draft of a text that cannot be changed, or of a value that is not written; any other error stays one.
func refusal(err error) (*console.Draft, []byte, error) {
	var refused *edit.Error
	switch {
	case !errors.As(err, &refused):
		return nil, nil, err
	case refused.Reason == edit.BadValue:
		return &console.Draft{Problems: []config.Problem{{Key: refused.Key, Line: refused.Line, Problem: refused.Problem, Want: refused.Want}}}, nil, nil
	}
	return &console.Draft{Refused: refused}, nil, nil
}

// Save writes a change and has the gateway read it. Whether the browser waits for that makes no difference.
func (e *editor) Save(ctx context.Context, c console.Change) (*console.Draft, error) {
	ctx = context.WithoutCancel(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	text, sum, err := e.read()
	if err != nil {
		return nil, err
	}
	draft, after, err := e.draft(ctx, text, c)
	switch {
	case err != nil:
		return nil, err
	case len(draft.Problems) > 0, draft.Refused != nil:
		return draft, nil
	case e.path == "":
		return draft, console.ErrNoFile
	case c.Version != "" && c.Version != sum.String():
		return draft, console.ErrFileChanged
	}
	var changed *edit.ChangedError
	var file *edit.FileError
	switch err := edit.Write(e.path, after, sum); {
	case errors.As(err, &changed):
		return draft, console.ErrFileChanged
	case errors.As(err, &file):
		e.logger.WarnContext(ctx, "the configuration cannot be saved", "error", err)
		return draft, fmt.Errorf("%w: %w", console.ErrReadOnly, err)
	case err != nil:
		return nil, err
	}
	draft.Written, draft.Reload = true, e.reload(ctx)
	e.logger.InfoContext(ctx, "the configuration was changed in the console", "provider", c.Name, "loaded", draft.Reload == nil)
	return draft, nil
}
