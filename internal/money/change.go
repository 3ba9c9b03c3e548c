package money

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Change is a new set of budgets and tariffs, checked and ready to be applied. Scope, name and period identify a budget, provider
// and ID a package. Their counters stay when a limit or a price changes.
type Change struct {
	book    *Book
	budgets map[subject][]*meter
	tariffs map[string]*Tariff
	meters  []*meter
	limits  map[*meter]Units // of meters that the book has already
	renamed map[*meter]*Budget
}

// Prepare checks budgets and tariffs by provider, as NewTariff returns them, that are to replace the present ones. It changes
// nothing. The error is a *[ConfigError] or *[CurrencyError].
func (b *Book) Prepare(budgets []Budget, tariffs map[string]*Tariff) (*Change, error) {
	c := &Change{book: b, budgets: map[subject][]*meter{}, tariffs: map[string]*Tariff{}, limits: map[*meter]Units{}, renamed: map[*meter]*Budget{}}
	b.mu.Lock()
	known := maps.Clone(b.known)
	b.mu.Unlock()
	if err := c.addBudgets(budgets, known); err != nil {
		return nil, err
	}
	for provider, t := range tariffs {
		if len(provider) > maxName {
			return nil, wrong("tariffs", message.ProviderTooLong, "value", quote(provider, 70), "most", maxName)
		}
		if t.currency != b.cfg.Currency {
			return nil, &CurrencyError{message.New(message.TariffOf, "provider", strconv.Quote(provider)), t.currency, b.cfg.Currency}
		}
		c.tariffs[provider] = c.bind(provider, t, known)
	}
	return c, nil
}

// Tariff returns what [Book.Tariff] will return after Apply.
func (c *Change) Tariff(provider string) *Tariff { return c.tariffs[provider] }

// Apply replaces the budgets and tariffs of the Book. Only the Change that was prepared last may be applied, once.
func (c *Change) Apply() {
	b := c.book
	b.mu.Lock()
	defer b.mu.Unlock()
	b.budgets, b.tariffs, b.meters = c.budgets, c.tariffs, c.meters
	for m, limit := range c.limits {
		m.limit = limit
		m.calls.Store(limit.Calls)
		if budget := c.renamed[m]; budget != nil {
			m.budget = budget
		}
		if m.now != nil {
			m.now.publish()
		}
	}
	for _, m := range b.meters {
		b.known[m.prefix] = m
	}
}

func (c *Change) addBudgets(budgets []Budget, known map[string]*meter) error {
	type same struct {
		subject
		per Per
	}
	seen := map[same]bool{}
	for i, budget := range budgets {
		at := fmt.Sprintf("budgets[%d]", i)
		if err := budget.check(at); err != nil {
			return err
		}
		s := subject{budget.Scope, budget.Name}
		if seen[same{s, budget.Per}] {
			return wrong(at, message.BudgetTwice, "scope", budget.Scope, "name", strconv.Quote(budget.Name), "per", budget.Per)
		}
		seen[same{s, budget.Per}] = true
		prefix := key("money", string(c.book.cfg.Currency), string(budget.Scope), segment(budget.Name), string(budget.Per))
		m := c.meter(known, prefix, budget.Per, budget.Limit)
		c.renamed[m] = &budget
		if m.budget == nil {
			m.budget = &budget
		}
		c.budgets[s] = append(c.budgets[s], m)
	}
	return nil
}

// bind returns a copy of a tariff whose pools are counted.
func (c *Change) bind(provider string, t *Tariff, known map[string]*meter) *Tariff {
	bound := &Tariff{currency: t.currency}
	for _, p := range t.pools {
		p := *p
		if p.limit > 0 {
			p.meter = c.meter(known, key("money", string(c.book.cfg.Currency), "calls", segment(provider), p.id), p.per, Units{Calls: p.limit})
		}
		bound.pools = append(bound.pools, &p)
	}
	return bound
}

// meter returns the meter that the book has, or a new one.
func (c *Change) meter(known map[string]*meter, prefix string, per Per, limit Units) *meter {
	m := known[prefix]
	if m == nil || m.per != per {
		m = &meter{prefix: prefix, per: per, limit: limit, zone: c.book.cfg.Zone}
		m.calls.Store(limit.Calls)
	} else {
		c.limits[m] = limit
	}
	c.meters = append(c.meters, m)
	return m
}
