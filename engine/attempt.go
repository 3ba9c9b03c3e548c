package engine

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/route"
	"github.com/ocrmux/ocrmux/internal/value"
)

// attempt is one attempt with one provider: the step loop and everything its handles stand for. It belongs to the
// goroutine of the attempt; a subprocess's host calls are the exception, and take the lock.
type attempt struct {
	gen      *generation
	provider *provider
	fitted   imaging.Fitted
	blobs    [][]byte // by handle; 0 is the picture
	eval     *value.Evaluator
	// reached is set once a vendor may have seen a request: from then on nobody knows for sure what was billed.
	reached bool
	// ready waits until the route lets the vendor be asked; nil once it has, and where no route asks. unready is what it failed with.
	ready    func(context.Context) *route.Failure
	unready  *route.Failure
	requests int                      // that were sent, whichever way
	used     map[string]*cachedAnswer // answers that the attempt relies on, by cache key
	shown    []abi.Leaf               // what vendors answered so far

	hostCalls   hostCallState
	fittedBytes int // of pictures fitted by host calls
}

// attempt asks one provider.
func (g *generation) attempt(ctx context.Context, p *provider, req *Request, pic *picture, ready func(context.Context) *route.Failure) (*abi.Done, *attempt, *failed) {
	s := &attempt{gen: g, provider: p, ready: ready}
	info, f := s.takePicture(ctx, req, pic)
	if f != nil {
		return nil, s, f
	}
	s.eval = value.New(s, value.Limits{})
	start := &abi.Start{Document: req.Document, Picture: info, Side: req.Side, Extras: req.Extras, Options: req.options}
	in := &abi.StepRequest{Start: start}
	for range g.cfg.Limits.MaxExchanges + 1 {
		stepContext, f := s.context()
		if f != nil {
			return nil, s, f
		}
		in.Context = stepContext
		action, f := s.step(ctx, in)
		switch {
		case f != nil:
			return nil, s, f
		case action.Done != nil:
			return action.Done, s, nil
		case action.Fail != nil:
			return nil, s, s.vendorFailure(action.Fail)
		}
		response, f := s.exchange(ctx, action.Exchange, stepContext.Nonce)
		if f != nil {
			return nil, s, f
		}
		in = &abi.StepRequest{Response: response}
	}
	return nil, s, s.tooMany() // of exchanges answered from what was kept
}

func (a *attempt) tooMany() *failed {
	return a.broken(fmt.Sprintf("the provider wanted more than %d exchanges for one picture", a.gen.cfg.Limits.MaxExchanges), errTooMany)
}

// errTooMany marks the failure, for host functions to answer with a status of its own.
var errTooMany = errors.New("too many exchanges")

// takePicture decides how the picture reaches this provider: as an address, or as bytes within its limits.
func (a *attempt) takePicture(ctx context.Context, req *Request, pic *picture) (*abi.PictureInfo, *failed) {
	limits := a.provider.plugin.Manifest.Images
	if pic.from.url != "" && !req.Fetch && accepts(limits, "url") && (limits.MaxURLBytes == 0 || len(pic.from.url) <= int(limits.MaxURLBytes)) {
		if err := checkURL(pic.from.url); err != nil {
			return nil, unfetched(err)
		}
		a.blobs = [][]byte{nil}
		return &abi.PictureInfo{URL: pic.from.url}, nil
	}
	if limits != nil && len(limits.Inputs) > 0 && !accepts(limits, "bytes") {
		f := failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the provider takes a picture by its URL only: "+urlOnly(limits), nil)
		f.FailOver = true
		return nil, f
	}
	if f := a.gen.openPicture(ctx, pic); f != nil {
		return nil, f
	}
	fitted, f := a.gen.fit(ctx, pic, limits, a.provider.noFit)
	if f != nil {
		return nil, f
	}
	a.fitted = fitted
	a.blobs = [][]byte{fitted.Data}
	return pictureInfo(0, fitted.Info), nil
}

func accepts(l *abi.ImageLimits, input string) bool {
	return l != nil && slices.Contains(l.Inputs, input)
}

func urlOnly(l *abi.ImageLimits) string {
	if l.MaxURLBytes > 0 {
		return fmt.Sprintf("give one of at most %d bytes, without fetch", l.MaxURLBytes)
	}
	return "give one, without fetch"
}

// context is what a step is told: the only time and randomness a provider sees.
func (a *attempt) context() (*abi.Context, *failed) {
	var nonce [16]byte
	if _, err := io.ReadFull(a.gen.cfg.Random, nonce[:]); err != nil {
		return nil, failWith(abi.FailureKindInternal, abi.FaultOperator, "no randomness: "+err.Error(), err)
	}
	now := a.gen.cfg.Now()
	return &abi.Context{
		NowUnixMs: now.UnixMilli(),
		Nonce:     hex.EncodeToString(nonce[:]),
		Config:    a.provider.config,
		Secrets:   slices.Sorted(maps.Keys(a.secretsAt(now))),
	}, nil
}

