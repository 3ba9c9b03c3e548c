package route_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/route"
)

func TestHedge(t *testing.T) {
	t.Parallel()
	t.Run("the next one is asked when the first is late, and the first answer counts", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := &vendor{takes: 2 * time.Second, answers: []route.Result{card("A")}}, &vendor{takes: 300 * time.Millisecond, answers: []route.Result{card("B")}}
			w := newWorld(t, map[string]*vendor{"a": a, "b": b}, route.Route{Policy: route.Hedge, Providers: []string{"a", "b"}, Hedge: route.HedgeRule{After: 500 * time.Millisecond}}, nil)
			began := time.Now()
			v := w.call(nil)
			if took := time.Since(began); took != 800*time.Millisecond {
				t.Errorf("it took %v, want 500 ms and then 300 ms", took)
			}
			want := "a stopped: route.stopped_by_winner(provider=b reason=route.first(route=default))\nb recognized: route.hedge(after=500 ms provider=a)\n"
			if diff := cmp.Diff(want, story(v)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if v.Attempts[0].Result.Billed != abi.BilledUnknown {
				t.Error("the bill of the one that was not waited for is not unknown")
			}
			time.Sleep(time.Minute) // it goes on to its end
		})
	})
	t.Run("late means later than 95 percent of its calls, once there are enough", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := &vendor{takes: 100 * time.Millisecond, answers: []route.Result{card("A")}}, &vendor{takes: 10 * time.Millisecond, answers: []route.Result{card("B")}}
			w := newWorld(t, map[string]*vendor{"a": a, "b": b}, route.Route{Policy: route.Hedge, Providers: []string{"a", "b"}}, nil)
			for range 30 {
				w.call(nil)
			}
			a.takes = time.Minute / 2
			began := time.Now()
			if v := w.call(nil); v.Attempts[v.Winner].Provider != "b" {
				t.Errorf("it was not hedged: %s", story(v))
			}
			if took := time.Since(began); took < 100*time.Millisecond || took > 200*time.Millisecond {
				t.Errorf("the hedge came after %v", took)
			}
			time.Sleep(time.Minute)
		})
	})
	t.Run("a caller that gives up ends every attempt", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a := &vendor{takes: 50 * time.Second, answers: []route.Result{card("A")}}
			w := newWorld(t, map[string]*vendor{"a": a}, route.Route{Policy: route.Hedge, Providers: []string{"a"}}, nil)
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second, cancel)
			ended := make(chan struct{})
			v := w.Run(ctx, &route.Call{Route: "default", Needs: route.Needs{Document: "cn.idcard"}, Deadline: time.Now().Add(time.Minute), Attempt: func(ctx context.Context, t route.Attempt) route.Result {
				defer close(ended)
				if f := t.Ready(ctx); f != nil {
					return route.Result{Failure: f, Billed: abi.BilledNo}
				}
				return a.answer(ctx)
			}})
			<-ended
			if v.Refused == nil || v.Refused.Fault != abi.FaultCaller {
				t.Errorf("the verdict is %s", story(v))
			}
		})
	})
}

