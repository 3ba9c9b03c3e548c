package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Provider is an adapter for one vendor. Its methods are pure: the same arguments give the same action. A WASM instance
// calls them one at a time, a subprocess from many goroutines.
type Provider interface {
	// Start says what to send for a picture, or gives an outcome at once.
	Start(c *Call, in *Start) *Action
	// Response says what the vendor's answer to the last Send means.
	Response(c *Call, r *Response) *Action
}

// FrontDoor is implemented by a provider that can also answer as its vendor.
type FrontDoor interface {
	// Accept says what an inbound request means.
	Accept(c *Call, in *InboundRequest) *Accepted
	// Reply says an outcome in the vendor's words.
	Reply(c *Call, out *ReplyRequest) *InboundResponse
}

var registered Provider

// Register names the provider of this program. Call it once, from init: a WASM module has no running main.
func Register(p Provider) { registered = p }

// hostFunc carries out one host function; nil where there is no host.
type hostFunc func(*abi.HostCall) *abi.HostReply

func step(p Provider, in *abi.StepRequest, host hostFunc) *abi.Action {
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

func accept(p Provider, in *abi.AcceptRequest, host hostFunc) *abi.Accepted {
	f, ok := p.(FrontDoor)
	if !ok || in.Request == nil {
		return new(abi.Accepted)
	}
	r := in.Request
	return f.Accept(newCall(in.Context, host), &InboundRequest{InboundRequest: r, Query: r.Query, Leaves: r.Leaves})
}

func reply(p Provider, in *abi.ReplyRequest, host hostFunc) *abi.InboundResponse {
	f, ok := p.(FrontDoor)
	if !ok {
		return new(abi.InboundResponse)
	}
	out := &ReplyRequest{ReplyRequest: in}
	if in.Request != nil {
		out.Request = &InboundRequest{InboundRequest: in.Request, Query: in.Request.Query, Leaves: in.Request.Leaves}
	}
	return f.Reply(newCall(in.Context, host), out)
}
