package service

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Route is one that a tenant may take.
type Route struct {
	Name      string       `json:"name"`
	Default   bool         `json:"default" doc:"Taken by requests that name none"`
	Policy    route.Policy `json:"policy"`
	Providers []string     `json:"providers" doc:"In the order in which they would be asked now, those that are not asked last"`
}

// Routes that a tenant may take, by name.
func (s *Service) Routes(t *access.Tenant) []Route {
	first, _ := t.Route("")
	if first == "" {
		first = engine.DefaultRoute
	}
	out := []Route{}
	for _, name := range s.routesOf(t) {
		ranking, ok := s.Engine.Explain(name, engine.Request{Tenant: t.Name()})
		if !ok {
			continue // gone since it was listed
		}
		r := Route{Name: name, Default: name == first, Policy: ranking.Policy, Providers: []string{}}
		for _, p := range ranking.Providers {
			r.Providers = append(r.Providers, p.Provider)
		}
		out = append(out, r)
	}
	return out
}

// Explain says whom a route would ask now for a request, of which only what it needs counts. It fails with [ErrNoRoute].
func (s *Service) Explain(t *access.Tenant, name string, req engine.Request) (engine.Ranking, error) {
	req.Tenant = t.Name()
	ranking, ok := s.Engine.Explain(name, req)
	if _, may := t.Route(name); !ok || !may {
		return engine.Ranking{}, ErrNoRoute
	}
	if ranking.Providers == nil {
		ranking.Providers = []route.ProviderStatus{}
	}
	return ranking, nil
}

func (s *Service) routesOf(t *access.Tenant) []string {
	return slices.DeleteFunc(s.Engine.Routes(), func(name string) bool {
		_, ok := t.Route(name)
		return !ok
	})
}
