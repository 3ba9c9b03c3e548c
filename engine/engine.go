package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/engine/egress"
)

// Engine reads documents through providers. It is safe for concurrent use.
type Engine struct {
	cfg       Config
	client    *egress.Client
	documents map[string]Document
	providers map[string]*provider
	routes    map[string]Route
	idle      []ProviderInfo // plugins that were found and serve no provider
	runtimes  []Runtime
	fitting   chan struct{} // one entry for each picture being fitted

	closeOnce sync.Once
	closeErr  error
}

// Open finds the plugins, loads those that configured providers need, and checks every provider's configuration.
//
// It fails with *[ConfigError]s (joined) when the configuration is wrong. A plugin that cannot be loaded is no error: its
// providers are listed as broken, with the reason, and all others work.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	e := &Engine{cfg: cfg.withDefaults(), runtimes: cfg.Runtimes, fitting: make(chan struct{}, runtime.GOMAXPROCS(0))}
	client, err := egress.New(e.cfg.Egress)
	if err != nil {
		return nil, &ConfigError{Key: "/egress", Problem: err.Error(), Want: "a valid egress configuration"}
	}
	e.client = client
	e.documents = map[string]Document{idCard{}.Name(): idCard{}}
	for _, d := range cfg.Documents {
		e.documents[d.Name()] = d
	}
	if err := e.openProviders(ctx); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	if err := e.openRoutes(); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	return e, nil
}

// openProviders makes the configured providers, or, where none is configured, one of each plugin that needs no secret.
func (e *Engine) openProviders(ctx context.Context) error {
	found, err := catalog.Find(e.cfg.Plugins)
	if err != nil {
		return &ConfigError{Key: "/plugins", Problem: err.Error(), Want: "a folder that can be read"}
	}
	wanted := e.cfg.Providers
	if len(wanted) == 0 {
		wanted = make(map[string]ProviderConfig)
		for _, f := range found {
			if f.Err != nil || !needsSecret(f.Plugin.Manifest) {
				wanted[f.Name] = ProviderConfig{}
			}
		}
	}
	e.providers = make(map[string]*provider, len(wanted))
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		p, err := e.newProvider(name, wanted[name], found)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		e.providers[name] = p
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	e.loadPlugins(ctx)
	e.listIdle(found)
	return nil
}

// loadPlugins loads every plugin that is needed, side by side, each once however many providers it serves.
func (e *Engine) loadPlugins(ctx context.Context) {
	byPath := make(map[string][]*provider)
	for _, p := range e.providers {
		if p.plugin.Manifest != nil {
			byPath[p.plugin.Path] = append(byPath[p.plugin.Path], p)
		}
	}
	var wg sync.WaitGroup
	for _, sharing := range byPath {
		wg.Go(func() {
			module, err := e.load(ctx, sharing[0].plugin)
			for i, p := range sharing {
				p.module, p.loadErr, p.owner = module, err, i == 0
				if err != nil {
					e.cfg.Logger.Error("plugin does not load", "provider", p.name, "error", err)
				}
			}
		})
	}
	wg.Wait()
}

func (e *Engine) load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	for _, r := range e.runtimes {
		if r.Kind() == p.Kind {
			return r.Load(ctx, p)
		}
	}
	return nil, &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.Unavailable, Detail: fmt.Sprintf("no runtime for %s plugins was given to the engine", p.Kind)}
}

func (e *Engine) openRoutes() error {
	e.routes = maps.Clone(e.cfg.Routes)
	if e.routes == nil {
		e.routes = make(map[string]Route)
	}
	if _, ok := e.routes[DefaultRoute]; !ok {
		e.routes[DefaultRoute] = Route{Providers: slices.Sorted(maps.Keys(e.providers))}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(e.routes)) {
		for i, p := range e.routes[name].Providers {
			if _, ok := e.providers[p]; !ok {
				problems = append(problems, &ConfigError{Route: name, Key: fmt.Sprintf("/providers/%d", i), Problem: fmt.Sprintf("there is no provider %q", p), Want: "one of " + quoted(slices.Sorted(maps.Keys(e.providers)))})
			}
		}
		if len(e.cfg.Routes[name].Providers) == 0 && name != DefaultRoute {
			problems = append(problems, &ConfigError{Route: name, Key: "/providers", Problem: "the route is empty", Want: "at least one provider"})
		}
	}
	return errors.Join(problems...)
}

// DefaultRoute is taken by requests that name none.
const DefaultRoute = "default"

// Close ends every plugin and connection. It waits for running calls until ctx ends.
func (e *Engine) Close(ctx context.Context) error {
	e.closeOnce.Do(func() {
		var errs []error
		for _, p := range e.providers {
			if p.owner && p.module != nil {
				errs = append(errs, p.module.Close(ctx))
			}
		}
		for _, r := range e.runtimes {
			errs = append(errs, r.Close(ctx))
		}
		e.closeErr = errors.Join(append(errs, e.client.Close())...)
	})
	return e.closeErr
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	l := &c.Limits
	if l.Timeout <= 0 {
		l.Timeout = defaultTimeout
	}
	if l.MaxExchanges <= 0 || l.MaxExchanges > abi.MaxExchanges {
		l.MaxExchanges = abi.MaxExchanges
	}
	if l.MaxHostCalls <= 0 {
		l.MaxHostCalls = defaultMaxHostCalls
	}
	if l.MaxResponseBytes <= 0 {
		l.MaxResponseBytes = defaultMaxResponse
	}
	c.Random = &lockedReader{r: c.Random}
	return c
}

// lockedReader lets concurrent calls share one source of randomness.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
