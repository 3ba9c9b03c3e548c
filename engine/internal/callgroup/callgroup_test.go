package callgroup_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ocrmux/ocrmux/engine/internal/callgroup"
)

// newGroup joins requests that are equal. All of them have the same hash.
func newGroup() *callgroup.Group[string, int] {
	return callgroup.New[string, int](func(string) uint64 { return 1 }, func(a, b string) bool { return a == b }, func(f func()) { go f() })
}

func TestEqualRequestsShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, finish := newGroup(), make(chan struct{})
		var mu sync.Mutex
		calls, joins := map[string]int{}, 0
		var all sync.WaitGroup
		for _, request := range []string{"a", "a", "a", "b"} {
			all.Go(func() {
				got, joined, err := g.Do(t.Context(), request, func(context.Context) (int, error) {
					mu.Lock()
					calls[request]++
					mu.Unlock()
					<-finish
					return 7, nil
				})
				mu.Lock()
				defer mu.Unlock()
				if joined {
					joins++
				}
				if got != 7 || err != nil {
					t.Errorf("%d, %v", got, err)
				}
			})
		}
		synctest.Wait()
		if g.Waiting() != 4 {
			t.Errorf("%d wait", g.Waiting())
		}
		close(finish)
		all.Wait()
		if calls["a"] != 1 || calls["b"] != 1 || joins != 2 || g.Waiting() != 0 {
			t.Errorf("calls %v, %d joined, %d still wait", calls, joins, g.Waiting())
		}
	})
}

func TestACallEndsOnlyWhenAllHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup()
		why := errors.New("why")
		var ended error
		do := func(ctx context.Context) (int, error) {
			<-ctx.Done()
			ended = context.Cause(ctx)
			return 0, ended
		}
		errs := [2]error{}
		var leave [2]context.CancelCauseFunc
		for i := range errs {
			ctx, cancel := context.WithCancelCause(t.Context())
			leave[i] = cancel
			go func() { _, _, errs[i] = g.Do(ctx, "a", do) }()
			synctest.Wait()
		}
		leave[0](nil)
		synctest.Wait()
		if !errors.Is(errs[0], callgroup.ErrLeft) || errs[1] != nil || ended != nil {
			t.Errorf("after one has left: %v, the call ended with %v", errs, ended)
		}
		leave[1](why)
		synctest.Wait()
		if !errors.Is(errs[1], callgroup.ErrLeft) || !errors.Is(ended, why) || !errors.Is(ended, context.Canceled) {
			t.Errorf("after all have left: %v, the call ended with %v", errs, ended)
		}
	})
}

func TestACallerAloneGetsTheEndOfItsCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	got, joined, err := newGroup().Do(ctx, "a", func(ctx context.Context) (int, error) {
		cancel()
		<-ctx.Done()
		return 3, nil
	})
	if got != 3 || joined || err != nil {
		t.Errorf("%d, %v, %v", got, joined, err)
	}
}

func TestACallerWithMoreTimeBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() {
			_, joined, err := g.Do(short, "a", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			if joined || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, callgroup.ErrLeft) {
				t.Errorf("%v, %v", joined, err)
			}
		}()
		synctest.Wait()
		got, joined, err := g.Do(t.Context(), "a", func(context.Context) (int, error) { return 5, nil })
		if got != 5 || joined || err != nil {
			t.Errorf("%d, %v, %v", got, joined, err)
		}
	})
}
