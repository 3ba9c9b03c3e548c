package route

import (
	"github.com/ocrmux/ocrmux/internal/money"
)

// Account is one account with one vendor, that is one provider.
type Account struct {
	Traits Traits
	// Tariff is what its calls cost, as the Book of the router counts them; nil means nothing.
	Tariff *money.Tariff
	Limits Limits
}

// account is an Account at work.
type account struct {
	*protection
	traits Traits
	tariff *money.Tariff
}
