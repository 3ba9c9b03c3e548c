package route

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/internal/money"
)

// vendorAnswer is as long as the answers of vendors. The costs of a route are compared with decoding it.
const vendorAnswer = `{"code":200,"msg":"成功","taskNo":"65605503936940344488","charge":true,"data":{"result":0,"side":"front","info":{"number":"11010119900307803X","name":"样本张三","address":"北京市东城区样本胡同1号","year":"1990","month":"3","day":"7","nation":"汉","sex":"男"},"validity":{"birthday":true,"number":true,"address":true,"sex":true,"name":true}}}`

// yardstick returns the time to decode a vendor's answer into a map.
func yardstick(b *testing.B) time.Duration {
	b.Helper()
	settle(b)
	const n = 2000
	best := time.Hour
	for range 5 {
		began := processTime(b)
		for range n {
			var v map[string]any
			if err := json.Unmarshal([]byte(vendorAnswer), &v); err != nil {
				b.Fatal(err)
			}
		}
		best = min(best, (processTime(b)-began)/n)
	}
	return best
}

// settle makes the heap as large as that of an engine with one plugin, so that the garbage collector runs as often.
func settle(b *testing.B) {
	b.Helper()
	ballast := make([]byte, 32<<20)
	runtime.GC()
	b.Cleanup(func() { runtime.KeepAlive(ballast) })
}

// meter measures processor time, which other programs on the machine disturb less than elapsed time.
type meter struct {
	yard             time.Duration
	process, calling time.Duration
	locked           bool
}

func newMeter(b *testing.B) *meter { return &meter{yard: yardstick(b)} }

// alone locks the caller to its thread, so that its time can be measured. It does not do so if the policy uses further goroutines,
// since switching between threads takes longer.
func (m *meter) alone(policy Policy) (done func()) {
	if policy.parallel() {
		return func() {}
	}
	m.locked = true
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// begin starts the measurement in the first turn of a loop.
func (m *meter) begin(b *testing.B) {
	if m.process == 0 {
		m.process, m.calling = processTime(b), threadTime(b)
	}
}

// report reports the processor time of one turn, for the process and for the calling thread, also as a multiple of the yardstick.
func (m *meter) report(b *testing.B) {
	b.Helper()
	all, own := (processTime(b)-m.process)/time.Duration(b.N), (threadTime(b)-m.calling)/time.Duration(b.N)
	b.ReportMetric(float64(all)/1e3, "cpu-µs/op")
	b.ReportMetric(float64(all)/float64(m.yard), "cpu-x-json")
	if m.locked {
		b.ReportMetric(float64(own)/1e3, "caller-µs/op")
		b.ReportMetric(float64(own)/float64(m.yard), "caller-x-json")
	}
}

// benchRouter returns a router whose providers all can serve the call and were called often.
func benchRouter(b *testing.B, providers int, policy Policy, book *money.Book, s store.Store) *Router {
	b.Helper()
	cfg := Config{
		Accounts: map[string]Account{}, Book: book, Store: s, Owner: "bench", Now: time.Now, Random: rand.NewPCG(1, 2), Logger: slog.New(slog.DiscardHandler),
	}
	r := Route{Policy: policy, Retries: -1, Weights: map[string]int{}, Accept: AcceptRule{Fields: []string{"name"}}}
	for i := range providers {
		name := fmt.Sprintf("p%02d", i)
		price := money.Amount(40_000 + 97*(i*31%50))
		tariff, err := money.NewTariff(money.TariffConfig{PerCall: &price})
		if err != nil {
			b.Fatal(err)
		}
		cfg.Accounts[name] = Account{Tariff: tariff, Traits: Traits{Documents: []abi.DocumentSupport{{Document: "cn.idcard", Sides: []abi.Side{abi.SideFront, abi.SideBack}}}}}
		r.Providers = append(r.Providers, name)
		r.Weights[name] = 1 + i%7
	}
	cfg.Routes = map[string]Route{"default": r}
	router, err := New(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(router.Close)
	for i, name := range r.Providers {
		for range 30 {
			router.accounts[name].latency.add(time.Now(), time.Duration(100+37*i%50*10)*time.Millisecond)
		}
	}
	return router
}

func benchCall() *Call {
	sure := 0.99
	read := Result{Billed: abi.BilledYes, Reading: &Reading{Fields: map[string]Field{"name": {Value: "样本", Confidence: &sure}}}}
	return &Call{
		Route: "default", Tenant: "a", Needs: Needs{Document: "cn.idcard", Side: abi.SideFront},
		Attempt: func(context.Context, Attempt) Result { return read },
	}
}

// BenchmarkDecision measures a whole call with 50 providers, whose attempt does nothing, without a book. "ranking" is the order alone.
func BenchmarkDecision(b *testing.B) {
	for _, policy := range Policies() {
		b.Run(string(policy), func(b *testing.B) {
			m := newMeter(b)
			router, call := benchRouter(b, 50, policy, nil, nil), benchCall()
			defer m.alone(policy)()
			b.ReportAllocs()
			for b.Loop() {
				m.begin(b)
				call.Deadline = time.Now().Add(time.Minute)
				if v := router.Run(b.Context(), call); v.Winner < 0 {
					b.Fatal(v.Refused)
				}
			}
			m.report(b)
		})
		b.Run(string(policy)+"/ranking", func(b *testing.B) {
			m := newMeter(b)
			router, call := benchRouter(b, 50, policy, nil, nil), benchCall()
			defer m.alone(policy)()
			b.ReportAllocs()
			for b.Loop() {
				m.begin(b)
				x := run{router: router, route: router.routes["default"], call: call}
				if refused := x.choose(); refused != nil {
					b.Fatal(refused)
				}
				x.front()
			}
			m.report(b)
		})
	}
}

// BenchmarkTwoDeadlines measures the minimum of a call: a deadline for itself and one for its attempt.
func BenchmarkTwoDeadlines(b *testing.B) {
	m := newMeter(b)
	defer m.alone(Failover)()
	b.ReportAllocs()
	for b.Loop() {
		m.begin(b)
		call, end := context.WithTimeout(b.Context(), time.Minute)
		_, endTry := context.WithTimeoutCause(call, time.Second, ErrShare)
		endTry()
		end()
	}
	m.report(b)
}

// BenchmarkBookkeeping measures a whole call with three providers and budgets of its provider, route and tenant, each by day and month.
// With JetStream, it includes the server. A profile shows the part of Router.Run: go tool pprof -top -cum -focus 'Router..Run'.
func BenchmarkBookkeeping(b *testing.B) {
	b.Run("memory", func(b *testing.B) { bookkeeping(b, store.MemoryConfig{LedgerBytes: 4 << 20}.New()) })
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
		bookkeeping(b, s)
	})
}

