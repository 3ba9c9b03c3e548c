package money

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/message"
)

const (
	// DefaultLease is how long a program may be silent before others take over its leases.
	DefaultLease = 30 * time.Second
	// DefaultGrace is how long after the deadline of its call an open reservation is settled as unknown.
	DefaultGrace = 2 * time.Minute

	minLease = 100 * time.Millisecond
	maxOwner = 48
)

// Config of a Book. Only Store is needed.
type Config struct {
	// Store keeps counters and the ledger. The Book does not close it. If the store is Exclusive, one Book at a time may use it: it
	// takes over the leases of all others.
	Store store.Store
	// Owner names this program for people who look into the store. The Book adds a random suffix, so that two runs have different
	// names. At most 48 bytes; it may be empty.
	Owner string
	// Currency of all budgets and prices; empty means CNY.
	Currency Currency
	// Zone in which days and months begin; nil means that of the system.
	Zone    *time.Location
	Budgets []Budget
	// Tariffs by provider, as NewTariff returns them. The Book counts their packages and tiers.
	Tariffs map[string]*Tariff
	// Lease is at least 100 ms, or 0 for DefaultLease; Grace is 0 for DefaultGrace. The clocks of programs that share the store may
	// differ by a third of Lease.
	Lease, Grace time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger receives what an operator should know; nil means that nothing is logged.
	Logger *slog.Logger
}

// Book keeps budgets, packages and the ledger of attempts. It is safe for concurrent use.
type Book struct {
	cfg     Config
	tariffs map[string]*Tariff
	budgets map[subject][]*meter
	meters  []*meter
	// known has all meters that ever existed, by prefix. One that comes back finds the counter that its calls may still be
	// settling.
	known map[string]*meter

	life context.Context
	stop context.CancelFunc
	work sync.WaitGroup
	read *reader

	mu       sync.Mutex
	closed   bool
	counters map[*counter]struct{} // the present ones, and those with something to write
	numbered uint32                // last number of a counter
	records  uint64                // last number of a record
	writes   uint64
	open     map[uint64]*Reservation // by the number of the intent
	// Buffers for the next record.
	chapter uint64
	topic   string
	line    []byte
	on      []uint32

	lost lostRecords
}

// subject is what a budget is for.
type subject struct {
	scope Scope
	name  string
}

// Open checks the configuration and reads the counters of the present periods. The error is a *[ConfigError], a *[CurrencyError] or
// that of the store.
func Open(ctx context.Context, cfg Config) (*Book, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	b := &Book{
		cfg: cfg, tariffs: map[string]*Tariff{}, budgets: map[subject][]*meter{}, known: map[string]*meter{}, read: newReader(cfg),
		counters: map[*counter]struct{}{}, open: map[uint64]*Reservation{},
	}
	change, err := b.Prepare(cfg.Budgets, cfg.Tariffs)
	if err != nil {
		return nil, err
	}
	change.Apply()
	b.life, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := b.tend(ctx); err != nil {
		b.stop()
		return nil, err
	}
	b.work.Go(b.keepTending)
	return b, nil
}

func (cfg *Config) complete() error {
	switch {
	case cfg.Store == nil:
		return wrong("store", message.SettingMissing)
	case len(cfg.Owner) > maxOwner:
		return wrong("owner", message.SettingTooLong, "most", maxOwner)
	case cfg.Lease != 0 && cfg.Lease < minLease:
		return wrong("lease", message.SettingTooShort, "least", minLease)
	case cfg.Grace < 0:
		return wrong("grace", message.SettingNegative)
	}
	cfg.Owner += "-" + rand.Text()[:12]
	if cfg.Currency == "" {
		cfg.Currency = CNY
	}
	if !cfg.Currency.valid() {
		return wrong("currency", message.CurrencyMalformed, "value", quote(string(cfg.Currency), 10))
	}
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	if cfg.Lease == 0 {
		cfg.Lease = DefaultLease
	}
	if cfg.Grace == 0 {
		cfg.Grace = DefaultGrace
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Tariff returns the tariff of a provider that counts what has been used; nil if there is none.
func (b *Book) Tariff(provider string) *Tariff {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tariffs[provider]
}

// margin is how long before the end of a lease its owner stops using it, and how long after it others wait before they take it over.
func (b *Book) margin() time.Duration { return b.cfg.Lease / 6 }

// counter returns the present counter of a meter. The lock must be held.
func (b *Book) counter(m *meter, now time.Time) *counter {
	c, fresh := m.counter(now, b.nextCounter)
	if fresh {
		b.counters[c] = struct{}{}
	}
	return c
}

// nextCounter returns the number of a new counter, by which records name it. The lock must be held.
func (b *Book) nextCounter() uint32 {
	b.numbered++
	return b.numbered
}

// oldest returns the number before that of the oldest intent without an end. The lock must be held.
func (b *Book) oldest() uint64 {
	oldest := b.records
	for number := range b.open {
		oldest = min(oldest, number-1)
	}
	return oldest
}

// Close writes what was spent and returns what was leased and not used. Open reservations can still be settled afterwards: the
// ledger records that as long as the store accepts records. The error is that of the store or of ctx.
func (b *Book) Close(ctx context.Context) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.mu.Unlock()
	b.stop()
	b.work.Wait()
	return b.tend(ctx)
}
