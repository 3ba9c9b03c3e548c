package route

import (
	"errors"
	"time"
)

// Policy orders the providers of a route and decides when to stop.
type Policy string

const (
	// Failover asks in the order of the list.
	Failover Policy = "failover"
	// Weighted draws the order by weight.
	Weighted Policy = "weighted"
	// Cheapest asks the one with the lowest price at this moment first.
	Cheapest Policy = "cheapest"
	// Fastest asks the one with the shortest recent median first.
	Fastest Policy = "fastest"
	// Hedge asks the next one when the first is later than usual, and uses the answer that comes first.
	Hedge Policy = "hedge"
	// Cascade asks the next one if the last reading is not good enough.
	Cascade Policy = "cascade"
	// Consensus asks several and votes on each field.
	Consensus Policy = "consensus"
)

// Policies returns all policies.
func Policies() []Policy {
	return []Policy{Failover, Weighted, Cheapest, Fastest, Hedge, Cascade, Consensus}
}

// Route says which providers serve a call and by which policy.
type Route struct {
	// Policy of the route; empty means Failover.
	Policy Policy
	// Providers by name, the preferred one first.
	Providers []string
	// Weights of the policy Weighted by provider. The default is 1; a provider of weight 0 comes last.
	Weights map[string]int
	// Timeout of a call; 0 means that of the engine.
	Timeout time.Duration
	// Retries with the same provider in one call, after a failure that may be retried; -1 means none. Default 1.
	Retries int
	// RepeatBilled allows a retry although the attempt may have been billed.
	RepeatBilled bool
	Hedge        HedgeRule
	Accept       AcceptRule
	Consensus    ConsensusRule
	// Labels that a provider must have for every call of the route.
	Labels []string
}

// HedgeRule bounds hedging.
type HedgeRule struct {
	// After is the wait before the next one is asked; 0 means the 95th percentile of the first one's calls, once enough calls are
	// known.
	After time.Duration
	// MaxExtra bounds the cost of hedges, as a share of what the calls cost without them. Default 0.1.
	MaxExtra float64
}

// AcceptRule says which reading is good enough for a cascade.
type AcceptRule struct {
	// Fields that must be present.
	Fields []string
	// MinConfidence of each field that has a confidence; 0 means no minimum.
	MinConfidence float64
	// IgnoreChecks accepts a reading whose checks fail.
	IgnoreChecks bool
}

// ConsensusRule says how many readings must agree.
type ConsensusRule struct {
	// Agree is how many must agree on each field, default 2. Of is the maximum of readings, default 3. Agree providers are asked
	// at once, and further ones if these disagree or fail.
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

// ErrShare is the cause with which the context of an attempt ends when the attempt has used up its share of the call's time and
// another provider gets the rest.
var ErrShare = errors.New("the attempt has used up its share of the call's time")
