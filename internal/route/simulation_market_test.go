package route_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// seller is a vendor with moods: mostly it reads the card, with latencies of a long tail, and at times it fails as the vendors' tables
// say, is down, has no quota left, or hangs. It keeps its own bill, and holds its caller to what was agreed.
type seller struct {
	name     string
	price    money.Amount
	limits   route.Limits
	failures []route.Result
	// failing and hanging are shares of the calls. From down on for as long as outage nothing is read; from dry on for as
	// long the quota is used up.
	failing, hanging  float64
	down, dry, outage time.Duration

	t      testing.TB
	began  time.Time
	mu     sync.Mutex
	random *rand.Rand
	live   int
	starts []time.Time
	parked struct {
		since, until time.Time
		inARow       int
	}
	// asked, and of these billed, or unknown to the caller; charged is what the vendor's bill will say.
	asked, billed, unknown, charged int
}

func newSeller(t testing.TB, name string, seed uint64, failures []route.Result) *seller {
	r := rand.New(rand.NewPCG(seed, uint64(name[0])))
	s := &seller{
		name: name, t: t, began: time.Now(), random: r, failures: failures,
		price:   money.Amount(20_000 + 1000*r.IntN(60)),
		failing: 0.2 * r.Float64(), hanging: 0.02 * r.Float64(),
		down: time.Duration(r.IntN(60)) * time.Second, dry: time.Duration(r.IntN(120)) * time.Second,
		outage: time.Duration(r.IntN(20)) * time.Second,
	}
	if r.IntN(2) == 0 {
		s.limits.Concurrency = 1 + r.IntN(6)
	}
	if r.IntN(2) == 0 {
		s.limits.Rate = route.Rate{Calls: 2 + r.IntN(8), Per: time.Second}
	}
	return s
}

// latency is 300 ms in the middle, with one call in twenty ten times as slow.
func (s *seller) latency() time.Duration {
	d := 300 * math.Exp(0.4*s.random.NormFloat64())
	if s.random.Float64() < 0.05 {
		d *= 10
	}
	return time.Duration(d * float64(time.Millisecond))
}

// mood draws what becomes of a call that begins now.
func (s *seller) mood() (o route.Result, takes time.Duration) {
	at := time.Since(s.began)
	within := func(from time.Duration) bool { return at >= from && at < from+s.outage }
	takes = s.latency()
	switch {
	case s.random.Float64() < s.hanging:
		return route.Result{}, time.Hour
	case within(s.dry):
		return broke, takes / 4
	case within(s.down):
		return fails(abi.FailureKindUnavailable, abi.FaultVendor, abi.BilledNo, "retryable fail_over"), takes / 4
	case s.random.Float64() < s.failing:
		o := s.failures[s.random.IntN(len(s.failures))]
		if parks(o.Failure) && s.random.IntN(10) > 0 { // they fill most tables, but a vendor that is parked all the time shows nothing
			o = s.failures[s.random.IntN(len(s.failures))]
		}
		return o, takes / 2
	default:
		return reads(map[string]string{"name": []string{"样本甲", "样本乙"}[s.random.IntN(2)]}), takes
	}
}

// answer is one call to the vendor.
func (s *seller) answer(ctx context.Context) route.Result {
	o, takes := s.enter()
	timer := time.NewTimer(takes)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		o = route.Result{Billed: abi.BilledUnknown, Failure: &route.Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultNetwork, Ours: true}}
		if context.Cause(ctx) == route.ErrShare {
			o.Failure = &route.Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultVendor, FailOver: true}
		}
	}
	s.leave(&o)
	return o
}

