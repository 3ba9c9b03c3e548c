package money

import (
	"context"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
)

// tally sums up from the ledger what an ended owner did with a lease since its last write: what was billed, and what is unknown.
// Attempts without an end are unknown. Its memory grows only with these.
func tally(ctx context.Context, s store.Store, currency Currency, owner string, l lease) (spent, uncertain Units, err error) {
	open := map[uint64]Units{}
	for chapter := (l.From + 1) >> chapterBits; ; chapter++ {
		empty := true
		for entry, err := range s.Records(ctx, topic(currency, owner, chapter), 0) {
			if err != nil {
				return Units{}, Units{}, err
			}
			empty = false
			r, err := decodeRecord(entry.Data)
			if err != nil {
				return Units{}, Units{}, err
			}
			if r.Number <= l.From || !slices.Contains(r.On, l.As) {
				continue
			}
			if !r.Settled {
				open[r.Of] = r.units()
				continue
			}
			_, wasOpen := open[r.Of]
			delete(open, r.Of)
			if r.Number <= l.Through {
				continue
			}
			if r.Was && !wasOpen {
				uncertain = uncertain.minus(r.units())
			}
			switch r.Billed {
			case abi.BilledYes:
				spent = spent.plus(r.units())
			case abi.BilledUnknown:
				uncertain = uncertain.plus(r.units())
			}
		}
		if empty && chapter >= l.Through>>chapterBits {
			break
		}
	}
	for _, u := range open {
		uncertain = uncertain.plus(u)
	}
	return spent, uncertain, nil
}
