package money

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Counters of past periods are kept for this long, for people who look into the store. Usage comes from the ledger.
const (
	keepDays   = 62
	keepMonths = 14
)

// oldest returns the name of the first period whose counter is kept.
func (p Per) oldest(now time.Time, zone *time.Location) string {
	switch p {
	case Day:
		now = now.AddDate(0, 0, -keepDays)
	case Month:
		now = now.In(zone)
		now = time.Date(now.Year(), now.Month()-keepMonths, 15, 0, 0, 0, 0, zone)
	}
	_, _, name := p.bounds(now, zone)
	return name
}

// sweep removes the documents of a meter's old periods, once a period.
func (b *Book) sweep(ctx context.Context, c *counter) error {
	b.mu.Lock()
	due := !c.swept && c.meter.now == c && c.meter.per != ever
	m, now := c.meter, b.cfg.Now()
	b.mu.Unlock()
	if !due {
		return nil
	}
	oldest := key(m.prefix, m.per.oldest(now, m.zone))
	looking, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	var old []store.Entry
	err := b.cfg.Store.Watch(looking, m.prefix, func(e store.Entry) {
		if e.Value != nil && e.Key < oldest {
			mu.Lock()
			defer mu.Unlock()
			old = append(old, e)
		}
	})
	if err != nil {
		return &StoreError{m.prefix, err}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, e := range old {
		if err := b.cfg.Store.Delete(ctx, e.Key, e.Revision); err != nil && !errors.As(err, new(*store.ConflictError)) {
			return &StoreError{e.Key, err}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c.swept = true
	return nil
}
