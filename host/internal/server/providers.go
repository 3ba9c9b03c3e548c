package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/money"
)

type providersOutput struct {
	Body struct {
		Currency  money.Currency     `json:"currency" doc:"Of all prices and budgets"`
		Providers []service.Provider `json:"providers"`
	}
}

type providerInput struct {
	Name string `path:"name" doc:"Name of the provider"`
}

type providerOutput struct {
	Body service.Provider
}

type parkInput struct {
	Name string `path:"name" doc:"Name of the provider"`
	Body *struct {
		Reason string    `json:"reason,omitempty" maxLength:"200" doc:"Why; shown to operators"`
		Until  time.Time `json:"until,omitzero" doc:"When it may be asked again; default: when it is unparked"`
	}
}

func (a *api) providerOperations(h huma.API) {
	schemas := h.OpenAPI().Components.Schemas
	operation := func(method, path, id, summary, description string, errors ...int) huma.Operation {
		return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Description: description, Tags: []string{"providers"}, Responses: problems(schemas, errors...)}
	}
	huma.Register(h, operation(http.MethodGet, "/v1/providers", "list-providers", "List the providers", "Admins see all providers, and plugins without a provider. Other tenants see the providers of their routes."),
		func(ctx context.Context, _ *struct{}) (*providersOutput, error) {
			out := new(providersOutput)
			out.Body.Currency, out.Body.Providers = a.service.Engine.Currency(), a.service.Providers(stateOf(ctx).tenant)
			return out, nil
		})
	huma.Register(h, operation(http.MethodGet, "/v1/providers/{name}", "get-provider", "Show one provider", "", 404),
		func(ctx context.Context, in *providerInput) (*providerOutput, error) {
			return a.provider(stateOf(ctx).tenant, in.Name)
		})
	huma.Register(h, operation(http.MethodPost, "/v1/providers/{name}/park", "park-provider", "Stop asking a provider", "For admins.", 400, 404),
		func(ctx context.Context, in *parkInput) (*providerOutput, error) {
			tenant, reason, until := stateOf(ctx).tenant, "", time.Time{}
			if in.Body != nil {
				reason, until = in.Body.Reason, in.Body.Until
			}
			if err := a.service.Park(tenant, in.Name, reason, until); err != nil {
				return nil, denialProblem(err)
			}
			return a.provider(tenant, in.Name)
		})
	huma.Register(h, operation(http.MethodPost, "/v1/providers/{name}/unpark", "unpark-provider", "Resume a provider", "For admins. Resumes the provider, regardless of why it was parked.", 404),
		func(ctx context.Context, in *providerInput) (*providerOutput, error) {
			tenant := stateOf(ctx).tenant
			if err := a.service.Unpark(tenant, in.Name); err != nil {
				return nil, denialProblem(err)
			}
			return a.provider(tenant, in.Name)
		})
}

// provider returns a provider that the tenant may see.
func (a *api) provider(tenant *access.Tenant, name string) (*providerOutput, error) {
	p, err := a.service.Provider(tenant, name)
	if err != nil {
		return nil, denialProblem(err)
	}
	return &providerOutput{Body: p}, nil
}
