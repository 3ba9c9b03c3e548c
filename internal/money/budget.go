package money

import "fmt"

// Scope is what a budget is for.
type Scope string

const (
	ScopeProvider Scope = "provider"
	ScopeRoute    Scope = "route"
	ScopeTenant   Scope = "tenant"
)

// Budget limits what a provider, a route or a tenant may cost within a period.
type Budget struct {
	Scope Scope
	// Name of the provider, route or tenant.
	Name string
	Per  Per
	// Limit of money, of calls, or of both; 0 means no limit. A limit that is changed applies to the period under way.
	Limit Units
}

// check gives a *[ConfigError] for what is no budget.
func (b Budget) check(at string) error {
	switch {
	case b.Scope != ScopeProvider && b.Scope != ScopeRoute && b.Scope != ScopeTenant:
		return &ConfigError{at + ".scope", fmt.Sprintf("%.20q is none of provider, route and tenant", string(b.Scope))}
	case b.Name == "" || len(b.Name) > 64:
		return &ConfigError{at + ".name", "must have 1 to 64 bytes"}
	case b.Per != Day && b.Per != Month:
		return &ConfigError{at + ".per", fmt.Sprintf("%.20q is neither day nor month", string(b.Per))}
	case b.Limit.Amount < 0 || b.Limit.Calls < 0:
		return &ConfigError{at + ".limit", "must not be negative"}
	case b.Limit == (Units{}):
		return &ConfigError{at + ".limit", "limit an amount, calls, or both; to allow nothing, take the provider out of the route"}
	}
	return nil
}
