package engine

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/route"
	"github.com/ocrmux/ocrmux/internal/value"
)

// attempt is one provider that is asked once for a call.
type attempt struct {
	pluginCall
	transform imaging.Transform        // from the picture that the caller gave to the one that is sent
	used      map[string]*cachedAnswer // cached answers that the attempt relies on, by cache key
	unready   *route.Failure           // why the route did not let the vendor be asked
}

// newAttempt returns an attempt that waits for ready before it sends its first request; nil is for one that sends nothing.
func (g *generation) newAttempt(p *provider, ready func(context.Context) *route.Failure) *attempt {
	a := &attempt{pluginCall: pluginCall{gen: g, provider: p, earlier: abi.BilledNo}}
	a.secrets = a
	a.eval = value.New(a, value.Limits{})
	if ready != nil {
		a.permit = func(ctx context.Context) *Error { return a.waitReady(ctx, ready) }
	}
	return a
}

// run has the plugin make its steps, and carries out the exchanges that it asks for, until it is done or fails.
func (a *attempt) run(ctx context.Context, req *Request, pic *picture) (*abi.Done, *Error) {
	info, f := a.takePicture(ctx, req, pic)
	if f != nil {
		return nil, f
	}
	start := &abi.Start{Document: req.Document, Picture: info, Side: req.Side, Extras: req.Extras, Options: req.options}
	in := &abi.StepRequest{Start: start}
	for range a.gen.cfg.Limits.MaxExchanges + 1 {
		if in.Context, f = a.stepContext(); f != nil {
			return nil, f
		}
		action, f := a.step(ctx, in)
		switch {
		case f != nil:
			return nil, f
		case action.Done != nil:
			return action.Done, a.validate(action.Done)
		case action.Fail != nil:
			return nil, a.vendorFailure(action.Fail)
		}
		response, f := a.exchange(ctx, action.Exchange, in.Context.Nonce)
		if f != nil {
			return nil, f
		}
		in = &abi.StepRequest{Response: response}
	}
	return nil, a.tooMany() // of exchanges that cached answers have answered
}

// step has the plugin make one step.
func (a *attempt) step(ctx context.Context, in *abi.StepRequest) (*abi.Action, *Error) {
	a.hostCalls.reset()
	o := a.gen.watch
	ctx, seen := o.beginStep(ctx)
	action, err := a.provider.module.Step(ctx, in, a)
	o.endStep(ctx, seen, a.provider, in, err)
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
		return nil, a.broken(message.New(message.ActionOfNoKind, "count", set), nil)
	}
	return action, nil
}

// waitReady waits until the route lets the vendor be asked. What was prepared by then has cost nothing.
func (a *attempt) waitReady(ctx context.Context, ready func(context.Context) *route.Failure) *Error {
	if a.unready = ready(ctx); a.unready != nil {
		return a.notReady(ctx)
	}
	a.permit = nil
	return nil
}

// notReady is the failure of an attempt whose vendor must not be asked.
func (a *attempt) notReady(ctx context.Context) *Error {
	f := failWith(a.unready.Kind, a.unready.Fault, a.unready.Message, endOf(ctx))
	f.Failure.FailOver = a.unready.FailOver
	return f
}

// vendorFailure is a failure that the plugin reports. Its texts go to operators and logs, so that they must not hold what a vendor has read.
func (a *attempt) vendorFailure(v *abi.Fail) *Error {
	e := &Error{
		Failure: Failure{
			Kind: v.Kind, Message: message.Text(a.redact(v.Message)), VendorCode: a.redactVendor(v.VendorCode), VendorMessage: a.redactVendor(v.VendorMessage),
			Retryable: v.Retryable, FailOver: v.FailOver, Billed: a.charged(v.Billed), Fault: v.Fault, RetryAfter: time.Duration(v.RetryAfterMs) * time.Millisecond,
			Signals: signals(v.Signals),
		},
		requestID: a.redactRequestID(v.VendorRequestID),
	}
	for name, s := range e.Failure.Signals {
		s.VendorCode = a.redactVendor(s.VendorCode)
		e.Failure.Signals[name] = s
	}
	f := &e.Failure
	f.Retryable = f.Retryable && (f.Billed == v.Billed || f.Billed == abi.BilledNo) // an earlier exchange may have been billed
	if f.Kind == abi.FailureKindUnspecified || f.Kind > abi.FailureKindInternal {
		f.Kind, f.Fault = abi.FailureKindProviderError, abi.FaultVendor
		if f.Message.IsZero() {
			f.Message = message.New(message.FailedWithoutWords)
		}
	}
	if f.Fault > abi.FaultNetwork {
		f.Fault = abi.FaultUnspecified
	}
	return e
}