func TestCascade(t *testing.T) {
	t.Parallel()
	unsure := 0.4
	doubtful := route.Result{Billed: abi.BilledYes, Reading: &route.Reading{Fields: map[string]route.Field{"name": {Value: "A", Confidence: &unsure}, "address": {Value: "B"}}}}
	wrong := reads(map[string]string{"name": "A"})
	wrong.Reading.FailedChecks = []string{"id_number_checksum"}
	good := reads(map[string]string{"name": "A", "address": "B"})
	for name, c := range map[string]struct {
		first, second route.Result
		rule          route.AcceptRule
		want          string
	}{
		"a good reading ends it":                   {good, good, route.AcceptRule{Fields: []string{"name"}}, "a recognized: route.first(route=default)\n"},
		"a missing field goes on":                  {card("A"), good, route.AcceptRule{Fields: []string{"name", "address"}}, "a recognized: route.first(route=default)\nb recognized: route.next_after_reading(lacks=route.fields_missing(fields=address) provider=a)\n"},
		"a failed check goes on":                   {wrong, good, route.AcceptRule{}, "a recognized: route.first(route=default)\nb recognized: route.next_after_reading(lacks=route.checks_failed(checks=id_number_checksum) provider=a)\n"},
		"unless checks are ignored":                {wrong, good, route.AcceptRule{IgnoreChecks: true}, "a recognized: route.first(route=default)\n"},
		"doubt goes on":                            {doubtful, good, route.AcceptRule{MinConfidence: 0.9}, "a recognized: route.first(route=default)\nb recognized: route.next_after_reading(lacks=route.field_unsure(field=name percent=40 want=90) provider=a)\n"},
		"when none is good enough the best counts": {doubtful, wrong, route.AcceptRule{Fields: []string{"name", "address"}, MinConfidence: 0.9}, "a recognized: route.best_of_poor(reason=route.first(route=default))\nb recognized: route.next_after_reading(lacks=route.field_unsure(field=name percent=40 want=90) provider=a)\n"},
		"also when the others fail":                {wrong, busy, route.AcceptRule{}, "a recognized: route.best_of_poor(reason=route.first(route=default))\nb failed: route.next_after_reading(lacks=route.checks_failed(checks=id_number_checksum) provider=a)\nb failed: route.retry(number=1 provider=b why=route.failed_with(kind=unavailable))\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, map[string]*vendor{"a": {answers: []route.Result{c.first}}, "b": {answers: []route.Result{c.second}}}, route.Route{Policy: route.Cascade, Providers: []string{"a", "b"}, Accept: c.rule}, nil)
				v := w.call(nil)
				if diff := cmp.Diff(c.want, story(v)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if v.Winner < 0 {
					t.Error("no reading won, though there was one")
				}
			})
		})
	}
}

func TestConsensus(t *testing.T) {
	t.Parallel()
	proved := func(number string) route.Result {
		o := reads(map[string]string{"id_number": number})
		o.Reading.Fields["id_number"] = route.Field{Value: number, Proved: true}
		return o
	}
	number := func(n string) route.Result { return reads(map[string]string{"id_number": n}) }
	for name, c := range map[string]struct {
		answers  []route.Result
		asked    int
		elected  int
		against  []int
		disputed bool
	}{
		"two that agree are enough":              {[]route.Result{number("1"), number("1"), number("2")}, 2, 0, nil, false},
		"two that differ are settled by a third": {[]route.Result{number("1"), number("2"), number("2")}, 3, 1, []int{0}, false},
		"a tie is broken by the checksum":        {[]route.Result{number("1"), proved("2"), number("3")}, 3, 1, []int{0, 2}, true},
		"a failure is made up for by another":    {[]route.Result{busy, number("2"), number("2")}, 3, 1, nil, false},
		"one voice alone is disputed":            {[]route.Result{broke, number("2"), broke}, 3, 1, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				vendors := map[string]*vendor{}
				var names []string
				for i, o := range c.answers {
					n := string(rune('a' + i))
					names = append(names, n)
					vendors[n] = &vendor{takes: time.Duration(i+1) * time.Second, answers: []route.Result{o}}
				}
				w := newWorld(t, vendors, route.Route{Policy: route.Consensus, Providers: names, Retries: -1}, nil)
				v := w.call(nil)
				if len(v.Attempts) != c.asked || v.Vote == nil {
					t.Fatalf("%d were asked, want %d:\n%s", len(v.Attempts), c.asked, story(v))
				}
				e := v.Vote.Fields["id_number"]
				if e.By != c.elected || !slices.Equal(e.Against, c.against) || e.Disputed != c.disputed {
					t.Errorf("elected %+v\n%s", e, story(v))
				}
			})
		})
	}
	t.Run("with nobody left it fails with the last failure", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, map[string]*vendor{"a": {answers: []route.Result{broke}}, "b": {answers: []route.Result{noCard}, takes: time.Second}}, route.Route{Policy: route.Consensus, Providers: []string{"a", "b"}}, nil)
			if v := w.call(nil); v.Failure < 0 || !strings.Contains(story(v), "b failed") {
				t.Errorf("%+v\n%s", v, story(v))
			}
		})
	})
}
