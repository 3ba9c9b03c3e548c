package route_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/message/messagetest"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

func TestParkedAndCallsUnderWay(t *testing.T) {
	t.Parallel()
	parkedUntil := func(w *world) string {
		for _, r := range w.Status() {
			if r.Provider == "a" {
				return messagetest.Code(r.Why)
			}
		}
		return ""
	}
	t.Run("what an operator has parked stays parked, however calls end that were under way", func(t *testing.T) {
		for name, o := range map[string]route.Result{"with a reading": card("A"), "with the quota used up": broke} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, map[string]*vendor{"a": {takes: time.Second, answers: []route.Result{o}}}, route.Route{Providers: []string{"a"}}, nil)
					time.AfterFunc(time.Second/2, func() { w.Park("a", route.Parked{Since: time.Now(), Reason: message.Text("on holiday")}) })
					w.call(nil)
					time.Sleep(time.Hour)
					if got := parkedUntil(w); got != "route.parked(after= reason=route.parked_reason(reason=on holiday) until=)" {
						t.Errorf("afterwards it %q", got)
					}
				})
			})
		}
	})
	t.Run("ten calls that meet the end of the quota together park for as long as one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, map[string]*vendor{"a": {takes: time.Second, answers: []route.Result{broke}}}, route.Route{Providers: []string{"a"}}, nil)
			var calls sync.WaitGroup
			for range 10 {
				calls.Go(func() { w.call(nil) })
			}
			calls.Wait()
			if got := parkedUntil(w); !strings.Contains(got, "until=2000-01-01 00:01:01 +00:00") {
				t.Errorf("it %s", got)
			}
		})
	})
	t.Run("what may be retried needs nobody to mend it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			nonceUsed := fails(abi.FailureKindUnauthenticated, abi.FaultOperator, abi.BilledNo, "retryable fail_over")
			w := newWorld(t, map[string]*vendor{"a": {answers: []route.Result{nonceUsed, card("A")}}}, route.Route{Providers: []string{"a"}}, nil)
			if v := w.call(nil); v.Winner != 1 {
				t.Errorf("it is not retried:\n%s", story(v))
			}
		})
	})
	t.Run("a call that waits for its turn does not take it when the account is parked meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a := &vendor{takes: time.Second, answers: []route.Result{broke}}
			w := newWorld(t, map[string]*vendor{"a": a}, route.Route{Providers: []string{"a"}}, func(c *route.Config) {
				account := c.Accounts["a"]
				account.Limits.Concurrency = 1
				c.Accounts["a"] = account
			})
			go w.call(nil)
			synctest.Wait()
			if v := w.call(nil); a.calls != 1 {
				t.Errorf("it was asked %d times\n%s", a.calls, story(v))
			}
		})
	})
}

func TestFailureThatIsFinalStopsRetriesOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &vendor{takes: 2 * time.Second, answers: []route.Result{busy}}
		w := newWorld(t, map[string]*vendor{"a": {takes: time.Second, answers: []route.Result{misused}}, "b": b}, route.Route{Policy: route.Consensus, Providers: []string{"a", "b"}}, nil)
		if v := w.call(nil); b.calls != 1 {
			t.Errorf("b was asked %d times:\n%s", b.calls, story(v))
		}
	})
}

func TestHedgeThatIsTooDearLeavesTheProviderForFailover(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		price := money.Amount(50_000)
		w := newWorld(t, map[string]*vendor{"a": {takes: 2 * time.Second, answers: []route.Result{busy}}, "b": {answers: []route.Result{card("B")}}},
			route.Route{Policy: route.Hedge, Providers: []string{"a", "b"}, Retries: -1, Hedge: route.HedgeRule{After: time.Second, MaxExtra: 0.01}}, func(c *route.Config) {
				tariff, err := money.NewTariff(money.TariffConfig{PerCall: &price})
				if err != nil {
					t.Fatal(err)
				}
				for name, a := range c.Accounts {
					a.Tariff = tariff
					c.Accounts[name] = a
				}
			})
		began := time.Now()
		v := w.call(nil)
		if v.Winner != 1 || time.Since(began) != 2*time.Second {
			t.Errorf("after %v:\n%s", time.Since(began), story(v))
		}
	})
}

func TestRouterWritesTimesInItsZone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, map[string]*vendor{"a": {answers: []route.Result{broke}}}, route.Route{Providers: []string{"a"}}, func(c *route.Config) {
			c.Zone = time.FixedZone("", 8*60*60)
		})
		w.call(nil)
		until, _ := w.Status()[0].Why.Param("until").(message.Message)
		if got, want := messagetest.Code(until), "route.parked_until(until=2000-01-01 08:01:00 +08:00)"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if v := w.call(nil); v.Attempts[0].Reason.String() != w.Status()[0].Why.String() {
			t.Errorf("a call says %q, the status %q", v.Attempts[0].Reason, w.Status()[0].Why)
		}
	})
}
