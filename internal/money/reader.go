package money

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

const (
	// OtherTenants replaces the names of tenants when there are too many.
	OtherTenants = "(others)"
	// maxCells bounds the memory of usage: about 200 bytes each.
	maxCells = 1 << 16
)

// reader sums up the ledger as it grows. The holder of its turn may use it.
type reader struct {
	store    store.Store
	currency Currency
	zone     *time.Location
	turn     chan struct{}

	last       uint64                 // number of the last record that was read
	cells      map[UsageRow]*UsageRow // by key
	since      time.Time
	unreadable int
	// The day of the last record: the next one is probably of the same day.
	from, until time.Time
	day         string
}

func newReader(cfg Config) *reader {
	return &reader{
		store: cfg.Store, currency: cfg.Currency, zone: cfg.Zone, turn: make(chan struct{}, 1), cells: map[UsageRow]*UsageRow{},
	}
}

func (r *reader) enter(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *reader) leave() { <-r.turn }

// update reads the records since the last time.
func (r *reader) update(ctx context.Context) error {
	for entry, err := range r.store.Records(ctx, "", r.last) {
		if err != nil {
			return err
		}
		r.last = entry.Number
		if !isOurs(entry.Topic, r.currency) {
			continue
		}
		rec, err := decodeRecord(entry.Data)
		if err != nil {
			r.unreadable++
			continue
		}
		r.add(&rec)
	}
	return nil
}

func (r *reader) add(rec *record) {
	at := rec.time()
	if at.Before(r.from) || !at.Before(r.until) {
		r.from, r.until, r.day = Day.bounds(at, r.zone)
	}
	if at.Before(r.since) {
		return
	}
	k := UsageRow{Day: r.day, Provider: rec.Provider, Route: rec.Route, Tenant: rec.Tenant}
	cell := r.cells[k]
	if cell == nil {
		if len(r.cells) >= maxCells && !r.forget(r.day) {
			k.Tenant = OtherTenants
			cell = r.cells[k]
		}
		if cell == nil {
			cell = &UsageRow{}
			r.cells[k] = cell
		}
	}
	var one UsageRow
	one.of(rec)
	cell.Add(&one)
}

// forget drops the oldest day, if there is one before today.
func (r *reader) forget(today string) bool {
	oldest := today
	for k := range r.cells {
		oldest = min(oldest, k.Day)
	}
	if oldest == today {
		return false
	}
	for k := range r.cells {
		if k.Day == oldest {
			delete(r.cells, k)
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, oldest, r.zone); err == nil {
		_, r.since, _ = Day.bounds(day.Add(12*time.Hour), r.zone)
	}
	return true
}
