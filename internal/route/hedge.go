package route

import (
	"fmt"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/money"
)

// later is when another one shall be asked beside a try that has not answered; nil for never.
func (x *run) later(t *trying) <-chan time.Time {
	if x.path.Policy != Hedge || len(x.queue) == 0 {
		return nil
	}
	after := x.path.Hedge.After
	if after <= 0 {
		after = t.candidate.account.slow(t.noted)
	}
	if after <= 0 {
		return nil // nobody knows what late is
	}
	x.because = fmt.Sprintf("hedge, since %s has not answered within %d ms", t.Provider, after.Milliseconds())
	return time.After(after)
}

// payHedge takes from the purse what a candidate costs, if it is to be asked beside others; ok is false when there is not enough.
func (x *run) payHedge(c *candidate) (paid money.Amount, ok bool) {
	if x.path.Policy != Hedge || x.live == 0 {
		return 0, true
	}
	paid = c.account.quote(x.router.cfg.Now()).Amount
	return paid, x.path.purse.spend(paid)
}

// purse is what the hedges of a route may still cost: a share of what its calls cost without them.
type purse struct {
	mu   sync.Mutex
	left float64
}

// most is how many times a call's share may pile up, so that a quiet time does not pay for a rush.
const most = 100

func (p *purse) earn(cost money.Amount, share float64) {
	if cost <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = min(p.left+float64(cost)*share, float64(cost)*max(1, share*most))
}

// spend takes what a hedge costs, if it is there.
func (p *purse) spend(cost money.Amount) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if float64(cost) > p.left+0.5 { // half a millionth for rounding
		return false
	}
	p.left -= float64(cost)
	return true
}

// refund gives back what was spent for a hedge that was not made.
func (p *purse) refund(cost money.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left += float64(cost)
}
