package route

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// choose fills the queue with the candidates. It returns a refusal if there are none.
func (x *run) choose() *Failure {
	needs := x.call.Needs
	if len(x.route.Labels) > 0 {
		needs.Labels = slices.Concat(needs.Labels, x.route.Labels)
	}
	list := needs.each()
	now := x.router.cfg.Now()
	candidates := make([]candidate, 0, len(x.route.members))
	for place, a := range x.route.members {
		if n := len(x.verdict.Attempts); n > 0 && len(candidates) == 0 && !x.route.Policy.ranks() {
			x.because = message.New(message.NextAfterSkipped, "provider", x.verdict.Attempts[n-1].Provider)
		}
		if usable := x.router.cfg.Usable; usable != nil {
			if err := usable(a.name); err != nil {
				x.unusable = cmp.Or(x.unusable, err)
				x.skip(a.name, notLoaded(err))
				continue
			}
		}
		if n, lacks := a.traits.lacks(list, needs.Document); lacks {
			x.skip(a.name, n.lacks())
			continue
		}
		candidates = append(candidates, candidate{account: a, place: place})
	}
	if len(candidates) > 0 {
		x.queue = make([]*candidate, len(candidates))
		for i := range candidates {
			x.queue[i] = &candidates[i]
		}
		x.score(now)
		return nil
	}
	return x.nobody(list, needs.Document)
}

// score ranks the candidates of the queue.
func (x *run) score(now time.Time) {
	draw := x.router.draw
	if x.route.Policy == Weighted { // one lock for all draws
		x.router.mu.Lock()
		defer x.router.mu.Unlock()
		draw = x.router.random.Float64
	}
	x.route.score(x.queue, now, draw)
}

// nobody returns the refusal of a call that no provider of its route can serve.
func (x *run) nobody(needs []need, document string) *Failure {
	f := &Failure{Kind: abi.FailureKindInvalidRequest, Fault: abi.FaultCaller}
	var why []message.Message
	switch {
	case len(x.route.members) == 0:
		f.Kind, f.Fault = abi.FailureKindUnavailable, abi.FaultOperator
		why = []message.Message{message.New(message.RouteIsEmpty)}
	case x.unusable != nil:
		f.Kind, f.Fault, f.Err = abi.FailureKindUnavailable, abi.FaultOperator, x.unusable
		why = x.passedOver()
	default:
		why = unmet(needs, document, x.route.members)
	}
	f.Message = message.New(message.NobodyCanServe, "why", why)
	return f
}

// notLoaded returns what a provider's error means for a call.
func notLoaded(err error) message.Message {
	return message.New(message.NotLoaded, "cause", message.Error(err))
}

// passedOver returns why each provider was passed over.
func (x *run) passedOver() []message.Message {
	var why []message.Message
	for _, c := range x.verdict.Attempts {
		if c.Outcome == Skipped {
			why = append(why, message.New(message.ProviderIs, "provider", c.Provider, "why", c.Reason))
		}
	}
	return why
}

// refusedBy returns the refusal of a call whose candidates could not be asked.
func (x *run) refusedBy(ctx context.Context) *Failure {
	f := &Failure{Kind: abi.FailureKindUnavailable, Fault: abi.FaultOperator, Err: x.refusal}
	var budget *money.BudgetError
	switch {
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded): // also if a caller further up cancels because of its own deadline
		return &Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultOperator, Message: timeOver(x.passedOver()), Err: context.DeadlineExceeded}
	case ctx.Err() != nil:
		return &Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultCaller, Message: message.New(message.CallerGaveUp), Err: ctx.Err()}
	case errors.As(x.refusal, &budget):
		f.Kind = abi.FailureKindQuotaExhausted
		f.RetryAfter = budget.Until.Sub(x.router.cfg.Now())
	case !x.soonest.IsZero():
		f.RetryAfter = x.soonest.Sub(x.router.cfg.Now())
	}
	f.Message = message.New(message.NobodyNow, "why", x.passedOver())
	return f
}

func timeOver(passedOver []message.Message) message.Message {
	if len(passedOver) == 0 {
		return message.New(message.TimeOver)
	}
	return message.New(message.TimeOverSince, "why", passedOver)
}
