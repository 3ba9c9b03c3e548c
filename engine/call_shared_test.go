package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// gated opens an engine with one provider, whose vendor holds its answers back.
func gated(t *testing.T, calls int) (*bench, *till, *gate) {
	t.Helper()
	g := newGate(calls)
	x := opens(t, specimen(rightNumber), map[string]any{"signals": map[string]string{"copy": "c"}, "portrait": "1 1 2 1 2 2", "rotation": 90, "confidence": 0.5})
	x.hold = g.hold
	return open(t, func(c *engine.Config) { c.Providers = map[string]engine.ProviderConfig{"actor": priced(x, 10_000)} }), x, g
}

// join begins a call that is to join another one, and returns when it has.
func join(ctx context.Context, e *bench, request engine.Request) (answer chan joined) {
	answer = make(chan joined, 1)
	before := e.Waiting()
	go func() {
		r, err := e.Recognize(ctx, request)
		answer <- joined{r, err}
	}()
	e.AwaitWaiting(before + 1)
	return answer
}

type joined struct {
	r   *engine.Recognition
	err error
}

func TestRecognizeMakesOneCallOfEqualOnes(t *testing.T) {
	t.Parallel()
	const calls = 50
	e, x, g := gated(t, calls)
	request := act(t, "read")
	var answers []chan joined
	for range calls {
		answers = append(answers, join(t.Context(), e, request))
	}
	close(g.opened)
	paid := 0
	var results []*engine.Recognition
	for _, answer := range answers {
		a := <-answer
		if a.err != nil {
			t.Fatal(a.err)
		}
		switch got := trail(a.r.Attempts)[0]; got {
		case "actor recognized, billed yes, 0.01 CNY by price per call: first in route default":
			paid++
		case "actor recognized, billed no: shared with an equal call that was under way: first in route default":
		default:
			t.Error(got)
		}
		results = append(results, a.r)
	}
	if paid != 1 || x.bills.Load() != 1 {
		t.Errorf("%d callers paid for %d calls of the vendor", paid, x.bills.Load())
	}
	want := results[calls-1]
	for _, r := range results[:calls-1] { // a caller may do what it wants with its own
		if diff := cmp.Diff(want.Fields, r.Fields); diff != "" {
			t.Fatalf("fields (-want +got):\n%s", diff)
		}
		scribble(r)
	}
	if f := want.Fields["name"]; f.Value != "样本人" || *f.Confidence != 0.5 || *want.Rotation != 90 || want.Portrait.Polygon[0] != [2]float64{1, 1} || want.Signals["copy"].VendorCode != "c" {
		t.Errorf("others have changed the result: %+v", want)
	}
}

// scribble changes everything in a result that can be changed.
func scribble(r *engine.Recognition) {
	for name, f := range r.Fields {
		*f.Confidence, f.Value = 0, "changed"
		r.Fields[name] = f
	}
	*r.Rotation, r.Portrait.Polygon[0][0], r.Attempts[0].Provider = 0, -1, "changed"
	r.Signals["copy"], r.Checks["expired"] = engine.Signal{}, abi.CheckState(99)
}

func TestRecognizeKeepsDifferentCallsApart(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *engine.Request){
		"another tenant": func(_ *testing.T, r *engine.Request) { r.Tenant = "other" },
		"another option": func(_ *testing.T, r *engine.Request) {
			r.Options = map[string]any{"act": "read", "deep": []any{1, "x"}}
		},
		"another picture": func(t *testing.T, r *engine.Request) { r.Picture = engine.Bytes(jpegOf(t, 61, 40)) },
		"another need":    func(_ *testing.T, r *engine.Request) { r.Fields = []string{"name"} },
		"another side":    func(_ *testing.T, r *engine.Request) { r.Side = engine.Front },
		"another way":     func(_ *testing.T, r *engine.Request) { r.Provider = "actor" },
	} {
		t.Run(name, func(t *testing.T) {
			e, x, g := gated(t, 2)
			one, other := act(t, "read"), act(t, "read")
			change(t, &other)
			answers := []chan joined{join(t.Context(), e, one), join(t.Context(), e, other)}
			<-g.arrived
			<-g.arrived
			close(g.opened)
			for _, answer := range answers {
				if a := <-answer; a.err != nil || a.r.Attempts[0].Billed != abi.BilledYes {
					t.Errorf("%+v, %v", a.r, a.err)
				}
			}
			if x.bills.Load() != 2 {
				t.Errorf("the vendor was called %d times", x.bills.Load())
			}
		})
	}
}

