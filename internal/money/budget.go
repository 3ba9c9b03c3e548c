package money

import "github.com/ocrmux/ocrmux/internal/message"

// maxName bounds the names of budgets, packages and providers, in bytes.
const maxName = 64

// Scope is what a budget is for.
type Scope string

const (
	ScopeProvider Scope = "provider"
	ScopeRoute    Scope = "route"
	ScopeTenant   Scope = "tenant"
)

// Budget limits what a provider, a route or a tenant may cost in a period.
type Budget struct {
	Scope Scope
	// Name of the provider, route or tenant.
	Name string
	Per  Per
	// Limit of money, of calls, or of both; 0 means no limit. A changed limit applies to the present period.
	Limit Units
}

// check returns a *[ConfigError] if the budget is not valid.
func (b Budget) check(at string) error {
	switch {
	case b.Scope != ScopeProvider && b.Scope != ScopeRoute && b.Scope != ScopeTenant:
		return wrong(at+".scope", message.ScopeUnknown, "value", quote(string(b.Scope), 20))
	case b.Name == "" || len(b.Name) > maxName:
		return wrong(at+".name", message.SettingByteRange, "most", maxName)
	case b.Per != Day && b.Per != Month:
		return wrong(at+".per", message.PeriodUnknown, "value", quote(string(b.Per), 20))
	case b.Limit.Amount < 0 || b.Limit.Calls < 0:
		return wrong(at+".limit", message.SettingNegative)
	case b.Limit == (Units{}):
		return wrong(at+".limit", message.BudgetUnlimited)
	}
	return nil
}
