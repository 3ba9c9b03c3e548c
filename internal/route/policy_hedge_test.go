package route_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// tail is a vendor's latency: lognormal around 300 ms, and for a share of the calls around 3 s.
type tail struct {
	name  string
	sigma float64
	slow  float64
}

func (d tail) draw(r *rand.Rand) time.Duration {
	middle := 300.0
	if r.Float64() < d.slow {
		middle = 3000
	}
	return time.Duration(middle * math.Exp(d.sigma*r.NormFloat64()) * float64(time.Millisecond))
}

// hedged sums up many calls with one tail.
type hedged struct {
	p50, p95, p99 time.Duration
	extra         float64 // asked of the second vendor, as a share of the calls
}

const (
	hedgedCalls = 5000
	hedgedSeeds = 2
)

// runTail makes calls of one route over two vendors with the same tail and price, one beginning every half second on average.
func runTail(t *testing.T, d tail, r route.Route) (h hedged) {
	t.Helper()
	var took []time.Duration
	attempts := 0
	for seed := range uint64(hedgedSeeds) {
		synctest.Test(t, func(t *testing.T) {
			random, price := rand.New(rand.NewPCG(seed, 7)), money.Amount(50_000)
			tariff, err := money.NewTariff(money.TariffConfig{PerCall: &price})
			if err != nil {
				t.Fatal(err)
			}
			r.Providers = []string{"a", "b"}
			w := newWorld(t, map[string]*vendor{"a": {}, "b": {}}, r, func(c *route.Config) {
				for name, a := range c.Accounts {
					a.Tariff = tariff
					c.Accounts[name] = a
				}
			})
			var mu sync.Mutex
			var calls, ends sync.WaitGroup
			for range hedgedCalls {
				latencies := [2]time.Duration{d.draw(random), d.draw(random)}
				calls.Go(func() {
					began := time.Now()
					w.call(func(c *route.Call) {
						c.Go = ends.Go
						c.Attempt = func(ctx context.Context, a route.Attempt) route.Result {
							mu.Lock()
							attempts++
							mu.Unlock()
							return (&vendor{takes: latencies[a.Number], answers: []route.Result{card("样本")}}).answer(ctx)
						}
					})
					mu.Lock()
					defer mu.Unlock()
					took = append(took, time.Since(began))
				})
				time.Sleep(time.Duration(random.ExpFloat64() * float64(time.Second/2)))
			}
			calls.Wait()
			ends.Wait()
		})
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)))].Round(10 * time.Millisecond) }
	return hedged{at(0.5), at(0.95), at(0.99), float64(attempts)/float64(len(took)) - 1}
}

func TestHedgeHalvesTheTail(t *testing.T) {
	t.Parallel()
	byItself := route.Route{Policy: route.Hedge}
	after600 := route.Route{Policy: route.Hedge, Hedge: route.HedgeRule{After: 600 * time.Millisecond}}
	var table strings.Builder
	table.WriteString("| calls around 3 s, the others around 300 ms | | half within | 95 in 100 | 99 in 100 | extra cost |\n|---|---|--:|--:|--:|--:|\n")
	for _, c := range []struct {
		tail
		halved map[string]bool
	}{
		{tail{"2 in 100", 0.2, 0.02}, map[string]bool{"hedge": true, "hedge after 600 ms": true}},
		{tail{"3 in 100, all spread wider", 0.6, 0.03}, map[string]bool{"hedge": true, "hedge after 600 ms": true}},
		// The 95th percentile of such a vendor is sometimes 3 s itself.
		{tail{"5 in 100", 0.2, 0.05}, map[string]bool{"hedge after 600 ms": true}},
		// All calls have the same distribution, so the second one is as likely to be slow.
		{tail{"none, but a wide spread", 1, 0}, nil},
	} {
		alone := runTail(t, c.tail, route.Route{})
		for _, r := range []struct {
			name string
			hedged
		}{{"failover", alone}, {"hedge", runTail(t, c.tail, byItself)}, {"hedge after 600 ms", runTail(t, c.tail, after600)}} {
			fmt.Fprintf(&table, "| %s | %s | %v | %v | %v | %.1f %% |\n", c.name, r.name, r.p50, r.p95, r.p99, 100*r.extra)
			if c.halved[r.name] && r.p99 > alone.p99/2 {
				t.Errorf("%s, %s: 99 in 100 within %v, without hedging %v: not halved", c.name, r.name, r.p99, alone.p99)
			}
			if r.extra > 0.1+1e-9 {
				t.Errorf("%s, %s: costs %.3f more, and the cap is 0.1", c.name, r.name, r.extra)
			}
		}
	}
	keepTable(t, "hedging", table.String())
}
