package route

import (
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// later is when another one shall be asked beside an attempt that has not answered; nil for never.
func (x *run) later(a *attempt) <-chan time.Time {
	if x.route.Policy != Hedge || len(x.queue) == 0 {
		return nil
	}
	after := x.route.Hedge.After
	if after <= 0 {
		after = a.candidate.account.slow(a.noted)
	}
	if after <= 0 {
		return nil // nobody knows what late is
	}
	x.because = message.New(message.HedgeAfter, "provider", a.Provider, "after", after)
	return time.After(after)
}

// payHedge takes from the hedge budget what a candidate costs, if it is to be asked beside others; ok is false when there is not enough.
func (x *run) payHedge(c *candidate) (paid money.Amount, ok bool) {
	if x.route.Policy != Hedge || x.live == 0 {
		return 0, true
	}
	paid = c.account.quote(x.router.cfg.Now()).Amount
	return paid, x.route.hedges.spend(paid)
}

// hedgeBudget is what the hedges of a route may still cost: a share of what its calls cost without them.
type hedgeBudget struct {
	mu   sync.Mutex
	left float64
}

// most is how many times a call's share may pile up, so that a quiet time does not pay for a rush.
const most = 100

func (b *hedgeBudget) earn(cost money.Amount, share float64) {
	if cost <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+float64(cost)*share, float64(cost)*max(1, share*most))
}

// spend takes what a hedge costs, if it is there.
func (b *hedgeBudget) spend(cost money.Amount) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if float64(cost) > b.left+0.5 { // half a millionth for rounding
		return false
	}
	b.left -= float64(cost)
	return true
}

// refund gives back what was spent for a hedge that was not made.
func (b *hedgeBudget) refund(cost money.Amount) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += float64(cost)
}
