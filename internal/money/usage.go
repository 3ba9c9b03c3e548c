package money

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Dimension is what usage is told apart by.
type Dimension string

const (
	ByDay      Dimension = "day"
	ByProvider Dimension = "provider"
	ByRoute    Dimension = "route"
	ByTenant   Dimension = "tenant"
)

// Query asks for the usage of whole days in the Book's zone: from the one that From is in to the one before that of To. A zero From
// means all that is known, a zero To up to now. By says what to tell apart; nothing gives one sum.
type Query struct {
	From, To time.Time
	By       []Dimension
}

// Usage is what the ledger knows.
type Usage struct {
	// Rows are in the order of their days, then of their names.
	Rows []UsageRow
	// Since is the first day of which everything that the ledger had is known; zero means all.
	Since time.Time
	// Unreadable records of the ledger are left out.
	Unreadable int
}

// UsageRow sums up the attempts of one day, provider, route and tenant, as far as the query tells them apart; the rest is empty.
// Attempts count for the day on which they began.
type UsageRow struct {
	Day      string `json:"day,omitempty"`
	Provider string `json:"provider,omitempty"`
	Route    string `json:"route,omitempty"`
	// Tenant is [OtherTenants] for what came after too many on one day.
	Tenant string `json:"tenant,omitempty"`

	// Calls are attempts that were the first of their call.
	Calls    int64 `json:"calls"`
	Attempts int64 `json:"attempts"`
	Billed   int64 `json:"billed"`
	// Unknown attempts may have been billed. Open ones have not ended, or their program did before they did.
	Unknown int64 `json:"unknown"`
	Open    int64 `json:"open"`
	Failed  int64 `json:"failed"`
	// Cost is that of billed attempts, UnknownCost that of unknown ones.
	Cost        Amount `json:"cost"`
	UnknownCost Amount `json:"unknown_cost"`
}

// Add sums another row up; what the rows are about stays as it is.
func (r *UsageRow) Add(s *UsageRow) {
	r.Calls += s.Calls
	r.Attempts += s.Attempts
	r.Billed += s.Billed
	r.Unknown += s.Unknown
	r.Open += s.Open
	r.Failed += s.Failed
	r.Cost = Units{Amount: r.Cost}.plus(Units{Amount: s.Cost}).Amount
	r.UnknownCost = Units{Amount: r.UnknownCost}.plus(Units{Amount: s.UnknownCost}).Amount
}

// of is what one record adds.
func (r *UsageRow) of(rec *record) {
	price := Amount(rec.Price)
	if !rec.Settled {
		r.Attempts, r.Open = 1, 1
		if rec.Attempt == 0 {
			r.Calls = 1
		}
		return
	}
	if rec.Was {
		r.Unknown, r.UnknownCost = -1, -price
	} else {
		r.Open = -1
	}
	switch rec.Billed {
	case abi.BilledYes:
		r.Billed, r.Cost = 1, price
	case abi.BilledUnknown:
		r.Unknown, r.UnknownCost = r.Unknown+1, r.UnknownCost+price
	}
	if rec.Failure != 0 {
		r.Failed = 1
	}
}

// Usage sums up the ledger: of this program and of all that share the store. The first query reads all of it, later ones what has
// come since. It fails with what the store says.
func (b *Book) Usage(ctx context.Context, q Query) (*Usage, error) {
	if err := b.read.enter(ctx); err != nil {
		return nil, err
	}
	defer b.read.leave()
	if err := b.read.update(ctx); err != nil {
		return nil, err
	}
	from, to := "", "9999-12-31"
	if !q.From.IsZero() {
		_, _, from = Day.bounds(q.From, b.cfg.Zone)
	}
	if !q.To.IsZero() {
		_, _, to = Day.bounds(q.To, b.cfg.Zone)
	}
	rows := map[UsageRow]*UsageRow{}
	for k, sums := range b.read.cells {
		if k.Day < from || k.Day >= to {
			continue
		}
		k = k.by(q.By)
		if rows[k] == nil {
			row := k
			rows[k] = &row
		}
		rows[k].Add(sums)
	}
	u := &Usage{Since: b.read.since, Unreadable: b.read.unreadable}
	for _, row := range rows {
		u.Rows = append(u.Rows, *row)
	}
	slices.SortFunc(u.Rows, func(a, b UsageRow) int {
		return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.Provider, b.Provider), strings.Compare(a.Route, b.Route), strings.Compare(a.Tenant, b.Tenant))
	})
	return u, nil
}

// by keeps what is told apart.
func (r UsageRow) by(dimensions []Dimension) UsageRow {
	var k UsageRow
	for _, d := range dimensions {
		switch d {
		case ByDay:
			k.Day = r.Day
		case ByProvider:
			k.Provider = r.Provider
		case ByRoute:
			k.Route = r.Route
		case ByTenant:
			k.Tenant = r.Tenant
		}
	}
	return k
}
