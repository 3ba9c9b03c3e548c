package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/ocrmux/ocrmux/engine/internal/drain"
	"github.com/ocrmux/ocrmux/engine/internal/inventory"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// generation is the engine with one configuration and one state of the plugins' folder. Reload makes the next one. A call ends on the
// generation on which it began.
type generation struct {
	*shared
	cfg       Config
	client    *egress.Client
	fetching  *egress.Policy // for pictures given by URL
	documents map[string]Document
	providers map[string]*provider
	routes    map[string]Route
	router    *route.Router
	calls     *callGroup
	doors     map[string]*door
	idle      []ProviderInfo // plugins that serve no provider
	// refused says why a plugin's file was not taken. The one before it still serves.
	refused map[string]error
	modules []*loadedModule
	before  *generation // that this one replaces, while it is made

	running drain.Counter // calls that are under way
}

// shared is what all generations of an engine have in common.
type shared struct {
	store     store.Store
	ownStore  bool // the engine closes the store
	owner     string
	book      *money.Book
	runtimes  []Runtime
	fitting   chan struct{} // one entry for each picture being fitted
	results   resultCache
	inventory moduleInventory
	watch     *observer
}

// open makes a generation of plugins that have been found, and loads those that are not loaded yet.
func (g *generation) open(ctx context.Context, found []catalog.Found) error {
	g.calls = g.newCallGroup()
	g.documents = map[string]Document{idCard{}.Name(): idCard{}}
	for _, d := range g.cfg.Documents {
		g.documents[d.Name()] = d
	}
	if err := errors.Join(g.openEgress(), g.openProviders(found), g.openRoutes(), g.openDoors(found)); err != nil {
		return err
	}
	g.listIdle(found)
	g.loadPlugins(ctx)
	return ctx.Err()
}

// find returns the plugins of the folder, validated against the lock and the trusted keys.
func (c *Config) find() ([]catalog.Found, error) {
	found, err := catalog.Find(c.Plugins)
	if err != nil {
		return nil, &ConfigError{Key: "/plugins", Problem: err.Error(), Want: "a folder that can be read"}
	}
	if err := (trust.Policy{Unlocked: c.Unlocked, Keys: c.TrustedKeys}).Validate(c.Plugins, found); err != nil {
		return nil, &ConfigError{Key: "/plugins", Problem: err.Error(), Want: "a lock that can be read"}
	}
	return found, nil
}

// distrusted logs a vendor that sends what nobody asked for.
func (g *generation) distrusted(origin string) {
	g.cfg.Logger.Warn("a vendor sent what nobody asked for, such as a second answer: its HTTP/1.1 connections are no longer kept", "origin", origin)
	if g.cfg.Egress.Distrusted != nil {
		g.cfg.Egress.Distrusted(origin)
	}
}

// openEgress makes the transport, and the policy for pictures: all public addresses, and those that the operator names.
func (g *generation) openEgress() error {
	var problems []error
	var err error
	transport := g.cfg.Egress
	transport.Distrusted = g.distrusted
	if g.client, err = egress.New(transport); err != nil {
		problems = append(problems, &ConfigError{Key: "/egress", Problem: err.Error(), Want: "a valid egress configuration"})
	}
	policy := egress.PolicyConfig{AnyPublic: true, AllowPlainHTTP: true, MaxResponseBytes: g.maxPictureBytes()}
	for i, address := range g.cfg.FetchAllow {
		named := []string{"http://" + address, "https://" + address}
		_, port, err := net.SplitHostPort(address)
		if err == nil && port != "" {
			_, err = egress.NewPolicy(egress.PolicyConfig{Operator: named})
		}
		if err != nil || port == "" || strings.ContainsAny(address, "/?#@") {
			problems = append(problems, &ConfigError{Key: fmt.Sprintf("/fetch_allow/%d", i), Problem: fmt.Sprintf("%q is not a host and port", address), Want: `host:port, such as "pictures.internal:8080"`})
			continue
		}
		policy.Operator = append(policy.Operator, named...)
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	g.fetching, err = egress.NewPolicy(policy)
	return err
}

// openProviders makes the configured providers or, where none is configured, one of each plugin that works without
// secrets and settings.
func (g *generation) openProviders(found []catalog.Found) error {
	g.providers = make(map[string]*provider)
	if len(g.cfg.Providers) == 0 {
		for _, f := range found {
			if f.Err == nil && needsSecret(f.Plugin.Manifest) {
				continue
			}
			if p, err := g.newProvider(f.Name, ProviderConfig{}, found); err == nil {
				g.providers[f.Name] = p
			}
		}
		return nil
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(g.cfg.Providers)) {
		p, err := g.newProvider(name, g.cfg.Providers[name], found)
		problems = append(problems, err)
		g.providers[name] = p
	}
	return errors.Join(problems...)
}

// loadPlugins loads all plugins that are needed, concurrently, and each only once for all providers and generations that it serves.
func (g *generation) loadPlugins(ctx context.Context) {
	byFile := make(map[moduleID][]*provider)
	for _, p := range g.users() {
		if p.plugin.Manifest != nil {
			byFile[idOf(p.plugin)] = append(byFile[idOf(p.plugin)], p)
		}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, sharing := range byFile {
		wg.Go(func() {
			l, err := g.inventory.Take(idOf(sharing[0].plugin), func() (catalog.Module, error) { return g.load(ctx, sharing[0].plugin) })
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				g.modules = append(g.modules, l)
			}
			for _, p := range sharing {
				p.loadErr = err
				if err != nil {
					g.cfg.Logger.Error("plugin does not load", "provider", p.name, "error", err)
					continue
				}
				p.module = l.Value
			}
		})
	}
	wg.Wait()
}

// users returns all providers and front doors.
func (g *generation) users() []*provider {
	all := slices.Collect(maps.Values(g.providers))
	for _, d := range g.doors {
		all = append(all, d.provider)
	}
	return all
}

// moduleID tells plugin files apart by their content.
type moduleID struct {
	name   string
	kind   catalog.Kind
	sha256 [32]byte
	// version of the manifest beside an executable, which the checksum does not cover.
	version string
}

func idOf(p catalog.Plugin) moduleID {
	return moduleID{name: p.Manifest.Name, kind: p.Kind, sha256: p.SHA256, version: p.Manifest.Version}
}

// The loaded plugins, each for as long as a generation uses it.
type (
	moduleInventory = inventory.Inventory[moduleID, catalog.Module]
	loadedModule    = inventory.Item[moduleID, catalog.Module]
)

func (g *generation) load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	for _, r := range g.runtimes {
		if r.Kind() == p.Kind {
			return r.Load(ctx, p)
		}
	}
	return nil, &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.Unavailable, Detail: message.New(message.PluginNoRuntime, "kind", p.Kind)}
}
