package route

import (
	"errors"
	"time"
)

// Policy orders the providers of a route and says when to stop.
type Policy string

const (
	// Failover asks in the order of the list.
	Failover Policy = "failover"
	// Weighted draws the order by weight.
	Weighted Policy = "weighted"
	// Cheapest asks the one first whose price is lowest at this moment.
	Cheapest Policy = "cheapest"
	// Fastest asks the one first that was quickest lately.
	Fastest Policy = "fastest"
	// Hedge asks the next one when the first is later than it usually is, and takes the answer that comes first.
	Hedge Policy = "hedge"
	// Cascade asks the next one when the reading of the last is not good enough.
	Cascade Policy = "cascade"
	// Consensus asks several and votes on each field.
	Consensus Policy = "consensus"
)

// Policies are all there are.
func Policies() []Policy {
	return []Policy{Failover, Weighted, Cheapest, Fastest, Hedge, Cascade, Consensus}
}

// Route is how calls find their providers.
type Route struct {
	// Policy; empty means Failover.
	Policy Policy
	// Providers by name, the preferred one first.
	Providers []string
	// Weights of Weighted by provider; one that is not listed has weight 1, and one of weight 0 comes last.
	Weights map[string]int
	// Timeout of a call; 0 means the engine's.
	Timeout time.Duration
	// Retries with the same provider in one call, after a failure that says it may be retried; -1 means none. Default 1.
	Retries int
	// RepeatBilled allows an attempt to be repeated with the same provider although it may have been billed.
	RepeatBilled bool
	Hedge        HedgeRule
	Accept       AcceptRule
	Consensus    ConsensusRule
	// Labels that a provider must carry for every call of the route.
	Labels []string
}

// HedgeRule bounds hedging.
type HedgeRule struct {
	// After how long the next one is asked; 0 means when the first is later than its own 95th percentile, which has to be known
	// from enough calls.
	After time.Duration
	// MaxExtra is the cost that hedges may add, as a share of what the calls cost without them. Default 0.1.
	MaxExtra float64
}

// AcceptRule says which reading a cascade is content with.
type AcceptRule struct {
	// Fields that must be there; none means at least one.
	Fields []string
	// MinConfidence that each field must have which has one; 0 asks for none.
	MinConfidence float64
	// IgnoreChecks takes a reading whose own checks fail.
	IgnoreChecks bool
}

// ConsensusRule is k of n.
type ConsensusRule struct {
	// Agree is how many must agree on each field, default 2. Of is how many readings are taken at most, default 3: Agree at
	// once, the others if these do not agree. One that fails is made up for by the next provider.
	Agree, Of int
}

const (
	defaultRetries  = 1
	defaultMaxExtra = 0.1
	defaultAgree    = 2
	defaultOf       = 3
)

func (r Route) withDefaults() Route {
	if r.Policy == "" {
		r.Policy = Failover
	}
	switch {
	case r.Retries == 0:
		r.Retries = defaultRetries
	case r.Retries < 0:
		r.Retries = 0
	}
	if r.Hedge.MaxExtra <= 0 {
		r.Hedge.MaxExtra = defaultMaxExtra
	}
	if r.Consensus.Agree <= 0 {
		r.Consensus.Agree = defaultAgree
	}
	if r.Consensus.Of < r.Consensus.Agree {
		r.Consensus.Of = max(defaultOf, r.Consensus.Agree)
	}
	return r
}

// ErrShare is the cause of the end of an attempt's context when the attempt has had its share of the call's time and another provider is to
// have the rest.
var ErrShare = errors.New("the attempt has had its share of the call's time")
