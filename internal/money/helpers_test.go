package money

import (
	"context"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

func newClock(t *testing.T, text string) *testenv.Clock {
	t.Helper()
	now, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return testenv.NewClock(now)
}

// shared is a store that is not exclusive.
type shared struct{ store.Store }

func (shared) Exclusive() bool { return false }

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func open(t testing.TB, cfg Config) *Book {
	t.Helper()
	if cfg.Store == nil {
		cfg.Store = store.NewMemory()
	}
	b, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func reserve(t testing.TB, b *Book, claim Claim) *Reservation {
	t.Helper()
	r, err := b.Reserve(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func amount(t testing.TB, text string) Amount {
	t.Helper()
	a, err := ParseAmount(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tariff(t testing.TB, cfg TariffConfig) *Tariff {
	t.Helper()
	tariff, err := NewTariff(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tariff
}

var (
	yes    = Settlement{Billed: abi.BilledYes}
	no     = Settlement{Billed: abi.BilledNo}
	unsure = Settlement{Billed: abi.BilledUnknown}
)

// quiet opens a Book without background work, which the test calls instead.
func quiet(t testing.TB, cfg Config) *Book {
	t.Helper()
	b := open(t, cfg)
	b.stop()
	b.work.Wait()
	b.life = context.Background()
	return b
}
