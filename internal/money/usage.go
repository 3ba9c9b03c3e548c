package money

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Dimension is what usage is grouped by.
type Dimension string

const (
	ByDay      Dimension = "day"
	ByProvider Dimension = "provider"
	ByRoute    Dimension = "route"
	ByTenant   Dimension = "tenant"
)

// Query asks for the usage of whole days in the Book's zone: from the day of From to the day before that of To. A zero From means
// from the beginning, a zero To until now. By groups the sums; without it there is one sum.
type Query struct {
	From, To time.Time
	By       []Dimension
}

// Usage is a summary of the ledger.
type Usage struct {
	// Rows are sorted by day, provider, route and tenant.
	Rows []UsageRow
	// Since is the first day that is complete; zero means that all are.
	Since time.Time
	// Unreadable is the number of records that could not be read and are not counted.
	Unreadable int
}

// UsageRow sums up the attempts of one day, provider, route and tenant. Those that the query does not group by are empty. An
// attempt counts for the day on which it began.
type UsageRow struct {
	Day      string `json:"day,omitempty"`
	Provider string `json:"provider,omitempty"`
	Route    string `json:"route,omitempty"`
	// Tenant is [OtherTenants] if there were too many.
	Tenant string `json:"tenant,omitempty"`

	// Calls counts the first attempts of calls.
	Calls    int64 `json:"calls"`
	Attempts int64 `json:"attempts"`
	Billed   int64 `json:"billed"`
	// Unknown attempts may have been billed. Open ones have not ended, or their program ended first.
	Unknown int64 `json:"unknown"`
	Open    int64 `json:"open"`
	Failed  int64 `json:"failed"`
	// Cost is the cost of billed attempts, UnknownCost that of unknown ones.
	Cost        Amount `json:"cost"`
	UnknownCost Amount `json:"unknown_cost"`
}

// Add adds the numbers of another row. It does not change day and names.
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

// of sets the row to what one record adds.
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

// Usage sums up the ledger of all programs that share the store. The first query reads all of it, later ones read the new records.
// The error is that of the store or of ctx.
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

// by returns a row with only the dimensions set.
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
