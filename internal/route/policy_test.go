package route_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/route"
)

func TestFailureDecidesTheNextStep(t *testing.T) {
	t.Parallel()
	one := func(o ...route.Result) *vendor { return &vendor{takes: 100 * time.Millisecond, answers: o} }
	for name, c := range map[string]struct {
		a, b  *vendor
		route route.Route
		want  string
	}{
		"a failure that another may mend goes to the next": {a: one(noCard), b: one(card("B")), want: `
a failed: route.first(route=default)
b recognized: route.next_after_failure(kind=no_document provider=a)
`},
		"the caller's fault ends the call": {a: one(misused), b: one(card("B")), want: `
a failed: route.first(route=default)
`},
		"a busy vendor is left for the next, and asked again only after all others": {a: one(busy, card("A")), b: one(noCard), want: `
a failed: route.first(route=default)
b failed: route.next_after_failure(kind=unavailable provider=a)
a recognized: route.retry(number=1 provider=a why=route.failed_with(kind=unavailable))
`},
		"retries can be forbidden": {a: one(busy, card("A")), b: one(noCard), route: route.Route{Retries: -1}, want: `
a failed: route.first(route=default)
b failed: route.next_after_failure(kind=unavailable provider=a)
`},
		"what may have been billed is not repeated with the same provider": {a: one(unclear, card("A")), b: one(noCard), want: `
a failed: route.first(route=default)
b failed: route.next_after_failure(kind=outcome_unknown provider=a)
`},
		"unless the route allows it": {a: one(unclear, card("A")), b: one(noCard), route: route.Route{RepeatBilled: true}, want: `
a failed: route.first(route=default)
b failed: route.next_after_failure(kind=outcome_unknown provider=a)
a recognized: route.retry(number=1 provider=a why=route.failed_with(kind=outcome_unknown))
`},
		"a rate limit moves on": {a: one(limited(10*time.Second), card("A")), b: one(card("B")), want: `
a failed: route.first(route=default)
b recognized: route.next_after_failure(kind=rate_limited provider=a)
`},
		"and waits as long as the vendor asked when there is nobody else": {a: one(limited(10*time.Second), card("A")), b: one(noCard), want: `
a failed: route.first(route=default)
b failed: route.next_after_failure(kind=rate_limited provider=a)
a recognized: route.retry(number=1 provider=a why=route.failed_with(kind=rate_limited))
`},
		"but not past the end of the call": {a: one(limited(time.Hour), card("A")), b: one(noCard), want: `
a failed: route.first(route=default)
b failed: route.next_after_failure(kind=rate_limited provider=a)
a skipped: route.free_too_late(until=2000-01-01 01:00:00 +00:00)
`},
		"a vendor that hangs has its share of the time, and the next one the rest": {a: &vendor{takes: time.Hour, answers: []route.Result{card("A")}}, b: one(card("B")), want: `
a failed: route.first(route=default)
b recognized: route.next_after_failure(kind=timeout provider=a)
`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.route.Providers = []string{"a", "b"}
				w := newWorld(t, map[string]*vendor{"a": c.a, "b": c.b}, c.route, nil)
				v := w.call(nil)
				if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), story(v)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

func TestFailureOfTheOperatorParksTheAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &vendor{answers: []route.Result{broke, broke, card("A")}}
		w := newWorld(t, map[string]*vendor{"a": a, "b": {answers: []route.Result{card("B")}}}, route.Route{Providers: []string{"a", "b"}}, nil)
		w.call(nil)
		v := w.call(nil)
		if got, want := story(v), "a skipped: route.parked(after=route.parked_after(kind=quota_exhausted) reason=route.parked_reason(reason=in its words) until=route.parked_until(until=2000-01-01 00:01:00 +00:00))\nb recognized: route.next_after_skipped(provider=a)\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		_, ranking, _ := w.Explain("default", route.Needs{})
		if last := ranking[1]; last.Provider != "a" || last.Ready || last.Why.Code() != message.ProviderParked || last.Until.IsZero() ||
			last.Parked == nil || last.Parked.Kind != abi.FailureKindQuotaExhausted || ranking[0].Parked != nil {
			t.Errorf("the ranking does not tell of the parking: %+v", last)
		}
		time.Sleep(time.Minute)
		w.call(nil) // the second time, it is parked for twice as long
		time.Sleep(time.Minute + time.Second)
		if w.call(nil); a.calls != 2 {
			t.Errorf("the account was asked %d times, want 2: its second parking lasts two minutes", a.calls)
		}
		time.Sleep(time.Minute)
		if v := w.call(nil); v.Attempts[0].Outcome != route.Recognized {
			t.Errorf("the account does not come back: %s", story(v))
		}
		if !w.Park("a", route.Parked{Since: time.Now(), Reason: message.Text("on holiday")}) {
			t.Fatal("there is no account a")
		}
		time.Sleep(1000 * time.Hour)
		if v := w.call(nil); !strings.Contains(story(v), "a skipped: route.parked(after= reason=route.parked_reason(reason=on holiday) until=)") {
			t.Errorf("an operator's parking ended by itself: %s", story(v))
		}
		w.Unpark("a")
		if v := w.call(nil); v.Attempts[0].Outcome != route.Recognized {
			t.Errorf("unparked, it is not asked: %s", story(v))
		}
	})
}

