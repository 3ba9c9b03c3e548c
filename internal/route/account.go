package route

import (
	"time"

	"github.com/ocrmux/ocrmux/internal/money"
)

// Account is one account with one vendor, that is one provider.
type Account struct {
	Traits Traits
	// Tariff prices its calls, as the Book of the router counts them; nil means that they cost nothing.
	Tariff *money.Tariff
	Limits Limits
}

// account is an Account in one router.
type account struct {
	*protection
	traits Traits
	tariff *money.Tariff
}

// quote returns what a call costs now.
func (a *account) quote(now time.Time) money.Quote {
	if a.tariff == nil {
		return money.Quote{}
	}
	return a.tariff.Quote(now)
}
