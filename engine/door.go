package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/value"
)

// FrontDoor answers as a vendor: requests in the vendor's own protocol are read by the vendor's plugin, recognised through
// a route, and answered in the vendor's own words.
type FrontDoor struct {
	// Route that recognises; empty means "default".
	Route string
	// Clients who may call, each with the credentials the vendor would have given it, by the names of the plugin's secrets.
	Clients []map[string]Secret
	// Tenants on whose behalf the clients call, in their order; for those beyond the end of the list, and where it is empty, on nobody's.
	Tenants []string
	// Config is what the plugin is told, held to its schema.
	Config map[string]any
}

// Door is the front door of a plugin, which answers as its vendor. It is safe for concurrent use.
type Door struct {
	engine *Engine
	plugin string
}

// Door gives the front door that Config.FrontDoors opened for a plugin; nil when there is none.
func (e *Engine) Door(plugin string) *Door {
	if e.now.Load().doors[plugin] == nil {
		return nil
	}
	return &Door{e, plugin}
}

// Doors names the front doors that are open, by their plugins.
func (e *Engine) Doors() []string { return slices.Sorted(maps.Keys(e.now.Load().doors)) }

// Paths are the vendor's own methods and paths; none when a Reload has closed the door.
func (d *Door) Paths() []abi.FrontDoor {
	if now := d.engine.now.Load().doors[d.plugin]; now != nil {
		return now.provider.plugin.Manifest.FrontDoors
	}
	return nil
}

// ServeHTTP answers one request of the vendor's protocol. A body over the engine's limit is cut off before it is read.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := d.engine.begin()
	if g == nil {
		http.Error(w, "the engine is closed", http.StatusServiceUnavailable)
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
}

// openDoors holds each front door to its plugin's manifest.
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
		problems = append(problems, p.wrong("/route", fmt.Sprintf("there is no route %q", d.route), oneOf(slices.Sorted(maps.Keys(g.routes)))))
	}
	if len(cfg.Clients) == 0 {
		problems = append(problems, p.wrong("/clients", "nobody may call", "at least one client"))
	}
	for i, secrets := range cfg.Clients {
		taken, err := p.takeSecrets(fmt.Sprintf("/clients/%d", i), secrets)
		problems = append(problems, err)
		c := client{secrets: taken, seen: g.seenBy(name, taken)}
		if i < len(cfg.Tenants) {
			c.tenant = cfg.Tenants[i]
		}
		d.clients = append(d.clients, c)
	}
	return d, errors.Join(problems...)
}

// seenBy is what a door's client of these secrets has sent already: a request that was answered before a reload is not answered again.
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

// serve answers one request of the vendor's protocol, for a call that Close waits for.
func (d *door) serve(w http.ResponseWriter, r *http.Request) {
	if d.provider.loadErr != nil {
		http.Error(w, "the front door's plugin did not load", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.gen.cfg.Limits.Timeout)
	defer cancel()
	ctx, seen := d.gen.watch.observeInbound(ctx, d.provider.serves)
	defer seen.end("")
	v := &inboundCall{attempt: attempt{gen: d.gen, provider: d.provider}, door: d}
	v.eval = value.New(v, value.Limits{})
	var id [16]byte
	if _, err := io.ReadFull(d.gen.cfg.Random, id[:]); err != nil {
		http.Error(w, "no randomness", http.StatusInternalServerError)
		return
	}
	v.id = hex.EncodeToString(id[:])
	if f := v.read(w, r); f != nil {
		v.answer(ctx, w, nil, f)
		return
	}
	v.serve(ctx, w)
}