func bookkeeping(b *testing.B, s store.Store) {
	m := newMeter(b)
	var budgets []money.Budget
	for scope, name := range map[money.Scope]string{money.ScopeProvider: "p00", money.ScopeRoute: "default", money.ScopeTenant: "a"} {
		for _, per := range []money.Per{money.Day, money.Month} {
			budgets = append(budgets, money.Budget{Scope: scope, Name: name, Per: per, Limit: money.Units{Amount: 1e9 * money.Micro, Calls: 1e12}})
		}
	}
	book, err := money.Open(b.Context(), money.Config{Store: s, Budgets: budgets})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := book.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	router, call := benchRouter(b, 3, Failover, book, s), benchCall()
	if _, waits := s.(*jetstream.Store); !waits { // for other goroutines, to which a locked thread hands over slowly
		defer m.alone(Failover)()
	}
	b.ReportAllocs()
	for b.Loop() {
		m.begin(b)
		call.Deadline = time.Now().Add(time.Minute)
		if v := router.Run(b.Context(), call); v.Winner < 0 {
			b.Fatal(v.Refused)
		}
	}
	m.report(b)
}

// processTime is the processor time of this process so far, the collector's included.
func processTime(b *testing.B) time.Duration {
	b.Helper()
	return usage(b, syscall.RUSAGE_SELF)
}

// threadTime is the processor time of this thread so far.
func threadTime(b *testing.B) time.Duration {
	b.Helper()
	const thread = 1 // RUSAGE_THREAD, which Linux alone has
	return usage(b, thread)
}

func usage(b *testing.B, who int) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Skip("processor times cannot be measured here: ", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
