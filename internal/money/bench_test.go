package money

import (
	"context"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

func benchmarkBook(b *testing.B, s store.Store) *Book {
	var budgets []Budget
	for scope, name := range map[Scope]string{ScopeProvider: "jumdata", ScopeRoute: "default", ScopeTenant: "a"} {
		for _, per := range []Per{Day, Month} {
			budgets = append(budgets, Budget{scope, name, per, Units{Amount: 1e9 * Micro, Calls: 1e12}})
		}
	}
	return open(b, Config{
		Store: s, Budgets: budgets,
		Tariffs: map[string]*Tariff{"jumdata": tariff(b, TariffConfig{Packages: []Package{{ID: "2026-a", Calls: 1e12, Price: 1e9 * Micro}}})},
	})
}

// BenchmarkReserveSettle is one attempt with budgets of its provider, route and tenant, each by day and by month, and a package.
func BenchmarkReserveSettle(b *testing.B) {
	b.Run("memory", func(b *testing.B) { reserveSettle(b, store.MemoryConfig{LedgerBytes: 4 << 20}.New()) })
	b.Run("JetStream in this process", func(b *testing.B) {
		s, err := jetstream.Open(b.Context(), jetstream.Config{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := s.Close(context.Background()); err != nil {
				b.Error(err)
			}
		})
		reserveSettle(b, s)
	})
}

func reserveSettle(b *testing.B, s store.Store) {
	book := benchmarkBook(b, s)
	t := book.Tariff("jumdata")
	b.ReportAllocs()
	for b.Loop() {
		r, err := book.Reserve(b.Context(), Claim{Provider: "jumdata", Route: "default", Tenant: "a", Quote: t.Quote(book.cfg.Now())})
		if err != nil {
			b.Fatal(err)
		}
		if err := r.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
		r.Settle(Settlement{Billed: abi.BilledYes, VendorRequestID: "b8a7c2f0-4f0e-4f0e"})
	}
}

func BenchmarkReserveSettleAtOnce(b *testing.B) {
	book := benchmarkBook(b, store.MemoryConfig{LedgerBytes: 4 << 20}.New())
	t := book.Tariff("jumdata")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := book.Reserve(b.Context(), Claim{Provider: "jumdata", Route: "default", Tenant: "a", Quote: t.Quote(book.cfg.Now())})
			if err != nil {
				b.Error(err)
				return
			}
			r.Settle(Settlement{Billed: abi.BilledYes})
		}
	})
}

func BenchmarkQuote(b *testing.B) {
	book := benchmarkBook(b, store.MemoryConfig{LedgerBytes: 4 << 20}.New())
	t := book.Tariff("jumdata")
	now := book.cfg.Now()
	b.ReportAllocs()
	for b.Loop() {
		_ = t.Quote(now)
	}
}
