package replay_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/server/replay"
)

func open(t *testing.T, change func(*replay.Config)) *replay.Store {
	t.Helper()
	cfg := replay.Config{Entries: 100, Bytes: 1 << 20, TTL: time.Hour, Now: time.Now, Random: rand.Reader}
	if change != nil {
		change(&cfg)
	}
	s, err := replay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bench does requests and counts them.
type bench struct {
	t     *testing.T
	store *replay.Store
	done  int
	keep  bool
}

func (b *bench) do(tenant, key string, digest byte) (replay.Answer, bool, error) {
	b.t.Helper()
	return b.store.Do(b.t.Context(), tenant, key, [32]byte{digest}, func() (replay.Answer, bool) {
		b.done++
		return replay.Answer{Status: 200 + b.done, Header: map[string]string{"Retry-After": "1"}, Body: []byte(fmt.Sprint("answer ", b.done))}, b.keep
	})
}

func TestARepeatedRequestIsAnsweredAsBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, store: open(t, nil), keep: true}
		first, replayed, err := b.do("bank", "k", 1)
		if err != nil || replayed {
			t.Fatal(err)
		}
		again, replayed, err := b.do("bank", "k", 1)
		if err != nil || !replayed || b.done != 1 {
			t.Errorf("done %d times, replayed %v, %v", b.done, replayed, err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Error(diff)
		}
		if _, _, err := b.do("bank", "k", 2); !errors.Is(err, replay.ErrDifferent) {
			t.Errorf("another request: %v", err)
		}
		for _, c := range []struct{ tenant, key string }{{"bank", "l"}, {"shop", "k"}, {"", "bankk"}, {"bankk", ""}} {
			if _, replayed, err := b.do(c.tenant, c.key, 2); replayed || err != nil {
				t.Errorf("%v: %v, %v", c, replayed, err)
			}
		}
		time.Sleep(time.Hour)
		if _, replayed, err := b.do("bank", "k", 2); replayed || err != nil {
			t.Errorf("after its time: %v, %v", replayed, err)
		}
	})
}

func TestAnAnswerThatIsNotKeptIsNotRepeated(t *testing.T) {
	b := &bench{t: t, store: open(t, nil)}
	for i := range 2 {
		if a, replayed, err := b.do("bank", "k", 1); replayed || err != nil || a.Status != 201+i {
			t.Errorf("%d: %v, %v, %v", i, a, replayed, err)
		}
	}
}

func TestASecondRequestWaitsForTheFirst(t *testing.T) {
	for _, keep := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := open(t, nil)
			finish := make(chan struct{})
			done := 0
			do := func() (replay.Answer, bool) {
				done++
				<-finish
				return replay.Answer{Status: 200, Body: []byte("x")}, keep
			}
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					if a, _, err := s.Do(t.Context(), "bank", "k", [32]byte{1}, do); err != nil || string(a.Body) != "x" {
						t.Errorf("%v, %v", a, err)
					}
				})
			}
			synctest.Wait()
			gone, leave := context.WithCancel(t.Context())
			leave()
			if _, _, err := s.Do(gone, "bank", "k", [32]byte{1}, do); !errors.Is(err, context.Canceled) {
				t.Errorf("one that gives up: %v", err)
			}
			if _, _, err := s.Do(t.Context(), "bank", "k", [32]byte{2}, do); !errors.Is(err, replay.ErrDifferent) {
				t.Errorf("another request: %v", err)
			}
			close(finish)
			all.Wait()
			if done != 1 {
				t.Errorf("done %d times", done)
			}
		})
	}
}

func TestThoseWhoWaitTryForThemselvesWhenTheFirstPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		fail := make(chan struct{})
		go func() {
			defer func() { _ = recover() }()
			_, _, _ = s.Do(t.Context(), "bank", "k", [32]byte{1}, func() (replay.Answer, bool) { <-fail; panic("broken") })
		}()
		synctest.Wait()
		go func() {
			if a, replayed, err := s.Do(t.Context(), "bank", "k", [32]byte{1}, func() (replay.Answer, bool) { return replay.Answer{Status: 200}, true }); err != nil || replayed || a.Status != 200 {
				t.Errorf("%v, %v, %v", a, replayed, err)
			}
		}()
		synctest.Wait()
		close(fail)
		synctest.Wait()
	})
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*replay.Config)
		want   int
	}{
		"entries": {func(c *replay.Config) { c.Entries = 3 }, 3}, "bytes": {func(c *replay.Config) { c.Bytes = 400 }, 4}, "nothing": {func(c *replay.Config) { c.Bytes = 1 }, 0},
	} {
		b := &bench{t: t, store: open(t, c.change), keep: true}
		for i := range 20 {
			if _, _, err := b.do("bank", fmt.Sprint(i), 1); err != nil {
				t.Fatal(err)
			}
		}
		kept := 0
		for ; kept < 20; kept++ {
			if _, replayed, err := b.do("bank", fmt.Sprint(19-kept), 1); err != nil || !replayed {
				break
			}
		}
		if kept != c.want {
			t.Errorf("%s: the last %d are kept, want %d", name, kept, c.want)
		}
	}
}

func TestThereIsNoStoreWithoutRandomness(t *testing.T) {
	if _, err := replay.New(replay.Config{Entries: 1, TTL: time.Hour, Random: bytes.NewReader(nil)}); err == nil || !strings.Contains(err.Error(), "randomness") {
		t.Error(err)
	}
}
