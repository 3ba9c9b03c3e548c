package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/route"
	"github.com/ocrmux/ocrmux/host/server/access"
)

// Route is one that a tenant may take.
type Route struct {
	Name      string       `json:"name"`
	Default   bool         `json:"default" doc:"Taken by requests that name none"`
	Policy    route.Policy `json:"policy"`
	Providers []string     `json:"providers" doc:"In the order in which they would be asked now, those that are not asked last"`
}

type routesOutput struct {
	Body struct {
		Routes []Route `json:"routes"`
	}
}

type explainInput struct {
	Name     string   `path:"name" doc:"Name of the route"`
	Document string   `query:"document" maxLength:"200" doc:"For a request for this document; default: cn.idcard"`
	Side     string   `query:"side" enum:"front,back" doc:"For a request for this side"`
	Extras   []string `query:"extras" maxItems:"64" doc:"For a request for these extras"`
	Fields   []string `query:"fields" maxItems:"64" doc:"For a request for these fields"`
	Signals  []string `query:"signals" maxItems:"64" doc:"For a request for these signals"`
	Labels   []string `query:"labels" maxItems:"64" doc:"For a request for providers with these labels"`
}

type explainOutput struct {
	Body engine.Ranking
}

func (a *api) routeOperations(h huma.API) {
	schemas := h.OpenAPI().Components.Schemas
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/routes", OperationID: "list-routes", Summary: "List the routes that you may take", Tags: []string{"routes"}, Responses: problems(schemas),
	}, func(ctx context.Context, _ *struct{}) (*routesOutput, error) {
		tenant := visitOf(ctx).tenant
		out := new(routesOutput)
		out.Body.Routes = []Route{}
		first, _ := tenant.Route("")
		if first == "" {
			first = engine.DefaultRoute
		}
		for _, name := range a.routesOf(tenant) {
			ranking, ok := a.engine.Explain(name, engine.Request{Tenant: tenant.Name()})
			if !ok {
				continue // gone since it was listed
			}
			r := Route{Name: name, Default: name == first, Policy: ranking.Policy, Providers: []string{}}
			for _, p := range ranking.Providers {
				r.Providers = append(r.Providers, p.Provider)
			}
			out.Body.Routes = append(out.Body.Routes, r)
		}
		return out, nil
	})
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/routes/{name}/explain", OperationID: "explain-route", Summary: "Show whom a route would ask now, and why", Tags: []string{"routes"},
		Description: "Nobody is called.", Responses: problems(schemas, 404),
	}, func(ctx context.Context, in *explainInput) (*explainOutput, error) {
		tenant := visitOf(ctx).tenant
		req := engine.Request{Document: in.Document, Extras: in.Extras, Fields: in.Fields, Signals: in.Signals, Labels: in.Labels, Tenant: tenant.Name()}
		if in.Side == abi.SideFront.String() {
			req.Side = engine.Front
		} else if in.Side == abi.SideBack.String() {
			req.Side = engine.Back
		}
		ranking, ok := a.engine.Explain(in.Name, req)
		if _, may := tenant.Route(in.Name); !ok || !may {
			return nil, callerFault(http.StatusNotFound, "there is no such route")
		}
		if ranking.Providers == nil {
			ranking.Providers = []route.Ranked{}
		}
		return &explainOutput{Body: ranking}, nil
	})
}

// routesOf are the routes that a tenant may take.
func (a *api) routesOf(tenant *access.Tenant) []string {
	return slices.DeleteFunc(a.engine.Routes(), func(name string) bool {
		_, ok := tenant.Route(name)
		return !ok
	})
}