func TestBreakerOpensAndReturnsGradually(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &vendor{answers: []route.Result{broken}}
		w := newWorld(t, map[string]*vendor{"a": a, "b": {answers: []route.Result{card("B")}}}, route.Route{Providers: []string{"a", "b"}}, nil)
		for range 10 {
			w.call(nil)
		}
		if v := w.call(nil); !strings.Contains(story(v), "a skipped: route.breaker_open(until=2000-01-01 00:00:15 +00:00)") {
			t.Fatalf("after ten failures: %s", story(v))
		}
		time.Sleep(15 * time.Second)
		if w.call(nil); a.calls != 11 {
			t.Fatalf("one probe is let through after the time, not %d", a.calls-10)
		}
		a.answers = []route.Result{card("A")}
		time.Sleep(16 * time.Second)
		for range 3 {
			w.call(nil)
		}
		share := func() (n int) {
			for range 200 {
				if w.call(nil).Attempts[0].Outcome == route.Recognized {
					n++
				}
			}
			return n
		}
		time.Sleep(3 * time.Second)
		early := share()
		time.Sleep(7 * time.Second)
		late := share()
		time.Sleep(10 * time.Second)
		if all := share(); early == 0 || early >= late || late >= all || all != 200 {
			t.Errorf("of 200 calls it gets %d, then %d, then %d: not a growing share up to all", early, late, all)
		}
	})
}

func TestAccountLimits(t *testing.T) {
	t.Parallel()
	t.Run("calls beyond the rate go to the next, or wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a := &vendor{answers: []route.Result{card("A")}}
			limit := func(c *route.Config) {
				account := c.Accounts["a"]
				account.Limits.Rate = route.Rate{Calls: 2, Per: time.Second}
				c.Accounts["a"] = account
			}
			w := newWorld(t, map[string]*vendor{"a": a, "b": {answers: []route.Result{card("B")}}}, route.Route{Providers: []string{"a", "b"}}, limit)
			w.call(nil)
			if v := w.call(nil); !strings.Contains(story(v), "b recognized: route.next_since(provider=a why=route.rate_limit)") {
				t.Errorf("beyond the rate: %s", story(v))
			}
			began := time.Now()
			for range 10 {
				w.call(func(c *route.Call) { c.Provider = "a" })
			}
			if took := time.Since(began); took < 4500*time.Millisecond || took > 5*time.Second || a.calls != 11 {
				t.Errorf("ten calls at two a second took %v, %d were made", took, a.calls)
			}
		})
	})
	t.Run("calls beyond the concurrency wait for one to end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a := &vendor{takes: time.Second, answers: []route.Result{card("A")}}
			w := newWorld(t, map[string]*vendor{"a": a}, route.Route{Providers: []string{"a"}}, func(c *route.Config) {
				account := c.Accounts["a"]
				account.Limits.Concurrency = 3
				c.Accounts["a"] = account
			})
			began := time.Now()
			done := make(chan *route.Verdict)
			for range 9 {
				go func() { done <- w.call(nil) }()
			}
			for range 9 {
				if v := <-done; v.Winner < 0 {
					t.Errorf("a call was lost: %s", story(v))
				}
			}
			if took := time.Since(began); took != 3*time.Second {
				t.Errorf("nine calls of a second, three at once, took %v", took)
			}
		})
	})
}

