package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

type usageInput struct {
	From string   `query:"from" maxLength:"40" doc:"First day, such as 2026-11-01, or a time; default: from the beginning"`
	To   string   `query:"to" maxLength:"40" doc:"First day that is not included, or a time; default: now"`
	By   []string `query:"by" enum:"day,provider,route,tenant" maxItems:"4" doc:"What to group by"`
}

// Usage is the usage of a period.
type Usage struct {
	Currency money.Currency   `json:"currency"`
	Rows     []money.UsageRow `json:"rows"`
	// Since is empty if everything is known.
	Since      time.Time `json:"since,omitzero" doc:"First day that is completely known, unless all days are"`
	Unreadable int       `json:"unreadable" doc:"Records that could not be read and are not included; for admins"`
}

type usageOutput struct {
	Body Usage
}

type budgetsOutput struct {
	Body struct {
		Currency money.Currency       `json:"currency"`
		Budgets  []money.BudgetStatus `json:"budgets"`
	}
}

func (a *api) moneyOperations(h huma.API) {
	schemas := h.OpenAPI().Components.Schemas
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/usage", OperationID: "get-usage", Summary: "Count calls and what they cost", Tags: []string{"money"},
		Description: "From the ledger of attempts. Admins see the usage of all tenants, other tenants their own.", Responses: problems(schemas, 400),
	}, a.usage)
	huma.Register(h, huma.Operation{
		Method: http.MethodGet, Path: "/v1/budgets", OperationID: "list-budgets", Summary: "Show the budgets and what is left of them", Tags: []string{"money"},
		Description: "Admins see all budgets and packages, other tenants their own budgets.", Responses: problems(schemas),
	}, func(ctx context.Context, _ *struct{}) (*budgetsOutput, error) {
		out := new(budgetsOutput)
		out.Body.Currency, out.Body.Budgets = a.service.Engine.Currency(), a.service.Budgets(stateOf(ctx).tenant)
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
		return nil, callerFault(http.StatusBadRequest, message.New(message.RefusedDays))
	}
	for _, by := range in.By {
		q.By = append(q.By, money.Dimension(by))
	}
	u, err := a.service.Usage(ctx, stateOf(ctx).tenant, q)
	if err != nil {
		a.cfg.Logger.ErrorContext(ctx, "the ledger cannot be read", "error", err)
		return nil, refusalProblem(&access.Refusal{Status: http.StatusServiceUnavailable, Reason: message.New(message.RefusedLedger)})
	}
	return &usageOutput{Body: Usage{Currency: a.service.Engine.Currency(), Rows: append([]money.UsageRow{}, u.Rows...), Since: u.Since, Unreadable: u.Unreadable}}, nil
}

// day parses a day in the ledger's zone, or a time.
func (a *api) day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.ParseInLocation(time.DateOnly, text, a.cfg.Zone)
}