// enter checks that the call may be made.
func (s *seller) enter() (route.Result, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.asked++
	s.live++
	if most := s.limits.Concurrency; most > 0 && s.live > most {
		s.t.Errorf("%s has %d calls under way, and allows %d", s.name, s.live, most)
	}
	s.starts = append(s.starts, now)
	// Calls are spread over even parts of the time, and may be at the end of one and at the beginning of the next: one more may fall into
	// a time that begins between.
	if r := s.limits.Rate; r.Calls > 0 && len(s.starts) > r.Calls+1 && now.Sub(s.starts[len(s.starts)-r.Calls-2]) < r.Per {
		s.t.Errorf("%s is called more than %d times in %v", s.name, r.Calls+1, r.Per)
	}
	if now.After(s.parked.since) && now.Before(s.parked.until) {
		s.t.Errorf("%s is asked at %v although it is parked until %v", s.name, now.Sub(s.began), s.parked.until.Sub(s.began))
	}
	return s.mood()
}

// leave writes the bill, and expects to be left alone after what an operator has to mend.
func (s *seller) leave(o *route.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live--
	switch o.Billed {
	case abi.BilledYes:
		s.billed++
		s.charged++
	case abi.BilledUnknown:
		s.unknown++
		s.charged += s.random.IntN(2)
	}
	f, now, p := o.Failure, time.Now(), &s.parked
	switch {
	case f == nil || f.Fault == abi.FaultCaller && !f.Ours:
		p.inARow, p.until = 0, time.Time{}
	case parks(f):
		if !now.Before(p.until) {
			p.inARow++
		}
		if until := now.Add(min(time.Minute<<min(p.inARow-1, 10), time.Hour)); until.After(p.until) {
			p.since, p.until = now, until
		}
	}
}

// parks reports whether a failure is one that an operator has to mend.
func parks(f *route.Failure) bool {
	kinds := []abi.FailureKind{abi.FailureKindQuotaExhausted, abi.FailureKindUnauthenticated, abi.FailureKindPermissionDenied}
	return f.Fault == abi.FaultOperator && !f.Ours && !f.Retryable && slices.Contains(kinds, f.Kind)
}

// market is a router over sellers, with a book.
type market struct {
	*route.Router
	t       testing.TB
	route   route.Route
	sellers map[string]*seller
	book    *money.Book
	budgets []money.Budget
	// attempts are waited for, also those that a call did not wait for.
	attempts sync.WaitGroup
}

func tariffs(t testing.TB, sellers map[string]*seller) map[string]*money.Tariff {
	t.Helper()
	all := make(map[string]*money.Tariff)
	for name, s := range sellers {
		tariff, err := money.NewTariff(money.TariffConfig{PerCall: &s.price})
		if err != nil {
			t.Fatal(err)
		}
		all[name] = tariff
	}
	return all
}

// answered is the verdict of a call, and what each vendor told it, by the number of the attempt.
type answered struct {
	*route.Verdict
	told map[int]route.Result
}

// ask makes one call. What attempts told that it did not wait for is there when the attempts have ended.
func (m *market) ask(tenant string, within time.Duration) answered {
	var mu sync.Mutex
	told := make(map[int]route.Result)
	deadline := time.Now().Add(within)
	v := m.Run(context.Background(), &route.Call{
		Route: "default", Tenant: tenant, Needs: route.Needs{Document: "cn.idcard"}, Deadline: deadline, Go: m.attempts.Go,
		Attempt: func(ctx context.Context, t route.Attempt) route.Result {
			if f := t.Ready(ctx); f != nil {
				return route.Result{Failure: f, Billed: abi.BilledNo}
			}
			o := m.sellers[t.Provider].answer(ctx)
			mu.Lock()
			defer mu.Unlock()
			told[t.Number] = o
			return o
		},
	})
	if late := time.Since(deadline); late > 0 {
		m.t.Errorf("the call ended %v after its deadline", late)
	}
	return answered{v, told}
}

func (s *seller) String() string {
	return fmt.Sprintf("%s: asked %d, billed %d, unknown %d, charged %d at %s", s.name, s.asked, s.billed, s.unknown, s.charged, s.price)
}
