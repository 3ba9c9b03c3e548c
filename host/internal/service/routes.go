package service

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Route is a route that a tenant may use.
type Route struct {
	Name      string       `json:"name"`
	Default   bool         `json:"default" doc:"Used by requests that name no route"`
	Policy    route.Policy `json:"policy"`
	Providers []string     `json:"providers" doc:"In the order in which they would be asked now; those that would not be asked are last"`
}

// Routes returns the routes that a tenant may use, by name.
func (s *Service) Routes(t *access.Tenant) []Route {
	first, _ := t.Route("")
	if first == "" {
		first = engine.DefaultRoute
	}
	out := []Route{}
	for _, name := range s.routesOf(t) {
		ranking, ok := s.Engine.Explain(name, engine.Request{Tenant: t.Name()})
		if !ok {
			continue // removed since it was listed
		}
		r := Route{Name: name, Default: name == first, Policy: ranking.Policy, Providers: []string{}}
		for _, p := range ranking.Providers {
			r.Providers = append(r.Providers, p.Provider)
		}
		out = append(out, r)
	}
	return out
}

// Explain returns the order in which a route would ask its providers for a request now. It fails with [ErrNoRoute].
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
