package wasm

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// usesOf has guests of several plugins use one processor for a while, each plugin with as many guests as given and each turn
// as long as given, and says how long each plugin had it.
func usesOf(t *testing.T, guests []int, turns []time.Duration, lasts time.Duration) []time.Duration {
	t.Helper()
	all := newTurnsFor(1)
	used := make([]time.Duration, len(guests))
	end := time.Now().Add(lasts)
	var running sync.WaitGroup
	for plugin, n := range guests {
		account := new(account)
		for range n {
			running.Go(func() {
				u := all.turn(account)
				for time.Now().Before(end) {
					u.take()
					time.Sleep(turns[plugin])
					used[plugin] += turns[plugin] // nobody else has the processor
					u.give()
				}
			})
		}
	}
	running.Wait()
	return used
}

//attack:module-processors 50 guests of one plugin that always want a processor
func TestTurnsGivePluginsTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		used := usesOf(t, []int{50, 2}, []time.Duration{time.Millisecond, 50 * time.Microsecond}, time.Second)
		if used[0] < 450*time.Millisecond || used[1] < 450*time.Millisecond {
			t.Errorf("the plugins had the processor for %v of a second, want about a half each", used)
		}
	})
}

//attack:module-processors 50 guests that wait before a plugin that has run for less
func TestTurnsMakeAPluginWaitForOneTurnAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTurnsFor(1)
		greedy := new(account)
		var running sync.WaitGroup
		for range 50 {
			running.Go(func() {
				u := all.turn(greedy)
				u.take()
				for range 100 {
					time.Sleep(time.Millisecond)
					u.pause()
				}
				u.end()
			})
		}
		time.Sleep(1500 * time.Microsecond) // half of somebody's turn
		u := all.turn(new(account))
		began := time.Now()
		u.take()
		if waited := time.Since(began); waited != 500*time.Microsecond {
			t.Errorf("a plugin that had run for less waited %v, want the rest of the running turn", waited)
		}
		u.end()
		u.end() // of a guest that has no processor: nothing
		running.Wait()
	})
}

func TestTurnsDoNotSaveUpForAPluginThatDidNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTurnsFor(1)
		busy, idle := all.turn(new(account)), all.turn(new(account))
		for range 100 {
			busy.take()
			time.Sleep(time.Millisecond)
			busy.give()
		}
		idle.take()
		if ran := idle.account.ran; ran < 99*time.Millisecond {
			t.Errorf("a plugin that did nothing for 100 ms may now run that long before others: it counts as %v", ran)
		}
		idle.give()
	})
}
