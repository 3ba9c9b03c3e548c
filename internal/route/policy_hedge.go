package route

import (
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// later returns a channel that fires when a hedge is due beside an attempt; nil for never.
func (x *run) later(a *attempt) <-chan time.Time {
	if x.route.Policy != Hedge || len(x.queue) == 0 {
		return nil
	}
	after := x.route.Hedge.After
	if after <= 0 {
		after = a.candidate.account.slow(a.noted)
	}
	if after <= 0 {
		return nil // too little is known to say what late means
	}
	x.because = message.New(message.HedgeAfter, "provider", a.Provider, "after", after)
	return time.After(after)
}

// payHedge takes the price of a candidate from the hedge budget if it is asked beside others. ok is false if too little is left.
func (x *run) payHedge(c *candidate) (paid money.Amount, ok bool) {
	if x.route.Policy != Hedge || x.live == 0 {
		return 0, true
	}
	paid = c.account.quote(x.router.cfg.Now()).Amount
	return paid, x.route.hedges.spend(paid)
}

// hedgeBudget bounds the cost of a route's hedges to a share of what its calls cost without them.
type hedgeBudget struct {
	mu   sync.Mutex
	left float64
}

// maxShares is how many calls' shares the budget holds at most, so that a quiet hour does not pay for a rush.
const maxShares = 100

// earn adds the share of a call.
func (b *hedgeBudget) earn(cost money.Amount, share float64) {
	if cost <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+float64(cost)*share, float64(cost)*max(1, share*maxShares))
}

// spend takes the cost of a hedge, if enough is left.
func (b *hedgeBudget) spend(cost money.Amount) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if float64(cost) > b.left+0.5 { // half a millionth for rounding
		return false
	}
	b.left -= float64(cost)
	return true
}

// refund returns the cost of a hedge that was not made.
func (b *hedgeBudget) refund(cost money.Amount) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += float64(cost)
}