func (a *attempt) step(ctx context.Context, in *abi.StepRequest) (*abi.Action, *failed) {
	a.hostCalls.reset()
	action, err := a.observeStep(ctx, in)
	if err != nil {
		return nil, a.pluginFailure(ctx, err)
	}
	set := 0
	for _, is := range []bool{action.Exchange != nil, action.Done != nil, action.Fail != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return nil, a.broken(fmt.Sprintf("the provider's action must be one of exchange, done and fail; it has %d of them", set), nil)
	}
	return action, nil
}

// broken is a failure of the provider itself.
func (a *attempt) broken(message string, err error) *failed {
	f := failWith(abi.FailureKindProviderError, abi.FaultVendor, message, err)
	f.FailOver = true
	f.Billed = a.billed()
	return f
}

// billed is what can be said of the bill when the provider says nothing.
func (a *attempt) billed() Billed { return a.charged(abi.BilledUnknown) }

// charged is what the provider says of the bill, unless that is nothing: where no request left, nothing was billed.
func (a *attempt) charged(said Billed) Billed {
	switch {
	case said == abi.BilledYes || said == abi.BilledNo:
		return said
	case a.reached:
		return abi.BilledUnknown
	}
	return abi.BilledNo
}

func (a *attempt) pluginFailure(ctx context.Context, err error) *failed {
	if ctx.Err() != nil {
		f := expired(ctx)
		f.Billed, f.Retryable = a.billed(), f.Retryable && !a.reached
		return f
	}
	f := a.broken(err.Error(), err)
	var plugin *catalog.PluginError
	if errors.As(err, &plugin) {
		switch plugin.Cause {
		case catalog.CrashLoop, catalog.Unavailable:
			f.Kind, f.Retryable, f.Fault = abi.FailureKindUnavailable, true, abi.FaultOperator
		case catalog.TimedOut:
			f.Kind, f.Retryable = abi.FailureKindTimeout, true
		case catalog.Exited:
			f.Retryable = true
		}
	}
	return f
}

// expired is a call that ran out of time or whose caller gave up, or an attempt that had its share of the time.
func expired(ctx context.Context) *failed {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, route.ErrShare):
		f := failWith(abi.FailureKindTimeout, abi.FaultVendor, cause.Error(), ctx.Err())
		f.FailOver = true
		return f
	case errors.Is(cause, context.Canceled):
		return failWith(abi.FailureKindTimeout, abi.FaultCaller, "the caller gave up", ctx.Err())
	}
	f := failWith(abi.FailureKindTimeout, abi.FaultOperator, "the time of the call is over", ctx.Err())
	f.Retryable = true
	return f
}

// vendorFailure is what a provider made of its vendor's answer. Its own words are for operators and logs, so what the
// vendor read has no place in them.
func (a *attempt) vendorFailure(v *abi.Fail) *failed {
	f := &failed{Failure: Failure{
		Kind: v.Kind, Message: a.redact(v.Message), VendorCode: clip(v.VendorCode), VendorMessage: clip(v.VendorMessage),
		Retryable: v.Retryable, FailOver: v.FailOver, Billed: a.charged(v.Billed), Fault: v.Fault, RetryAfterMs: v.RetryAfterMs,
		Signals: signals(v.Signals),
	}}
	if f.Kind == abi.FailureKindUnspecified || f.Kind > abi.FailureKindInternal {
		f.Kind, f.Fault = abi.FailureKindProviderError, abi.FaultVendor
		f.Message = cmp.Or(f.Message, "the provider failed without saying how")
	}
	if f.Fault > abi.FaultNetwork {
		f.Fault = abi.FaultUnspecified
	}
	f.requestID = clip(v.VendorRequestID)
	return f
}

// Secret implements value.Sources.
func (a *attempt) Secret(name string) (value.Secret, bool) {
	text, ok := a.secretsAt(a.gen.cfg.Now())[name]
	if !ok {
		return value.Secret{}, false
	}
	return value.Secret{Text: text, Uses: a.provider.specs[name].Uses}, true
}

// Blob implements value.Sources.
func (a *attempt) Blob(handle uint32) ([]byte, bool) {
	if int(handle) >= len(a.blobs) || a.blobs[handle] == nil {
		return nil, false
	}
	return a.blobs[handle], true
}

// hold gives bytes a handle.
func (a *attempt) hold(b ...[]byte) (first uint32) {
	first = uint32(len(a.blobs))
	a.blobs = append(a.blobs, b...)
	return first
}
