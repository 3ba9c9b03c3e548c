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

// seller is a simulated vendor. Usually it reads the card, with a long tail of latencies. Sometimes it fails as the vendors' tables
// say, is down, has no quota left, or hangs. It counts its own bill, and checks that its caller keeps to the limits.
type seller struct {
	name     string
	price    money.Amount
	limits   route.Limits
	failures []route.Result
	// failing and hanging are shares of the calls. From down on, the vendor is down for the time of outage; from dry on, its quota
	// is used up for that time.
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
	// asked counts calls, billed and unknown those that the caller knows as such, charged those on the vendor's bill.
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

// latency has a median of 300 ms; one call in twenty is ten times as slow.
func (s *seller) latency() time.Duration {
	d := 300 * math.Exp(0.4*s.random.NormFloat64())
	if s.random.Float64() < 0.05 {
		d *= 10
	}
	return time.Duration(d * float64(time.Millisecond))
}

// mood draws the result of a call that begins now.
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
	// Each call has its part of the time and may come at its beginning or end, so a time that begins within a part may have one call
	// more.
	if r := s.limits.Rate; r.Calls > 0 && len(s.starts) > r.Calls+1 && now.Sub(s.starts[len(s.starts)-r.Calls-2]) < r.Per {
		s.t.Errorf("%s is called more than %d times in %v", s.name, r.Calls+1, r.Per)
	}
	if now.After(s.parked.since) && now.Before(s.parked.until) {
		s.t.Errorf("%s is asked at %v although it is parked until %v", s.name, now.Sub(s.began), s.parked.until.Sub(s.began))
	}
	return s.mood()
}

// leave updates the bill, and parks the seller after a failure that an operator must resolve.
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

// parks reports whether an operator must resolve a failure.
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
	// attempts counts those under way, also those that a call did not wait for.
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

// answered is the verdict of a call, with the vendors' results by the number of the attempt.
type answered struct {
	*route.Verdict
	told map[int]route.Result
}

// ask makes one call. The results of attempts that it did not wait for are present after these have ended.
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
