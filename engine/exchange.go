package engine

import (
	"context"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// exchange carries out the exchange that a plugin asks for: it returns the vendor's answer, or the cached one.
func (a *attempt) exchange(ctx context.Context, ex *abi.Exchange, nonce string) (*abi.Response, *Error) {
	if len(ex.State) > abi.MaxStateBytes {
		return nil, a.broken(message.New(message.StateTooLarge), nil)
	}
	if ex.Request == nil {
		return nil, a.broken(message.New(message.NoRequest), nil)
	}
	if f := a.checkRule(ex); f != nil {
		return nil, f
	}
	for _, key := range ex.Forget {
		a.provider.forget(key, a.used[key])
		delete(a.used, key)
	}
	r, f := a.answer(ctx, ex, nonce)
	if f != nil {
		return nil, f
	}
	r.State = ex.State
	return r, nil
}

// answer returns the cached answer or the vendor's. While one attempt asks for an answer that is to be cached, the others of the provider wait
// for it. An attempt that fails does not share its failure, which may be its own, such as a deadline.
func (a *attempt) answer(ctx context.Context, ex *abi.Exchange, nonce string) (*abi.Response, *Error) {
	if ex.Cache != nil {
		done, err := a.provider.turns.Lock(ctx, ex.Cache.Key)
		if err != nil {
			f := expired(ctx)
			f.Failure.Billed = a.billed()
			return nil, f
		}
		defer done()
		if k := a.provider.find(ex.Cache.Key, a.gen.cfg.Now()); k != nil {
			return a.recall(ex.Cache.Key, k), nil
		}
	}
	a.next(ex.Billed, ex.Cache != nil)
	r, blobs, f := a.send(ctx, ex.Request, nonce, ex.WantBody)
	if f != nil {
		return nil, f
	}
	a.capture(ex, r, blobs)
	return r, nil
}