func TestRecognizeGoesOnWhileACallerOfASharedCallWaits(t *testing.T) {
	t.Parallel()
	e, x, g := gated(t, 1)
	picture, options := jpegOf(t, 60, 40), map[string]any{"act": "read"}
	first, giveUp := context.WithCancel(t.Context())
	leader := join(first, e, engine.Request{Picture: engine.Bytes(picture), Options: options})
	<-g.arrived
	follower := join(t.Context(), e, act(t, "read"))
	giveUp()
	a := <-leader
	if got := verdict(failure(t, a.r, a.err).Failure); got != "timeout, billed no, fault caller" || !errors.Is(a.err, context.Canceled) {
		t.Errorf("the one that gave up got %s", got)
	}
	clear(picture) // what it gave is its own again
	clear(options)
	late := join(t.Context(), e, act(t, "read"))
	close(g.opened)
	for _, answer := range []chan joined{follower, late} {
		if a := <-answer; a.err != nil || a.r.Fields["name"].Value != "样本人" {
			t.Errorf("%+v, %v", a.r, a.err)
		}
	}
	if x.bills.Load() != 1 {
		t.Errorf("the vendor was called %d times", x.bills.Load())
	}
}

func TestRecognizeCancelsACallThatAllCallersLeft(t *testing.T) {
	t.Parallel()
	e, x, g := gated(t, 1)
	first, leave := context.WithCancel(t.Context())
	second, leaveToo := context.WithCancel(t.Context())
	leader := join(first, e, act(t, "read"))
	<-g.arrived
	follower := join(second, e, act(t, "read"))
	leave()
	<-leader
	select {
	case <-g.left:
		t.Error("the vendor's call ended while somebody waited")
	default:
	}
	leaveToo()
	a := <-follower
	failure(t, a.r, a.err)
	<-g.left
	if x.bills.Load() != 1 {
		t.Errorf("the vendor was called %d times", x.bills.Load())
	}
}

func TestRecognizeSaysWhatACanceledCallMayHaveBilled(t *testing.T) {
	t.Parallel()
	e, _, g := gated(t, 1)
	ctx, giveUp := context.WithCancel(t.Context())
	answer := join(ctx, e, act(t, "read"))
	<-g.arrived
	giveUp()
	a := <-answer
	f := failure(t, a.r, a.err)
	want := []string{"actor failed, billed unknown, 0.01 CNY by price per call: first in route default"}
	if diff := cmp.Diff(want, trail(f.Attempts)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestRecognizeBeginsAnewWhenASharedCallRunsOutOfTime(t *testing.T) {
	t.Parallel()
	e, x, g := gated(t, 2)
	short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	leader := join(short, e, act(t, "read"))
	<-g.arrived
	follower := join(t.Context(), e, act(t, "read"))
	a := <-leader
	failure(t, a.r, a.err)
	<-g.arrived // the second call
	close(g.opened)
	if a := <-follower; a.err != nil || a.r.Attempts[0].Billed != abi.BilledYes || a.r.Attempts[0].Reason.Code() == message.SharedAnswer {
		t.Errorf("%+v, %v", a.r, a.err)
	}
	if x.bills.Load() != 2 {
		t.Errorf("the vendor was called %d times", x.bills.Load())
	}
}

func TestRecognizeSharesFailures(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	x := tillOf(t, `{"kind": "no_document"}`)
	x.hold = g.hold
	e := open(t, func(c *engine.Config) { c.Providers = map[string]engine.ProviderConfig{"actor": priced(x, 10_000)} })
	leader := join(t.Context(), e, act(t, "read"))
	follower := join(t.Context(), e, act(t, "read"))
	close(g.opened)
	one, other := <-leader, <-follower
	f := failure(t, one.r, one.err)
	shared := failure(t, other.r, other.err)
	if f == shared || f.Attempts[0].Failure == shared.Attempts[0].Failure || x.bills.Load() != 1 {
		t.Errorf("%+v and %+v after %d calls", f, shared, x.bills.Load())
	}
	if diff := cmp.Diff(f.Failure, shared.Failure); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}
