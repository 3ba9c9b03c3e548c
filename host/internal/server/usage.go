package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/money"
)

type usageInput struct {
	From string   `query:"from" maxLength:"40" doc:"First day that counts, such as 2026-11-01, or a moment in it; default: all that is known"`
	To   string   `query:"to" maxLength:"40" doc:"First day that no longer counts; default: up to now"`
	By   []string `query:"by" enum:"day,provider,route,tenant" maxItems:"4" doc:"What to tell apart"`
}

// Usage of a time.
type Usage struct {
	Currency money.Currency   `json:"currency"`
	Rows     []money.UsageRow `json:"rows"`
	// Since is empty when all is known.
	Since      time.Time `json:"since,omitzero" doc:"First day of which everything is known, where that is not all"`
	Unreadable int       `json:"unreadable" doc:"Records that could not be read and are left out; for admins"`
}

type usageOutput struct {
	Body Usage
}

type budgetsOutput struct {
	Body struct {
		Currency money.Currency  `json:"currency"`
		Budgets  []money.Account `json:"budgets"`
	}
}

func (a *api) moneyOperations(h huma.API) {
	schemas := h.OpenAPI().Components.Schemas
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/usage", OperationID: "get-usage", Summary: "Count calls and what they cost", Tags: []string{"money"},
		Description: "From the ledger of attempts. Admins see what all tenants did, others what they did themselves.", Responses: problems(schemas, 400),
	}, a.usage)
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/budgets", OperationID: "list-budgets", Summary: "Show the budgets as they stand", Tags: []string{"money"},
		Description: "Admins see all budgets and packages, others their own budgets.", Responses: problems(schemas),
	}, func(ctx context.Context, _ *struct{}) (*budgetsOutput, error) {
		out := new(budgetsOutput)
		out.Body.Currency, out.Body.Budgets = a.service.Engine.Currency(), a.service.Budgets(visitOf(ctx).tenant)
		return out, nil
	})
}

func (a *api) usage(ctx context.Context, in *usageInput) (*usageOutput, error) {
	q := money.Query{}
	var err error
	if q.From, err = a.day(in.From); err == nil {
		q.To, err = a.day(in.To)
	}
	if err != nil {
		return nil, callerFault(http.StatusBadRequest, "from and to are days such as 2026-11-01, or times such as 2026-11-01T00:00:00+08:00")
	}
	for _, by := range in.By {
		q.By = append(q.By, money.Dimension(by))
	}
	u, err := a.service.Usage(ctx, visitOf(ctx).tenant, q)
	if err != nil {
		a.cfg.Logger.ErrorContext(ctx, "the ledger cannot be read", "error", err)
		return nil, refused(&access.Refusal{Status: http.StatusServiceUnavailable, Reason: "the ledger cannot be read now"})
	}
	return &usageOutput{Body: Usage{Currency: a.service.Engine.Currency(), Rows: append([]money.UsageRow{}, u.Rows...), Since: u.Since, Unreadable: u.Unreadable}}, nil
}

// day reads a day in the ledger's zone, or a moment.
func (a *api) day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.ParseInLocation(time.DateOnly, text, a.cfg.Zone)
}
