package money

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// atOnce bounds the counters that are written at the same time.
const atOnce = 8

// keepTending renews leases until the Book is closed.
func (b *Book) keepTending() {
	ticker := time.NewTicker(b.cfg.Lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-b.life.Done():
			return
		case <-ticker.C:
			if err := b.tend(b.life); err != nil && b.life.Err() == nil {
				b.cfg.Logger.Warn("budgets cannot be written; calls continue only until the leases are used up", slog.Any("error", err))
			}
		}
	}
}

// tend settles abandoned reservations as unknown, begins new periods, writes every counter, returns idle leases, and reads what
// others spent.
func (b *Book) tend(ctx context.Context) error {
	b.mu.Lock()
	now := b.cfg.Now()
	b.giveUp(now)
	for _, m := range b.meters {
		b.counter(m, now)
	}
	counters := slices.Collect(maps.Keys(b.counters))
	unwritten, why := b.lost.take()
	b.mu.Unlock()

	if unwritten > 0 {
		b.cfg.Logger.Error("records of the ledger were not written", slog.Int("records", unwritten), slog.Any("error", why))
	}
	// Several at a time: with a slow store, the last one would lose its lease otherwise.
	problems := make([]error, len(counters))
	var looking sync.WaitGroup
	room := make(chan struct{}, atOnce)
	for i, c := range counters {
		room <- struct{}{}
		looking.Go(func() {
			problems[i] = b.look(ctx, c)
			<-room
		})
	}
	looking.Wait()
	return errors.Join(problems...)
}

// look is tend for one counter.
func (b *Book) look(ctx context.Context, c *counter) error {
	b.mu.Lock()
	for c.turn != nil {
		turn := c.turn
		b.mu.Unlock()
		select {
		case <-turn:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.mu.Lock()
	}
	if c.idle() && c.meter.now != c {
		delete(b.counters, c)
		b.mu.Unlock()
		return nil
	}
	c.turn = make(chan struct{})
	quiet := !c.busy || b.closed
	c.busy = false
	b.mu.Unlock()
	if err := b.exchange(ctx, c, quiet); err != nil {
		return err
	}
	return b.sweep(ctx, c)
}

// giveUp settles as unknown what was not settled in time. The lock must be held.
func (b *Book) giveUp(now time.Time) {
	for _, r := range b.open {
		if now.After(r.claim.Until.Add(b.cfg.Grace)) {
			b.settle(r, Settlement{Billed: abi.BilledUnknown})
			r.expired = true
		}
	}
}

// lostRecords counts the settlements that the ledger refused. It has its own lock, since the store may call it at any time.
type lostRecords struct {
	mu    sync.Mutex
	count int
	err   error
}

func (l *lostRecords) note(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	l.err = err
}

func (l *lostRecords) take() (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	count, err := l.count, l.err
	l.count, l.err = 0, nil
	return count, err
}
