package doctor

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
)

// target is an origin that providers may call.
type target struct {
	place
	providers []string
}

// place is an origin with the rules that the operator's configuration sets for it.
type place struct {
	origin string
	// named by an endpoint: private addresses are allowed.
	named bool
	// spare: a manifest lists it, but an endpoint receives the calls.
	spare bool
	// plain: http is allowed beyond this machine.
	plain bool
}

// policy returns the egress policy that its providers have.
func (p place) policy() (*egress.Policy, error) {
	cfg := egress.PolicyConfig{AllowPlainHTTP: p.plain}
	if p.named {
		cfg.Operator = []string{p.origin}
	} else {
		cfg.Hosts = []string{p.origin}
	}
	return egress.NewPolicy(cfg)
}

// canary is a provider that calls no host, with a document that it reads.
type canary struct{ provider, document string }

// targets returns the origins that ready providers may call, each once, and the providers that call none.
func (c *Case) targets(infos []engine.ProviderInfo) ([]*target, []canary, error) {
	found, err := catalog.Find(c.Config.Engine.Plugins)
	if err != nil {
		return nil, nil, err
	}
	manifests := make(map[string]*abi.Descriptor, len(found))
	for _, f := range found {
		manifests[f.Name] = f.Plugin.Manifest
	}
	byPlace := make(map[place]*target)
	var free []canary
	for _, info := range infos {
		d := manifests[info.Plugin]
		if info.State != catalog.Ready || d == nil {
			continue
		}
		places := c.places(info.Name, d)
		if len(places) == 0 && len(d.Documents) > 0 {
			free = append(free, canary{info.Name, d.Documents[0].Document})
		}
		for _, p := range places {
			if byPlace[p] == nil {
				byPlace[p] = &target{place: p}
			}
			byPlace[p].providers = append(byPlace[p].providers, info.Name)
		}
	}
	targets := slices.SortedFunc(maps.Values(byPlace), func(a, b *target) int { return cmp.Compare(a.origin, b.origin) })
	return targets, free, nil
}

// places returns those of one provider: its endpoint, and the hosts in its manifest.
func (c *Case) places(name string, d *abi.Descriptor) []place {
	settings := c.Config.Engine.Providers[name].Config
	plain, _ := settings["allow_plain_http"].(bool)
	var places []place
	endpoint, _ := settings["endpoint"].(string)
	if u, err := url.Parse(endpoint); endpoint != "" && err == nil { // the engine refuses an invalid URL
		places = append(places, place{origin: u.Scheme + "://" + u.Host, named: true, plain: plain})
	}
	for _, h := range d.Hosts {
		if !strings.Contains(h, "://") {
			h = "https://" + h
		}
		places = append(places, place{origin: strings.TrimSuffix(h, "/"), spare: endpoint != "", plain: plain})
	}
	return places
}
