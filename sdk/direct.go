package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Step carries out one step of a provider in this program, as a host would: for an adapter's own tests. It answers host
// functions with host; nil stands for a host that has none.
func Step(p Provider, in *abi.StepRequest, host func(*abi.HostCall) *abi.HostReply) *abi.Action {
	return step(p, in, host)
}
