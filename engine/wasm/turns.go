package wasm

import (
	"math"
	"runtime"
	"sync"
	"time"
)

// turns lets guests of all plugins use the processors in turn, and always leaves one processor to the rest of the program:
// the Go scheduler cannot interrupt compiled code. Of the plugins that wait, the one whose guests have run for the shortest
// time is next, so one that is always busy gets no more than its share.
type turns struct {
	mu      sync.Mutex
	free    int           // processors
	waiting []*turn       // in the order in which they came
	least   time.Duration // what the plugin that got the last turn had run
}

// account is how long the guests of one plugin have run.
type account struct{ ran time.Duration }

// turn is one guest's use of a processor. It belongs to one instance.
type turn struct {
	*turns
	account *account
	began   time.Time     // zero while the guest has no processor
	granted chan struct{} // has room for one
}

// newTurns leaves one of the processors to the rest of the program, if there is another.
func newTurns() *turns { return newTurnsFor(max(1, runtime.GOMAXPROCS(0)-1)) }

func newTurnsFor(processors int) *turns { return &turns{free: processors} }

func (t *turns) turn(a *account) turn {
	return turn{turns: t, account: a, granted: make(chan struct{}, 1)}
}

// take waits for a processor. Everyone who has one gives it back within half a millisecond of work, so the wait is short
// and has no deadline of its own.
func (u *turn) take() {
	t := u.turns
	t.mu.Lock()
	u.account.ran = max(u.account.ran, t.least) // a plugin that did nothing for a while has saved nothing up
	wait := t.free == 0
	if wait {
		t.waiting = append(t.waiting, u)
	} else {
		t.free--
		t.least = u.account.ran
	}
	t.mu.Unlock()
	if wait {
		<-u.granted
	}
	u.began = time.Now()
}

// give gives the processor back.
func (u *turn) give() {
	t := u.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	u.account.ran += time.Since(u.began)
	u.began = time.Time{}
	next, least := -1, time.Duration(math.MaxInt64)
	for i, w := range t.waiting {
		if w.account.ran < least {
			next, least = i, w.account.ran
		}
	}
	if next < 0 {
		t.free++
		return
	}
	w := t.waiting[next]
	t.waiting = append(t.waiting[:next], t.waiting[next+1:]...)
	t.least = max(t.least, least)
	w.granted <- struct{}{}
}

// end gives the processor back if the guest has one: it has none when the host's work for it failed.
func (u *turn) end() {
	if !u.began.IsZero() {
		u.give()
	}
}

// pause has a guest that has run for a while let others go first.
func (u *turn) pause() {
	u.give()
	runtime.Gosched()
	u.take()
}
