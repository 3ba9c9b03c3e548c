package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/service"
)

type routesOutput struct {
	Body struct {
		Routes []service.Route `json:"routes"`
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
		Method: http.MethodGet, Path: "/v1/routes", OperationID: "list-routes", Summary: "List the routes that you may use", Tags: []string{"routes"}, Responses: problems(schemas),
	}, func(ctx context.Context, _ *struct{}) (*routesOutput, error) {
		out := new(routesOutput)
		out.Body.Routes = a.service.Routes(stateOf(ctx).tenant)
		return out, nil
	})
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/routes/{name}/explain", OperationID: "explain-route", Summary: "Show which providers a route would ask now, and why", Tags: []string{"routes"},
		Description: "Calls no provider.", Responses: problems(schemas, 404),
	}, func(ctx context.Context, in *explainInput) (*explainOutput, error) {
		req := engine.Request{Document: in.Document, Extras: in.Extras, Fields: in.Fields, Signals: in.Signals, Labels: in.Labels}
		if in.Side == abi.SideFront.String() {
			req.Side = engine.Front
		} else if in.Side == abi.SideBack.String() {
			req.Side = engine.Back
		}
		ranking, err := a.service.Explain(stateOf(ctx).tenant, in.Name, req)
		if err != nil {
			return nil, denialProblem(err)
		}
		return &explainOutput{Body: ranking}, nil
	})
}
