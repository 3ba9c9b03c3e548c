package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Step carries out one step of a provider in this program, as a host would: for an adapter's own tests. It answers host
// functions with host; nil stands for a host that has none.
func Step(p Provider, in *abi.StepRequest, host func(*abi.HostCall) *abi.HostReply) *abi.Action {
	return step(p, in, host)
}

// Accept carries out the Accept of a provider's front door in this program; see Step.
func Accept(p Provider, in *abi.AcceptRequest, host func(*abi.HostCall) *abi.HostReply) *abi.Accepted {
	return accept(p, in, host)
}

// Reply carries out the Reply of a provider's front door in this program; see Step.
func Reply(p Provider, in *abi.ReplyRequest, host func(*abi.HostCall) *abi.HostReply) *abi.InboundResponse {
	return reply(p, in, host)
}
