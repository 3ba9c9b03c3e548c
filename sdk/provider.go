package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Provider is an adapter for one vendor. Its methods are pure: the same arguments give the same action. A module calls
// them one at a time; a subprocess calls them from many goroutines.
type Provider interface {
	// Start returns the request to send for a picture, or an outcome at once.
	Start(c *Call, in *Start) *Action
	// Response returns what the vendor's answer to the last [Send] means: an outcome, or a further request. One call
	// may send at most 8 requests.
	Response(c *Call, r *Response) *Action
}

// FrontDoor is implemented by a provider that can also answer as its vendor. Its methods are pure, as those of
// [Provider] are.
type FrontDoor interface {
	// Accept returns what an inbound request means ([Admitted]), or answers it at once ([Answered]).
	Accept(c *Call, in *InboundRequest) *Accepted
	// Reply returns the vendor's response for an outcome.
	Reply(c *Call, out *ReplyRequest) *InboundResponse
}

var registered Provider

// Register sets the provider of this program. Call it once, from init: a WebAssembly module does not run main.
func Register(p Provider) { registered = p }

// hostFunc calls one host function. It is nil if there is no host.
type hostFunc = func(*abi.HostCall) *abi.HostReply

// Step runs one step of a provider in this program. It is for tests: the host calls a plugin that is built. host
// answers the step's host functions; without it (nil) every host function fails with the status gone.
func Step(p Provider, in *abi.StepRequest, host func(*abi.HostCall) *abi.HostReply) *abi.Action {
	c := newCall(in.Context, host)
	var a *abi.Action
	switch {
	case in.Start != nil:
		if in.Start.Picture == nil {
			in.Start.Picture = new(PictureInfo)
		}
		a = p.Start(c, in.Start)
	case in.Response != nil:
		a = p.Response(c, &Response{Response: in.Response, Leaves: in.Response.Leaves})
	default:
		return Failed(Fail{Kind: Internal, Message: "the step has neither a start nor a response", Fault: OperatorFault, Billed: BilledNo})
	}
	if a == nil {
		return Failed(Fail{Kind: ProviderError, Message: "the provider gave no action", Fault: VendorFault})
	}
	return a
}

// Accept runs the Accept method of a provider's front door in this program, for tests. host is as in [Step]. The
// result is empty if the provider has no front door or in has no request.
func Accept(p Provider, in *abi.AcceptRequest, host func(*abi.HostCall) *abi.HostReply) *abi.Accepted {
	f, ok := p.(FrontDoor)
	if !ok || in.Request == nil {
		return new(abi.Accepted)
	}
	return f.Accept(newCall(in.Context, host), newInbound(in.Request))
}

// Reply runs the Reply method of a provider's front door in this program, for tests. host is as in [Step]. The result
// is empty if the provider has no front door.
func Reply(p Provider, in *abi.ReplyRequest, host func(*abi.HostCall) *abi.HostReply) *abi.InboundResponse {
	f, ok := p.(FrontDoor)
	if !ok {
		return new(abi.InboundResponse)
	}
	return f.Reply(newCall(in.Context, host), &ReplyRequest{ReplyRequest: in, Request: newInbound(in.Request)})
}

func newInbound(in *abi.InboundRequest) *InboundRequest {
	if in == nil {
		return nil
	}
	return &InboundRequest{InboundRequest: in, Query: in.Query, Leaves: in.Leaves}
}
