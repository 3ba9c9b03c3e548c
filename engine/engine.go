package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/engine/catalog/trust"
	"github.com/ocrmux/ocrmux/engine/egress"
	"github.com/ocrmux/ocrmux/engine/money"
	"github.com/ocrmux/ocrmux/engine/route"
	"github.com/ocrmux/ocrmux/engine/store"
)

// Engine reads documents through providers. It is safe for concurrent use.
type Engine struct {
	cfg       Config
	client    *egress.Client
	fetching  *egress.Policy // for pictures given by URL
	documents map[string]Document
	providers map[string]*provider
	routes    map[string]Route
	store     store.Store // the engine's own, when none was given
	book      *money.Book
	router    *route.Router
	flights   *flights
	results   *results
	doors     map[string]*Door
	idle      []ProviderInfo // plugins that were found and serve no provider
	runtimes  []Runtime
	fitting   chan struct{} // one entry for each picture being fitted

	running   running
	closeOnce sync.Once
	closeErr  error
}

// Open finds the plugins, loads those that configured providers need, and checks every provider's configuration.
//
// It fails with *[ConfigError]s, all of them joined, when the configuration is wrong, and with the context's error when ctx
// ends. A plugin that cannot be loaded is no error: its providers are listed as broken, with the reason, and all others
// work. The runtimes belong to the engine from then on; where Open fails, they are closed.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	e := &Engine{cfg: cfg.withDefaults(), runtimes: cfg.Runtimes, fitting: make(chan struct{}, runtime.GOMAXPROCS(0))}
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(err, e.Close(context.WithoutCancel(ctx)))
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context) error {
	e.documents = map[string]Document{idCard{}.Name(): idCard{}}
	for _, d := range e.cfg.Documents {
		e.documents[d.Name()] = d
	}
	found, err := catalog.Find(e.cfg.Plugins)
	if err != nil {
		return &ConfigError{Key: "/plugins", Problem: err.Error(), Want: "a folder that can be read"}
	}
	if err := (trust.Policy{Unlocked: e.cfg.Unlocked, Keys: e.cfg.TrustedKeys}).Judge(e.cfg.Plugins, found); err != nil {
		return &ConfigError{Key: "/plugins", Problem: err.Error(), Want: "a lock that can be read"}
	}
	if err := errors.Join(e.openEgress(), e.openProviders(found), e.openRoutes(), e.openDoors(found)); err != nil {
		return err
	}
	if err := e.openRouter(ctx); err != nil {
		return err
	}
	e.listIdle(found)
	e.loadPlugins(ctx)
	return ctx.Err()
}

// openEgress makes the transport, and the policy for pictures: any public address, and what the operator names.
func (e *Engine) openEgress() error {
	var problems []error
	var err error
	if e.client, err = egress.New(e.cfg.Egress); err != nil {
		problems = append(problems, &ConfigError{Key: "/egress", Problem: err.Error(), Want: "a valid egress configuration"})
	}
	policy := egress.PolicyConfig{AnyPublic: true, AllowPlainHTTP: true, MaxResponseBytes: e.maxPictureBytes()}
	for i, address := range e.cfg.FetchAllow {
		named := []string{"http://" + address, "https://" + address}
		_, port, err := net.SplitHostPort(address)
		if err == nil && port != "" {
			_, err = egress.NewPolicy(egress.PolicyConfig{Operator: named})
		}
		if err != nil || port == "" || strings.ContainsAny(address, "/?#@") {
			problems = append(problems, &ConfigError{Key: fmt.Sprintf("/fetch_allow/%d", i), Problem: fmt.Sprintf("%q is no host and port", address), Want: `host:port, such as "pictures.internal:8080"`})
			continue
		}
		policy.Operator = append(policy.Operator, named...)
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	e.fetching, err = egress.NewPolicy(policy)
	return err
}

// openProviders makes the configured providers or, where none is configured, one of each plugin that works without
// secrets and settings.
func (e *Engine) openProviders(found []catalog.Found) error {
	e.providers = make(map[string]*provider)
	if len(e.cfg.Providers) == 0 {
		for _, f := range found {
			if f.Err == nil && needsSecret(f.Plugin.Manifest) {
				continue
			}
			if p, err := e.newProvider(f.Name, ProviderConfig{}, found); err == nil {
				e.providers[f.Name] = p
			}
		}
		return nil
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(e.cfg.Providers)) {
		p, err := e.newProvider(name, e.cfg.Providers[name], found)
		problems = append(problems, err)
		e.providers[name] = p
	}
	return errors.Join(problems...)
}

// loadPlugins loads every plugin that is needed, side by side, each once however many providers it serves.
func (e *Engine) loadPlugins(ctx context.Context) {
	byPath := make(map[string][]*provider)
	for _, p := range e.users() {
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

// users of plugins: all providers and doors.
func (e *Engine) users() []*provider {
	all := slices.Collect(maps.Values(e.providers))
	for _, d := range e.doors {
		all = append(all, d.provider)
	}
	return all
}

func (e *Engine) load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	for _, r := range e.runtimes {
		if r.Kind() == p.Kind {
			return r.Load(ctx, p)
		}
	}
	return nil, &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.Unavailable, Detail: fmt.Sprintf("no runtime for %s plugins was given to the engine", p.Kind)}
}

// DefaultRoute is taken by requests that name none.
const DefaultRoute = "default"