func TestPolicyRanking(t *testing.T) {
	t.Parallel()
	t.Run("the fastest is asked first, and a slow one gets another chance after a while", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := &vendor{takes: time.Second, answers: []route.Result{card("A")}}, &vendor{takes: 300 * time.Millisecond, answers: []route.Result{card("B")}}
			w := newWorld(t, map[string]*vendor{"a": a, "b": b}, route.Route{Policy: route.Fastest, Providers: []string{"a", "b"}}, nil)
			for range 20 {
				w.call(nil)
			}
			if a.calls != 1 || b.calls != 19 {
				t.Errorf("a second against 300 ms: asked %d and %d times", a.calls, b.calls)
			}
			for range 60 {
				time.Sleep(time.Minute)
				w.call(nil)
			}
			if a.calls < 2 || a.calls > 10 {
				t.Errorf("in an hour the slow one was asked %d times more", a.calls-1)
			}
		})
	})
	t.Run("a weighted route divides the calls by weight", func(t *testing.T) {
		a, b, c := &vendor{answers: []route.Result{card("A")}}, &vendor{answers: []route.Result{card("B")}}, &vendor{answers: []route.Result{card("C")}}
		w := newWorld(t, map[string]*vendor{"a": a, "b": b, "c": c}, route.Route{Policy: route.Weighted, Providers: []string{"a", "b", "c"}, Weights: map[string]int{"a": 3, "b": 1, "c": 0}}, nil)
		for range 4000 {
			w.call(nil)
		}
		if a.calls < 2900 || a.calls > 3100 || c.calls > 0 {
			t.Errorf("with weights 3, 1 and 0 the calls are %d, %d and %d", a.calls, b.calls, c.calls)
		}
	})
}

func TestNeeds(t *testing.T) {
	t.Parallel()
	back := traits()
	back.Documents[0].Sides = []abi.Side{abi.SideBack}
	back.Labels = []string{"residency:cn"}
	for name, c := range map[string]struct {
		needs route.Needs
		want  string
	}{
		"one that cannot is passed over": {route.Needs{Document: "cn.idcard", Side: abi.SideBack}, "a skipped: route.lacks_side(side=back)\nb recognized: route.next_after_skipped(provider=a)\n"},
		"what nobody has is named":       {route.Needs{Document: "cn.idcard", Signals: []string{"screen"}}, "a skipped: route.lacks_signal(signal=screen)\nb skipped: route.lacks_signal(signal=screen)\nrefused with invalid_request: route.nobody_can_serve(why=route.nobody_meets(need=route.needs_signal(signal=screen)))\n"},
		"needs that nobody has together": {route.Needs{Document: "cn.idcard", Side: abi.SideFront, Labels: []string{"residency:cn"}}, "a skipped: route.lacks_label(label=residency:cn)\nb skipped: route.lacks_side(side=front)\nrefused with invalid_request: route.nobody_can_serve(why=route.nobody_meets_all(needs=route.needs_document(document=cn.idcard); route.needs_side(side=front); route.needs_label(label=residency:cn)))\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, map[string]*vendor{"a": {answers: []route.Result{card("A")}}, "b": {answers: []route.Result{card("B")}}}, route.Route{Providers: []string{"a", "b"}}, func(cfg *route.Config) {
				cfg.Accounts["b"] = route.Account{Traits: back}
			})
			if diff := cmp.Diff(c.want, story(w.call(func(call *route.Call) { call.Needs = c.needs }))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
