package engine

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/value"
)

// FrontDoor answers as a vendor: the vendor's plugin reads requests in the vendor's own protocol, and answers them in the vendor's own words;
// a route recognizes their pictures.
type FrontDoor struct {
	// Route that recognizes; empty means DefaultRoute.
	Route string
	// Clients that may call; at least one.
	Clients []Client
	// Config of the plugin, which is validated against the plugin's schema.
	Config map[string]any
}

// Client is one caller of a front door.
type Client struct {
	// Tenant on whose behalf the client calls; may be empty.
	Tenant string
	// Secrets that the vendor would have given the client, by the names in the plugin's manifest.
	Secrets map[string]Secret
}

// Door is an http.Handler for the front door of a plugin. It is safe for concurrent use, and keeps serving across reloads.
type Door struct {
	engine *Engine
	plugin string
}

// Door returns the front door that Config.FrontDoors opens for a plugin; nil when there is none.
func (e *Engine) Door(plugin string) *Door {
	if e.now.Load().doors[plugin] == nil {
		return nil
	}
	return &Door{e, plugin}
}

// Doors returns the plugins of all front doors, in order.
func (e *Engine) Doors() []string { return slices.Sorted(maps.Keys(e.now.Load().doors)) }

// Paths returns the vendor's own methods and paths; none after a Reload has closed the door.
func (d *Door) Paths() []abi.FrontDoor {
	if now := d.engine.now.Load().doors[d.plugin]; now != nil {
		return now.provider.plugin.Manifest.FrontDoors
	}
	return nil
}

// ServeHTTP answers one request of the vendor's protocol. It rejects a body that is larger than the engine's limit before it reads it.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := d.engine.begin()
	if g == nil {
		http.Error(w, ErrClosed.Error(), http.StatusServiceUnavailable)
		return
	}
	defer g.running.Done()
	now := g.doors[d.plugin]
	if now == nil {
		http.Error(w, "this front door is closed", http.StatusNotFound)
		return
	}
	now.serve(w, r)
}

// door is an open front door of one generation.
type door struct {
	gen      *generation
	provider *provider // the plugin with the door's own config
	route    string
	clients  []client
	mask     value.Mask // of the secrets of all clients
}

// openDoors checks each front door against its plugin's manifest.
func (g *generation) openDoors(found []catalog.Found) error {
	g.doors = make(map[string]*door, len(g.cfg.FrontDoors))
	var problems []error
	taken := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(g.cfg.FrontDoors)) {
		d, err := g.newDoor(name, g.cfg.FrontDoors[name], found)
		problems = append(problems, err)
		g.doors[name] = d
		if d.provider.plugin.Manifest == nil {
			continue
		}
		for _, p := range d.provider.plugin.Manifest.FrontDoors {
			pattern := p.Method + " " + p.Path
			if other := taken[pattern]; other != "" {
				problems = append(problems, d.provider.wrong("", "answers at "+pattern+" as the front door "+other+" does", "one of the two"))
			}
			taken[pattern] = name
		}
	}
	return errors.Join(problems...)
}

func (g *generation) newDoor(name string, cfg FrontDoor, found []catalog.Found) (*door, error) {
	p := &provider{name: name, serves: name, door: true, cache: make(map[string]*cachedAnswer), secrets: map[string][]byte{}}
	d := &door{gen: g, provider: p, route: cmp.Or(cfg.Route, DefaultRoute)}
	if err := p.findPlugin(g, found); err != nil {
		return d, err
	}
	if p.loadErr != nil {
		return d, p.wrong("", "the plugin cannot be used: "+p.loadErr.Error(), "a plugin that loads")
	}
	problems := []error{p.configure(ProviderConfig{Config: cfg.Config}, g.cfg.Limits)}
	if len(p.plugin.Manifest.FrontDoors) == 0 {
		problems = append(problems, p.wrong("", "the plugin cannot answer as its vendor", "a plugin whose manifest has front_doors"))
	}
	if _, ok := g.routes[d.route]; !ok {
		problems = append(problems, p.wrong("/route", fmt.Sprintf("there is no route %q", d.route), oneOf("routes", slices.Sorted(maps.Keys(g.routes)))))
	}
	if len(cfg.Clients) == 0 {
		problems = append(problems, p.wrong("/clients", "nobody may call", "at least one client"))
	}
	for i, c := range cfg.Clients {
		taken, err := p.takeSecrets(fmt.Sprintf("/clients/%d", i), c.Secrets)
		problems = append(problems, err)
		d.clients = append(d.clients, client{secrets: taken, tenant: c.Tenant, seen: g.seenBy(name, taken)})
	}
	var hidden [][]byte
	for _, c := range d.clients {
		hidden = append(hidden, p.hidden(c.secrets)...)
	}
	d.mask = value.NewMask(hidden...)
	return d, errors.Join(problems...)
}

// seenBy returns what a door's client with these secrets has signed before, so that a request that was answered before a reload is not
// answered again.
func (g *generation) seenBy(name string, secrets map[string][]byte) *seen {
	if g.before != nil && g.before.doors[name] != nil {
		for _, c := range g.before.doors[name].clients {
			if maps.EqualFunc(c.secrets, secrets, bytes.Equal) {
				return c.seen
			}
		}
	}
	return newSeen()
}
