package process

import (
	"context"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Runtime loads providers that are executables. It is safe for concurrent use.
type Runtime struct {
	cfg   Config
	spawn *spawner
}

var _ catalog.Runtime = (*Runtime)(nil)

// New returns a runtime. Close it after all its modules.
func New(cfg Config) *Runtime {
	return &Runtime{cfg: cfg.withDefaults(), spawn: newSpawner()}
}

// Kind returns [catalog.Process].
func (r *Runtime) Kind() catalog.Kind { return catalog.Process }

// Load starts the plugin and waits until it answers, so that a bad plugin is noticed now. The catalog has validated the manifest.
// The error is a [*catalog.PluginError] with the cause WrongABI, StartFailed, Unavailable after Close, or Cancelled or TimedOut when
// ctx ends first.
func (r *Runtime) Load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	if code := unsuitable(p.Code); code != "" {
		return nil, &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.StartFailed, Detail: message.New(code)}
	}
	l := &launcher{name: p.Manifest.Name, file: describe(p.Code), spawn: r.spawn, cfg: &r.cfg}
	if failure := l.unpack(ctx, p); failure != nil {
		l.close()
		return nil, failure
	}
	first, failure := l.launch(ctx)
	if failure != nil {
		l.close()
		return nil, failure
	}
	return newModule(l, first), nil
}

// Close ends the thread that starts children. Modules that are still open lose theirs.
func (r *Runtime) Close(context.Context) error {
	r.spawn.close()
	return nil
}
