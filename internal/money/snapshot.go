package money

import (
	"cmp"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// BudgetStatus is the state of a budget or a package at one moment, as far as this program knows. It learns now and then what others spend.
type BudgetStatus struct {
	// Scope and Name of a budget. A package has the scope provider and the name of its provider.
	Scope Scope  `json:"scope"`
	Name  string `json:"name"`
	Per   Per    `json:"per,omitempty"`
	// Pool says which part of the provider's tariff it is, as in "package 2026-a"; zero for a budget.
	Pool message.Message `json:"pool,omitzero"`
	// Limit has a 0 for what is not limited; so has Left.
	Limit Units `json:"limit"`
	Spent Units `json:"spent"`
	// Unknown units may have been billed, and count as spent.
	Unknown Units `json:"unknown"`
	// Reserved units are those of calls of this program that have not ended.
	Reserved Units `json:"reserved"`
	// Held units are reserved or leased by other programs.
	Held Units `json:"held"`
	Left Units `json:"left"`
	// Until is when the next period begins or the package expires; zero for never.
	Until time.Time `json:"until,omitzero"`
}

// Refusal returns the error with which the budgets of a claim would refuse it now, nil if they have enough left. It looks at no other
// budget, does not ask the store, and reserves nothing.
func (b *Book) Refusal(claim *Claim) *BudgetError {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.cfg.Now()
	for _, s := range claim.subjects() {
		for _, m := range b.budgets[s] {
			if refused := b.account(m, now).refusal(claim.Quote.Amount); refused != nil {
				return refused
			}
		}
	}
	return nil
}

// refusal returns the error with which a budget refuses a call of a price; nil if there is enough left.
func (a BudgetStatus) refusal(price Amount) *BudgetError {
	if a.Left.covers(Units{price, 1}, a.Limit) {
		return nil
	}
	return &BudgetError{
		Scope: a.Scope, Name: a.Name, Per: a.Per, Limit: a.Limit, Spent: a.Spent.plus(a.Unknown), InFlight: a.Reserved, Held: a.Held, Until: a.Until,
	}
}

// Snapshot returns all budgets, then the packages and other limited parts of tariffs, without asking the store.
func (b *Book) Snapshot() []BudgetStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.cfg.Now()
	var accounts []BudgetStatus
	for _, m := range b.meters {
		if m.budget != nil {
			accounts = append(accounts, b.account(m, now))
		}
	}
	budgets := len(accounts)
	for provider, t := range b.tariffs {
		for _, p := range t.pools {
			if p.meter == nil {
				continue
			}
			a := b.account(p.meter, now)
			a.Scope, a.Name, a.Pool = ScopeProvider, provider, p.source
			if !p.expires.IsZero() {
				a.Until = p.expires
			}
			if p.expired(now) {
				a.Left = Units{}
			}
			accounts = append(accounts, a)
		}
	}
	slices.SortStableFunc(accounts[budgets:], func(a, b BudgetStatus) int { return cmp.Compare(a.Name, b.Name) })
	return accounts
}

func (b *Book) account(m *meter, now time.Time) BudgetStatus {
	c := b.counter(m, now)
	a := BudgetStatus{
		Per: m.per, Limit: m.limit, Spent: c.doc.Spent.plus(c.spent), Unknown: c.doc.Unknown.plus(c.unknown),
		Reserved: c.inFlight, Held: c.doc.others(b.cfg.Owner), Left: c.left().largest(Units{}).within(m.limit), Until: c.until,
	}
	if m.budget != nil {
		a.Scope, a.Name = m.budget.Scope, m.budget.Name
	}
	return a
}
