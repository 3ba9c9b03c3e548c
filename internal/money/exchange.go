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

// exchangeTimeout bounds one exchange with the store, even if claims would wait longer.
const exchangeTimeout = 10 * time.Second

// exchange writes what this program did with a counter, and leases units that claims wait for or returns free ones. A counter has
// one exchange at a time: the caller has set its turn, which is closed at the end.
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

// agree repeats compare-and-set until it succeeds. The first pass uses the known document if enough is left in it.
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

// fetch reads a document, and finds out from it which doubtful writes succeeded and whether the lease is lost.
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
		return c.doc, c.revision, nil // the copy is older
	}
	mine, leased := doc.Leases[b.cfg.Owner]
	if w := c.find(mine, leased); w != nil {
		c.apply(w)
	} else if !leased && !c.leaseUntil.IsZero() {
		b.cfg.Logger.Warn("a lease of a budget was not renewed in time; the cost of its calls is counted as unknown", slog.String("counter", c.key))
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
	// Doubtful changes have an older revision, so they cannot be written any more.
	c.apply(change)
	c.unsure = nil
	c.see(next, revision, now)
	return nil
}

// bury adds to a document what ended owners did, and removes their leases.
func (b *Book) bury(ctx context.Context, key string, doc document) (document, error) {
	for owner, l := range doc.Leases {
		if owner == b.cfg.Owner || !b.cfg.Store.Exclusive() && !b.cfg.Now().After(l.Until.Add(b.margin())) {
			continue
		}
		spent, unknown, err := tally(ctx, b.cfg.Store, b.cfg.Currency, owner, l)
		if err != nil {
			return doc, fmt.Errorf("read the ledger of a program that ended without returning its lease: %w", err)
		}
		b.cfg.Logger.Info("a program ended without returning its lease of a budget",
			slog.String("counter", key), slog.String("owner", owner), slog.Int64("billed", spent.Calls), slog.Int64("unknown", unknown.Calls))
		doc.Leases = maps.Clone(doc.Leases)
		delete(doc.Leases, owner)
		doc.Spent, doc.Unknown = doc.Spent.plus(spent), doc.Unknown.plus(unknown)
	}
	return doc, nil
}
