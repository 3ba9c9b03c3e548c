package conform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Options are the options of [Open].
type Options struct {
	// Exchanges is the folder of the golden exchanges and of failures.txtar.
	Exchanges string
	// Update writes the requests and results of the golden exchanges into their files.
	Update bool
	// Cache is a folder for compiled code; empty means a temporary one.
	Cache string
	// Runtime makes the runtime for a kind of plugin; nil means [Runtime].
	Runtime func(catalog.Kind, Tuning) (catalog.Runtime, error)
}

// Subject is a loaded plugin whose golden exchanges were played. It is not safe for concurrent use.
type Subject struct {
	Plugin catalog.Plugin

	options Options
	// temporary is the folder for compiled code to remove; empty if the caller named one.
	temporary string
	main      *loaded
	tuned     map[Tuning]*loaded
	tracks    []*track
	// budget holds the result of overBudget, which two cases need.
	budget struct {
		known bool
		over  []int
	}
}

// Open loads the plugin in a file (a module NAME.wasm, an executable NAME beside its NAME.manifest.json, or another kind
// that catalog.Find knows) and plays its golden exchanges. The error is a *catalog.PluginError if the plugin cannot be
// loaded. Close the subject.
func Open(ctx context.Context, file string, o Options) (*Subject, error) {
	p, err := find(file)
	if err != nil {
		return nil, err
	}
	if o.Runtime == nil {
		o.Runtime = Runtime
	}
	s := &Subject{Plugin: p, options: o, tuned: map[Tuning]*loaded{}}
	if o.Cache == "" {
		if s.temporary, err = os.MkdirTemp("", "ocrmux-conform-"); err != nil {
			return nil, err
		}
		s.options.Cache = s.temporary
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *Subject) open(ctx context.Context) error {
	var err error
	if s.main, err = s.with(ctx, Tuning{}); err != nil {
		return err
	}
	goldens, err := readGoldens(s.options.Exchanges)
	if err != nil {
		return err
	}
	for _, g := range goldens {
		t, err := s.play(ctx, g, nil)
		if err != nil {
			return fmt.Errorf("golden exchange %s: %w", g.Name, err)
		}
		if s.options.Update {
			if err := g.update(t.got); err != nil {
				return err
			}
		}
		s.tracks = append(s.tracks, t)
	}
	return nil
}

// find returns the plugin in a file.
func find(file string) (catalog.Plugin, error) {
	found, err := catalog.Find(filepath.Dir(file))
	if err != nil {
		return catalog.Plugin{}, err
	}
	for _, f := range found {
		if filepath.Base(f.Plugin.Path) == filepath.Base(file) {
			return f.Plugin, f.Err
		}
	}
	if _, err := os.Stat(file); err != nil {
		return catalog.Plugin{}, err
	}
	return catalog.Plugin{}, &catalog.PluginError{Plugin: filepath.Base(file), Cause: catalog.NotAPlugin,
		Detail: message.New(message.PluginFileName)}
}

// with returns the plugin loaded with a tuning. It loads the plugin once for each tuning.
func (s *Subject) with(ctx context.Context, t Tuning) (*loaded, error) {
	t.Cache = s.options.Cache
	if m := s.tuned[t]; m != nil {
		return m, nil
	}
	m, err := load(ctx, s.Plugin, t, s.options.Runtime)
	if err != nil {
		return nil, err
	}
	s.tuned[t] = m
	return m, nil
}

// release closes the plugin that was loaded with a tuning.
func (s *Subject) release(ctx context.Context, t Tuning) error {
	t.Cache = s.options.Cache
	m := s.tuned[t]
	delete(s.tuned, t)
	return m.close(ctx)
}

// Close closes the plugin and removes its temporary files.
func (s *Subject) Close(ctx context.Context) error {
	var errs []error
	for _, m := range s.tuned {
		errs = append(errs, m.close(ctx))
	}
	if s.temporary != "" {
		errs = append(errs, os.RemoveAll(s.temporary))
	}
	return errors.Join(errs...)
}

// calls reports whether the plugin sends requests.
func (s *Subject) calls() bool {
	d := s.Plugin.Manifest
	return len(d.Hosts) > 0 || len(d.Secrets) > 0 || len(s.tracks) > 0 || slices.Contains(d.HostFunctions, "http_send")
}

// recognized returns the first golden exchange in which a card was read, or nil.
func (s *Subject) recognized() *track {
	for _, t := range s.tracks {
		if last := t.last(); last != nil && last.Done != nil {
			return t
		}
	}
	return nil
}

// Reasons why a case is not applicable.
const (
	noExchange  = "there is no golden exchange to start from"
	callsNobody = "the plugin calls nobody"
)
