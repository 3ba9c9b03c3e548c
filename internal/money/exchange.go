package money

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

// exchangeTimeout bounds one exchange with the store, whatever the claims that wait for it may wait.
const exchangeTimeout = 10 * time.Second

// exchange writes down what this program did with a counter, and takes units that claims wait for or gives back what is free.
// One goes on at a time for a counter: the caller has set its turn, which is closed at the end.
func (b *Book) exchange(ctx context.Context, c *counter, giveBack bool) error {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	err := b.agree(ctx, c, giveBack)

	b.mu.Lock()
	defer b.mu.Unlock()
	c.err = nil
	if err != nil {
		c.err = &StoreError{c.key, err}
	}
	c.rounds++
	c.wanted, c.smallest = Units{}, Units{}
	c.publish()
	close(c.turn)
	c.turn = nil
	return c.err
}

// agree repeats compare-and-set until it succeeds. The first time it trusts what it knows of the document, if there is something to
// be had according to that.
func (b *Book) agree(ctx context.Context, c *counter, giveBack bool) error {
	b.mu.Lock()
	doc, revision := c.doc, c.revision
	known := !c.seen.IsZero() && len(c.unsure) == 0 && !c.idle() && c.unleased().covers(c.smallest, c.meter.limit)
	b.mu.Unlock()
	for {
		if !known {
			var err error
			if doc, revision, err = b.fetch(ctx, c); err != nil {
				return err
			}
		}
		alive, err := b.bury(ctx, c.key, doc)
		if err != nil {
			return err
		}
		err = b.write(ctx, c, alive, revision, giveBack, len(alive.Leases) < len(doc.Leases))
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) {
			return err
		}
		known = false
	}
}

// fetch reads a document, and concludes from it what became of writes before and of the lease.
func (b *Book) fetch(ctx context.Context, c *counter) (document, uint64, error) {
	entry, err := b.cfg.Store.Get(ctx, c.key)
	if err != nil {
		return document{}, 0, err
	}
	doc, err := decodeDocument(c.key, entry.Value)
	if err != nil {
		return document{}, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if entry.Revision < c.revision {
		return c.doc, c.revision, nil // a copy that lags behind
	}
	mine, leased := doc.Leases[b.cfg.Owner]
	if w := c.find(mine, leased); w != nil {
		c.apply(w)
	} else if !leased && !c.leaseUntil.IsZero() {
		b.cfg.Logger.Warn("a lease of a budget was not renewed in time; what its calls cost stays counted as unknown", slog.String("counter", c.key))
		c.lose(b.nextCounter())
	}
	c.see(doc, entry.Revision, b.cfg.Now())
	return doc, entry.Revision, nil
}

// write makes one compare-and-set.
func (b *Book) write(ctx context.Context, c *counter, doc document, revision uint64, giveBack, buried bool) error {
	b.mu.Lock()
	now := b.cfg.Now()
	b.writes++
	data, next, change, err := c.plan(doc, terms{
		owner: b.cfg.Owner, until: now.Add(b.cfg.Lease), from: b.oldest(), through: b.records, write: b.writes, giveBack: giveBack, buried: buried,
	})
	b.mu.Unlock()
	if err != nil || change == nil {
		return err
	}
	revision, err = b.cfg.Store.Set(ctx, c.key, data, revision)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case errors.As(err, new(*store.ConflictError)):
		return err
	case err != nil:
		c.doubt(change)
		return err
	}
	// Whatever was in doubt was written against an older revision, and cannot be any more.
	c.apply(change)
	c.unsure = nil
	c.see(next, revision, now)
	return nil
}

// bury moves what owners that have ended did into a document, and removes their leases.
func (b *Book) bury(ctx context.Context, key string, doc document) (document, error) {
	for owner, l := range doc.Leases {
		if owner == b.cfg.Owner || !b.cfg.Store.Exclusive() && !b.cfg.Now().After(l.Until.Add(b.margin())) {
			continue
		}
		spent, unknown, err := tally(ctx, b.cfg.Store, b.cfg.Currency, owner, l)
		if err != nil {
			return doc, fmt.Errorf("the ledger of a program that ended without giving back its lease: %w", err)
		}
		b.cfg.Logger.Info("a program ended without giving back its lease of a budget",
			slog.String("counter", key), slog.String("owner", owner), slog.Int64("billed", spent.Calls), slog.Int64("unknown", unknown.Calls))
		doc.Leases = maps.Clone(doc.Leases)
		delete(doc.Leases, owner)
		doc.Spent, doc.Unknown = doc.Spent.plus(spent), doc.Unknown.plus(unknown)
	}
	return doc, nil
}
