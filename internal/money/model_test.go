package money

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// flaky is a store that sometimes fails, before or after it wrote, writes late, or returns an older value. The seed decides when.
type flaky struct {
	store.Store
	seed uint64
	rate float64

	mu    sync.Mutex
	ask   map[string]*rand.Rand
	late  map[string]func()
	stale map[string]store.Entry
}

var errFlaky = &store.UnavailableError{Doing: "test", Err: errors.New("flaky")}

func (*flaky) Exclusive() bool { return false }

func (f *flaky) fails(key string) bool { return f.draw(key, f.rate) }

func (f *flaky) draw(key string, probability float64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ask[key] == nil {
		f.ask[key] = rand.New(rand.NewPCG(f.seed, uint64(len(key))))
	}
	return f.ask[key].Float64() < probability
}

func (f *flaky) Get(ctx context.Context, key string) (store.Entry, error) {
	f.arrive(key)
	if f.fails(key) {
		return store.Entry{}, errFlaky
	}
	entry, err := f.Store.Get(ctx, key)
	if stale, ok := f.old(key, entry); ok && f.fails(key) {
		entry = stale
	}
	return entry, err
}

func (f *flaky) Set(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	f.arrive(key)
	if f.fails(key) {
		f.delay(key, func() { _, _ = f.Store.Set(context.WithoutCancel(ctx), key, value, revision) })
		return 0, errFlaky
	}
	revision, err := f.Store.Set(ctx, key, value, revision)
	if err == nil && f.fails(key) {
		return 0, errFlaky
	}
	return revision, err
}

// delay keeps a write that arrives later.
func (f *flaky) delay(key string, write func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.late[key] = write
}

// arrive does a late write, or delays it further.
func (f *flaky) arrive(key string) {
	if f.draw(key, 0.5) {
		return
	}
	f.mu.Lock()
	write := f.late[key]
	delete(f.late, key)
	f.mu.Unlock()
	if write != nil {
		write()
	}
}

// old returns what was read of a key before, and remembers the present value.
func (f *flaky) old(key string, now store.Entry) (store.Entry, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before, ok := f.stale[key]
	f.stale[key] = now
	return before, ok
}

// model simulates programs that share a store: their calls, ends and crashes, a network that fails, and time.
type model struct {
	t      *testing.T
	random *rand.Rand
	clock  *testenv.Clock
	store  store.Store
	sure   store.Store // the same one without failures
	cfg    Config
	books  []*Book
	live   []*playing

	sleepy          bool
	billed, unknown Units // what the vendors know
	lost            int   // attempts whose end may not reach the budget any more, which counts them as unknown then
}

type playing struct {
	book *Book
	r    *Reservation
	need Units
}

func newModel(t *testing.T, seed uint64, rate float64, grace time.Duration) *model {
	m := &model{t: t, random: rand.New(rand.NewPCG(seed, 1)), clock: newClock(t, "2026-11-22T10:00:00+08:00")}
	memory := store.MemoryConfig{Now: m.clock.Now}.New()
	m.sure = shared{memory}
	m.store = &flaky{Store: memory, seed: seed, rate: rate, ask: map[string]*rand.Rand{}, late: map[string]func(){}, stale: map[string]store.Entry{}}
	m.cfg = Config{
		Store: m.store, Now: m.clock.Now, Zone: zone(t, "Asia/Shanghai"), Lease: 30 * time.Second, Grace: grace,
		Budgets: []Budget{{ScopeTenant, "a", Day, Units{Calls: 60}}, {ScopeProvider, "p", Month, Units{Amount: 3 * Micro, Calls: 200}}},
	}
	return m
}

// start opens a Book whose background work is left to the model.
func (m *model) start() {
	cfg := m.cfg
	wrong := time.Duration(m.random.IntN(9)-4) * time.Second // clocks differ, by less than a third of a lease
	cfg.Now = func() time.Time { return m.clock.Now().Add(wrong) }
	b, err := Open(m.t.Context(), cfg)
	if err != nil {
		return // the store failed
	}
	b.stop()
	b.work.Wait()
	b.life = context.Background()
	m.books = append(m.books, b)
}

func (m *model) step() {
	if len(m.books) == 0 {
		m.start()
		return
	}
	i := m.random.IntN(len(m.books))
	b := m.books[i]
	switch n := m.random.IntN(100); {
	case n < 45:
		need := Units{Amount(20_000 + m.random.IntN(5)*10_000), 1}
		r, err := b.Reserve(m.t.Context(), Claim{Provider: "p", Route: "r", Tenant: "a", Quote: Quote{Amount: need.Amount}, Until: m.clock.Now().Add(5 * time.Second)})
		b.work.Wait() // so that a seed means the same every time
		if err == nil {
			if err := r.Wait(m.t.Context()); err != nil {
				if !errors.Is(err, ErrLate) {
					m.t.Error(err)
				}
				r.Settle(no)
				return
			}
			m.live = append(m.live, &playing{book: b, r: r, need: need})
		}
	case n < 85 && len(m.live) > 0:
		m.end(m.random.IntN(len(m.live)))
	case n < 93:
		m.clock.Forward(time.Duration(m.random.IntN(8)) * time.Second)
		m.tend()
	case n < 95:
		if len(m.books) < 4 {
			m.start()
		}
	case n < 96:
		m.crash(i)
	case n < 97:
		m.close(i)
	default:
		_ = b.tend(m.t.Context())
	}
}

