package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
)

// keeping opens an engine that keeps results for ten minutes.
func keeping(t *testing.T, entries int) (*bench, *till) {
	t.Helper()
	x := opens(t, specimen(rightNumber), map[string]any{
		"signals": map[string]string{"copy": "c"}, "portrait": "1 1 2 1 2 2", "rotation": 90, "confidence": 0.5, "flag": "uncertain",
		"checks": map[string]string{"number": "v"}, "extras": map[string]string{"quality": "good"},
	})
	return open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"actor": priced(x, 10_000)}
		c.Results = engine.ResultCache{Entries: entries, TTL: 10 * time.Minute}
	}), x
}

func TestResultCacheIsOffByDefault(t *testing.T) {
	t.Parallel()
	for name, cache := range map[string]engine.ResultCache{"nothing said": {}, "no time": {Entries: 10}, "no room": {TTL: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			x := opens(t, specimen(rightNumber), nil)
			e := open(t, func(c *engine.Config) {
				c.Providers, c.Results = map[string]engine.ProviderConfig{"actor": actor(x.url)}, cache
			})
			for range 2 {
				if _, err := e.Recognize(t.Context(), act(t, "read")); err != nil {
					t.Fatal(err)
				}
			}
			if x.bills.Load() != 2 {
				t.Errorf("the vendor was called %d times", x.bills.Load())
			}
		})
	}
}

func TestResultCacheReturnsTheSameResultAtNoCost(t *testing.T) {
	t.Parallel()
	e, x := keeping(t, 10)
	bought, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		kept, err := e.Recognize(t.Context(), act(t, "read"))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"actor recognized, billed no: cached result of an earlier equal call: first in route default"}
		if diff := cmp.Diff(want, trail(kept.Attempts)); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
		paid, free := *bought, *kept
		paid.Attempts, free.Attempts = nil, nil
		if diff := cmp.Diff(paid, free); diff != "" {
			t.Errorf("(-bought +kept):\n%s", diff)
		}
		scribble(kept)
	}
	if x.bills.Load() != 1 {
		t.Errorf("the vendor was called %d times", x.bills.Load())
	}
}

func TestResultCacheKeepsAResultForItsTimeAndItsRequestOnly(t *testing.T) {
	t.Parallel()
	e, x := keeping(t, 10)
	calls := int64(0)
	ask := func(what string, bought bool, change func(*engine.Request)) {
		t.Helper()
		request := act(t, "read")
		change(&request)
		if _, err := e.Recognize(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		if bought {
			calls++
		}
		if got := x.bills.Load(); got != calls {
			t.Errorf("%s: the vendor was called %d times, want %d", what, got, calls)
			calls = got
		}
	}
	same := func(*engine.Request) {}
	ask("the first", true, same)
	ask("the same", false, same)
	ask("another tenant", true, func(r *engine.Request) { r.Tenant = "other" })
	ask("another tenant again", false, func(r *engine.Request) { r.Tenant = "other" })
	ask("another option", true, func(r *engine.Request) { r.Options["more"] = 1 })
	ask("another picture", true, func(r *engine.Request) { r.Picture = engine.Bytes(jpegOf(t, 61, 40)) })
	ask("a provider by its name", true, func(r *engine.Request) { r.Provider = "actor" })
	ask("a need", true, func(r *engine.Request) { r.Extras = []string{"portrait"} })
	e.clock.Forward(10*time.Minute - time.Second)
	ask("just before its end", false, same)
	e.clock.Forward(time.Second)
	ask("at its end", true, same)
}

func TestResultCacheDropsTheLeastRecentlyUsedResult(t *testing.T) {
	t.Parallel()
	e, x := keeping(t, 2)
	picture := func(width int) engine.Request {
		r := act(t, "read")
		r.Picture = engine.Bytes(jpegOf(t, width, 40))
		return r
	}
	for i, tt := range []struct {
		width int
		calls int64
	}{{60, 1}, {61, 2}, {60, 2}, {62, 3}, {60, 3}, {61, 4}} {
		if _, err := e.Recognize(t.Context(), picture(tt.width)); err != nil {
			t.Fatal(err)
		}
		if x.bills.Load() != tt.calls {
			t.Errorf("after step %d the vendor was called %d times, want %d", i, x.bills.Load(), tt.calls)
		}
	}
}
