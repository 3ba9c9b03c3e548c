package route_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/message/messagetest"
	"github.com/ocrmux/ocrmux/internal/route"
)

// vendor is a scripted vendor. It gives its answers in order and repeats the last one.
type vendor struct {
	takes   time.Duration
	answers []route.Result

	mu    sync.Mutex
	calls int
}

func (v *vendor) answer(ctx context.Context) route.Result {
	v.mu.Lock()
	o := v.answers[min(v.calls, len(v.answers)-1)]
	v.calls++
	v.mu.Unlock()
	timer := time.NewTimer(v.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return o
	case <-ctx.Done():
		f := &route.Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultCaller, Ours: true}
		if context.Cause(ctx) == route.ErrShare {
			f = &route.Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultVendor, FailOver: true}
		}
		return route.Result{Failure: f, Billed: abi.BilledUnknown}
	}
}

// world is a router over scripted vendors.
type world struct {
	*route.Router
	t       testing.TB
	vendors map[string]*vendor
}

func newWorld(t testing.TB, vendors map[string]*vendor, r route.Route, change func(*route.Config)) *world {
	t.Helper()
	cfg := route.Config{
		Accounts: map[string]route.Account{}, Routes: map[string]route.Route{"default": r},
		Now: time.Now, Random: rand.NewPCG(1, 2), Logger: slog.New(slog.DiscardHandler), Owner: "test",
	}
	for name := range vendors {
		cfg.Accounts[name] = route.Account{Traits: traits()}
	}
	if change != nil {
		change(&cfg)
	}
	router, err := route.New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(router.Close)
	return &world{Router: router, t: t, vendors: vendors}
}

func traits() route.Traits {
	return route.Traits{Documents: []abi.DocumentSupport{{Document: "cn.idcard", Sides: []abi.Side{abi.SideFront}, Signals: []string{"copy"}, Extras: []string{"portrait"}}}}
}

func (w *world) call(change func(*route.Call)) *route.Verdict {
	c := &route.Call{
		Route: "default", Needs: route.Needs{Document: "cn.idcard"}, Deadline: time.Now().Add(time.Minute),
		Attempt: func(ctx context.Context, t route.Attempt) route.Result {
			if f := t.Ready(ctx); f != nil {
				return route.Result{Failure: f, Billed: abi.BilledNo}
			}
			return w.vendors[t.Provider].answer(ctx)
		},
	}
	if change != nil {
		change(c)
	}
	return w.Run(context.Background(), c)
}

// story returns a verdict as text: a line with the code of its reason for each provider that was considered.
func story(v *route.Verdict) string {
	var b strings.Builder
	for _, c := range v.Attempts {
		ended := map[route.Outcome]string{route.Skipped: "skipped", route.Recognized: "recognized", route.Failed: "failed", route.Stopped: "stopped"}[c.Outcome]
		fmt.Fprintf(&b, "%s %s: %s\n", c.Provider, ended, messagetest.Code(c.Reason))
	}
	if v.Refused != nil {
		fmt.Fprintf(&b, "refused with %s: %s\n", v.Refused.Kind, messagetest.Code(v.Refused.Message))
	}
	return b.String()
}

// card returns the reading of a card with a name.
func card(name string) route.Result {
	return route.Result{Billed: abi.BilledYes, Reading: &route.Reading{Fields: map[string]route.Field{"name": {Value: name}}}}
}

func reads(fields map[string]string) route.Result {
	r := &route.Reading{Fields: map[string]route.Field{}}
	for name, value := range fields {
		r.Fields[name] = route.Field{Value: value}
	}
	return route.Result{Billed: abi.BilledYes, Reading: r}
}

func fails(kind abi.FailureKind, fault abi.Fault, billed abi.Billed, words string) route.Result {
	return route.Result{Billed: billed, Failure: &route.Failure{
		Kind: kind, Fault: fault, Retryable: strings.Contains(words, "retryable"), FailOver: strings.Contains(words, "fail_over"), Message: message.Text("in its words"),
	}}
}

var (
	busy    = fails(abi.FailureKindUnavailable, abi.FaultVendor, abi.BilledNo, "retryable fail_over")
	broken  = fails(abi.FailureKindProviderError, abi.FaultVendor, abi.BilledUnknown, "fail_over")
	noCard  = fails(abi.FailureKindNoDocument, abi.FaultCaller, abi.BilledYes, "fail_over")
	misused = fails(abi.FailureKindInvalidRequest, abi.FaultCaller, abi.BilledNo, "")
	broke   = fails(abi.FailureKindQuotaExhausted, abi.FaultOperator, abi.BilledNo, "fail_over")
	unclear = fails(abi.FailureKindOutcomeUnknown, abi.FaultNetwork, abi.BilledUnknown, "retryable fail_over")
)

func limited(after time.Duration) route.Result {
	o := fails(abi.FailureKindRateLimited, abi.FaultOperator, abi.BilledNo, "retryable fail_over")
	o.Failure.RetryAfter = after
	return o
}