// tend does the background work of most programs.
func (m *model) tend() {
	for _, b := range m.books {
		if m.sleepy && m.random.IntN(8) > 0 {
			continue
		}
		_ = b.tend(m.t.Context()) // fails when the store does
	}
}

// end ends an attempt with a random result.
func (m *model) end(i int) {
	p := m.live[i]
	m.live = append(m.live[:i], m.live[i+1:]...)
	if m.takenOver(p) || p.r.expired {
		m.lost++
	}
	switch m.random.IntN(3) {
	case 0:
		p.r.Settle(yes)
		m.billed = m.billed.plus(p.need)
	case 1:
		p.r.Settle(no)
	default:
		p.r.Settle(unsure)
		m.unknown = m.unknown.plus(p.need)
	}
}

// takenOver reports whether others took over a lease that pays for an attempt, even if its program does not know that yet.
func (m *model) takenOver(p *playing) bool {
	for _, part := range p.r.parts {
		c := part.counter
		entry, err := m.sure.Get(m.t.Context(), c.key)
		if err != nil {
			m.t.Fatal(err)
		}
		doc, err := decodeDocument(c.key, entry.Value)
		if err != nil {
			m.t.Fatal(err)
		}
		if part.as != c.as || !c.leaseUntil.IsZero() && doc.Leases[p.book.cfg.Owner].As != c.as {
			return true
		}
	}
	return false
}

// crash ends a program without any further call.
func (m *model) crash(i int) {
	b := m.books[i]
	m.books = append(m.books[:i], m.books[i+1:]...)
	m.leave(b)
}

func (m *model) leave(b *Book) {
	var rest []*playing
	for _, p := range m.live {
		if p.book == b {
			m.unknown = m.unknown.plus(p.need)
		} else {
			rest = append(rest, p)
		}
	}
	m.live = rest
}

func (m *model) close(i int) {
	b := m.books[i]
	m.books = append(m.books[:i], m.books[i+1:]...)
	_ = b.Close(m.t.Context()) // if it fails, the lease is left to the others
	m.leave(b)
}

func (m *model) documents() map[string]document {
	docs := map[string]document{}
	for _, meter := range m.books[0].meters {
		_, _, name := meter.per.bounds(m.clock.Now(), m.cfg.Zone)
		path := key(meter.prefix, name)
		entry, err := m.sure.Get(m.t.Context(), path)
		if err != nil {
			m.t.Fatal(err)
		}
		doc, err := decodeDocument(path, entry.Value)
		if err != nil {
			m.t.Fatal(err)
		}
		if limit := meter.limit; !limit.covers(doc.used(), limit) {
			m.t.Fatalf("%s: %v of %v are used", path, doc.used(), limit)
		}
		docs[path] = doc
	}
	return docs
}

func TestBookModel(t *testing.T) {
	t.Parallel()
	seeds := 120
	if testing.Short() {
		seeds = 50
	}
	exact := 0
	for seed := range uint64(seeds) {
		rate, grace := []float64{0, 0.05, 0.3}[seed%3], []time.Duration{time.Hour, 10 * time.Second}[seed/3%2]
		t.Run(fmt.Sprintf("seed %d with %.0f %% of failures and %v of grace", seed, 100*rate, grace), func(t *testing.T) {
			m := newModel(t, seed, rate, grace)
			m.sleepy = seed%4 == 0
			if seed%5 == 0 { // so large that programs hold more than they need
				for i := range m.cfg.Budgets {
					limit := &m.cfg.Budgets[i].Limit
					limit.Amount, limit.Calls = 20*limit.Amount, 20*limit.Calls
				}
			}
			for range 300 {
				m.step()
				if len(m.books) > 0 {
					m.documents()
				}
			}
			m.finish()
			if m.lost == 0 {
				exact++
			}
		})
	}
	if exact < seeds/4 {
		t.Errorf("only %d of %d seeds compared exactly", exact, seeds)
	}
}

// finish ends everything and compares the books with what the vendors know.
func (m *model) finish() {
	for len(m.live) > 0 {
		m.end(0)
	}
	for len(m.books) > 0 {
		m.close(0)
	}
	m.clock.Forward(time.Hour)
	m.cfg.Store = m.sure
	m.start()
	for path, doc := range m.documents() {
		if len(doc.Leases) > 0 {
			m.t.Errorf("%s: leases are left: %v", path, doc.Leases)
		}
		want := m.billed.plus(m.unknown)
		switch got := doc.Spent.plus(doc.Unknown); {
		case m.lost == 0 && (got != want || doc.Spent != m.billed):
			m.t.Errorf("%s: %v spent and %v unknown, want %v and %v", path, doc.Spent, doc.Unknown, m.billed, m.unknown)
		case !got.covers(want, want):
			m.t.Errorf("%s: %v spent and %v unknown after %d lost leases, but the vendors may bill %v", path, doc.Spent, doc.Unknown, m.lost, want)
		}
	}
	usage, err := m.books[0].Usage(m.t.Context(), Query{})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, row := range usage.Rows {
		if row.Billed != m.billed.Calls || row.Cost != m.billed.Amount || row.Unknown+row.Open != m.unknown.Calls {
			m.t.Errorf("usage says %+v, want %v billed and %v unknown", row, m.billed, m.unknown)
		}
	}
}
