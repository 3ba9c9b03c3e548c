package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/money"
	"github.com/ocrmux/ocrmux/engine/route"
	"github.com/ocrmux/ocrmux/host/server/access"
)

// Provider is one as an operator sees it.
type Provider struct {
	engine.ProviderInfo
	// Standing is how routes see it; only configured providers have one.
	Standing *route.Ranked `json:"standing,omitempty" doc:"How routes see it: whether it is asked, why not and until when, price, latency, breaker"`
	// Budgets and packages, for admins.
	Budgets []money.Account `json:"budgets,omitempty" doc:"Its budgets and packages; for admins"`
}

type providersOutput struct {
	Body struct {
		Currency  money.Currency `json:"currency" doc:"Of all prices and budgets"`
		Providers []Provider     `json:"providers"`
	}
}

type providerInput struct {
	Name string `path:"name" doc:"Name of the provider"`
}

type providerOutput struct {
	Body Provider
}

type parkInput struct {
	Name string `path:"name" doc:"Name of the provider"`
	Body *struct {
		Reason string    `json:"reason,omitempty" maxLength:"200" doc:"Why, for those who wonder later"`
		Until  time.Time `json:"until,omitzero" doc:"When it is asked again; default: when it is unparked"`
	}
}

func (a *api) providerOperations(h huma.API) {
	schemas := h.OpenAPI().Components.Schemas
	operation := func(method, path, id, summary, description string, errors ...int) huma.Operation {
		return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Description: description, Tags: []string{"providers"}, Responses: problems(schemas, errors...)}
	}
	huma.Register(h, operation(http.MethodGet, "/v1/providers", "list-providers", "List the providers", "Admins see all of them and the plugins that serve none; others see those of their routes."),
		func(ctx context.Context, _ *struct{}) (*providersOutput, error) {
			out := new(providersOutput)
			out.Body.Currency, out.Body.Providers = a.currency(), a.providers(visitOf(ctx).tenant)
			return out, nil
		})
	huma.Register(h, operation(http.MethodGet, "/v1/providers/{name}", "get-provider", "Show one provider", "", 404),
		func(ctx context.Context, in *providerInput) (*providerOutput, error) {
			return a.provider(visitOf(ctx).tenant, in.Name)
		})
	huma.Register(h, operation(http.MethodPost, "/v1/providers/{name}/park", "park-provider", "Keep a provider from being asked", "For admins.", 400, 404),
		func(ctx context.Context, in *parkInput) (*providerOutput, error) {
			tenant := visitOf(ctx).tenant
			if !tenant.Admin() {
				return nil, notAdmin()
			}
			reason, until := "an operator wants it so", time.Time{}
			if in.Body != nil {
				until = in.Body.Until
				if in.Body.Reason != "" {
					reason = in.Body.Reason
				}
			}
			if !until.IsZero() && !until.After(a.cfg.Now()) {
				return nil, callerFault(http.StatusBadRequest, "until is in the past")
			}
			if !a.engine.Park(in.Name, reason, until) {
				return nil, noProvider()
			}
			return a.provider(tenant, in.Name)
		})
	huma.Register(h, operation(http.MethodPost, "/v1/providers/{name}/unpark", "unpark-provider", "Let a provider be asked again", "For admins. Whyever it was parked.", 404),
		func(ctx context.Context, in *providerInput) (*providerOutput, error) {
			tenant := visitOf(ctx).tenant
			if !tenant.Admin() {
				return nil, notAdmin()
			}
			if !a.engine.Unpark(in.Name) {
				return nil, noProvider()
			}
			return a.provider(tenant, in.Name)
		})
}

func noProvider() *Problem { return callerFault(http.StatusNotFound, "there is no such provider") }

func notAdmin() *Problem {
	return refused(&access.Refusal{Status: http.StatusForbidden, Reason: "only an admin may do this"})
}

func (a *api) provider(tenant *access.Tenant, name string) (*providerOutput, error) {
	for _, p := range a.providers(tenant) {
		if p.Name == name {
			return &providerOutput{Body: p}, nil
		}
	}
	return nil, noProvider()
}

// providers that a tenant may know of.
func (a *api) providers(tenant *access.Tenant) []Provider {
	standing := make(map[string]*route.Ranked)
	for _, r := range a.engine.Standing() {
		standing[r.Provider] = &r
	}
	budgets := a.engine.Budgets()
	mine := a.providersOf(tenant)
	out := []Provider{}
	for _, info := range a.engine.Providers() {
		if !tenant.Admin() && !slices.Contains(mine, info.Name) {
			continue
		}
		p := Provider{ProviderInfo: info}
		if info.State != engine.NotConfigured {
			p.Standing = standing[info.Name]
		}
		if tenant.Admin() && p.Standing != nil {
			for _, b := range budgets {
				if b.Scope == money.ScopeProvider && b.Name == info.Name {
					p.Budgets = append(p.Budgets, b)
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// providersOf are the names of the providers on a tenant's routes; of an admin, of all.
func (a *api) providersOf(tenant *access.Tenant) []string {
	var names []string
	if tenant.Admin() {
		for _, r := range a.engine.Standing() {
			names = append(names, r.Provider)
		}
		return names
	}
	for _, name := range a.routesOf(tenant) {
		if ranking, ok := a.engine.Explain(name, engine.Request{}); ok {
			for _, r := range ranking.Providers {
				names = append(names, r.Provider)
			}
		}
	}
	return names
}

// currency of all prices.
func (a *api) currency() money.Currency {
	for _, name := range a.engine.Routes() {
		if r, ok := a.engine.Explain(name, engine.Request{}); ok {
			return r.Currency
		}
	}
	return money.CNY
}
