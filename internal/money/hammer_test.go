package money

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ocrmux/ocrmux/engine/store"
)

// hammer makes claims at the same time and settles the reservations. It counts what the vendors billed or may have billed.
func hammer(t *testing.T, books []*Book, claims int, how func(i int) Settlement) (billed, unknown, refused int64) {
	t.Helper()
	var b, u, r atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range claims {
		wg.Go(func() {
			<-start
			res, err := books[i%len(books)].Reserve(context.Background(), Claim{Provider: "jumdata", Route: "default", Tenant: "a", Quote: Quote{Amount: 45000}})
			var budget *BudgetError
			switch {
			case errors.As(err, &budget):
				r.Add(1)
				return
			case err != nil:
				t.Error(err)
				return
			}
			s := how(i)
			switch s.Billed {
			case yes.Billed:
				b.Add(1)
			case unsure.Billed:
				u.Add(1)
			}
			res.Settle(s)
		})
	}
	close(start)
	wg.Wait()
	return b.Load(), u.Load(), r.Load()
}

func TestBookBillsExactlyAThousandOfTenThousandClaimsAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, Config{Budgets: []Budget{{ScopeTenant, "a", Day, Units{Calls: 1000}}, {ScopeProvider, "jumdata", Month, Units{Amount: 900 * Micro}}}})
	billed, unknown, refused := hammer(t, []*Book{b}, 10_000, func(int) Settlement { return yes })
	if billed != 1000 || unknown != 0 || refused != 9000 {
		t.Errorf("billed %d, unknown %d, refused %d", billed, unknown, refused)
	}
}

func TestBookIsNotOverspentByAnyOrderOfSettlements(t *testing.T) {
	t.Parallel()
	for _, books := range []int{1, 2, 5} {
		s := shared{store.NewMemory()}
		cfg := Config{Store: s, Budgets: []Budget{{ScopeTenant, "a", Day, Units{Calls: 1000}}, {ScopeRoute, "default", Day, Units{Amount: 40 * Micro}}}}
		var all []*Book
		for range books {
			all = append(all, open(t, cfg))
		}
		billed, unknown, refused := hammer(t, all, 10_000, func(i int) Settlement {
			return []Settlement{yes, no, unsure}[rand.IntN(3)]
		})
		const most = 40 * Micro / 45000
		if billed+unknown > most {
			t.Errorf("with %d books: billed %d, unknown %d, more than %d; refused %d", books, billed, unknown, most, refused)
		}
		for _, b := range all {
			if err := b.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// What was given back can be spent.
		last := open(t, cfg)
		more, _, _ := hammer(t, []*Book{last}, 2000, func(int) Settlement { return yes })
		if billed+unknown+more != most {
			t.Errorf("with %d books: billed %d, unknown %d, and %d after they were closed; want %d in all", books, billed, unknown, more, most)
		}
	}
}
