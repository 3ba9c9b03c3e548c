package engine

import (
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Route is how calls find their providers. The zero policy asks in the order of the list, and goes on if a failure says that another
// provider might do better. docs/routing.md explains the policies.
//
//	type Route struct {
//		Policy       Policy         // empty means Failover
//		Providers    []string       // by name, the preferred one first
//		Weights      map[string]int // for Weighted; 1 for providers that are not listed, 0 comes last
//		Timeout      time.Duration  // of a call; 0 means Limits.Timeout
//		Retries      int            // with the same provider in one call; default 1, -1 means none
//		RepeatBilled bool           // retry even if the failed attempt may have been billed
//		Hedge        HedgeRule
//		Accept       AcceptRule     // for Cascade
//		Consensus    ConsensusRule
//		Labels       []string       // that a provider needs for every call of the route
//	}
type Route = route.Route

// Policy orders the providers of a route and says when to stop.
type Policy = route.Policy

const (
	// Failover asks in the order of the list.
	Failover Policy = route.Failover
	// Weighted draws the order by weight.
	Weighted Policy = route.Weighted
	// Cheapest asks the provider first whose next call costs least.
	Cheapest Policy = route.Cheapest
	// Fastest asks the provider first that was fastest lately.
	Fastest Policy = route.Fastest
	// Hedge asks the next provider if the first is later than it usually is, and takes the first answer.
	Hedge Policy = route.Hedge
	// Cascade asks the next provider if the last recognition is not good enough.
	Cascade Policy = route.Cascade
	// Consensus asks several providers and votes on each field.
	Consensus Policy = route.Consensus
)

// HedgeRule bounds hedging.
//
//	type HedgeRule struct {
//		After    time.Duration // 0 means the 95th percentile of the first provider's latency, once it is known
//		MaxExtra float64       // extra cost as a share of the cost without hedges; default 0.1
//	}
type HedgeRule = route.HedgeRule

// AcceptRule says which recognition a cascade accepts.
//
//	type AcceptRule struct {
//		Fields        []string // that must be there; none means at least one field
//		MinConfidence float64  // 0 to 1, of each field that has a confidence; 0 means any
//		IgnoreChecks  bool     // accept a recognition whose checks fail
//	}
type AcceptRule = route.AcceptRule

// ConsensusRule says how many providers are asked and how many must agree.
//
//	type ConsensusRule struct {
//		Agree int // on each field; default 2
//		Of    int // recognitions at most; default 3
//	}
type ConsensusRule = route.ConsensusRule

// AccountLimits protect an account with a vendor. The zero value has the defaults.
//
//	type AccountLimits struct {
//		Concurrency int     // attempts at once; 0 means any number
//		Rate        Rate    // attempts in a time
//		Breaker     Breaker // keeps attempts away from a vendor that fails
//	}
type AccountLimits = route.Limits

// Rate is a number of calls in a time, spread evenly. 0 calls mean no limit.
//
//	type Rate struct {
//		Calls int
//		Per   time.Duration
//	}
type Rate = route.Rate

// Breaker is a circuit breaker. It opens if a share of the attempts within a window failed by the vendor's or the network's fault.
// It then lets nothing through for a while, after that a few attempts, and if they succeed a growing share of all.
//
//	type Breaker struct {
//		Off         bool
//		FailureRate float64       // above 0 to 1; default 0.5
//		MinCalls    int           // within the window before the breaker can open; default 10
//		Window      time.Duration // default 30 s
//		OpenFor     time.Duration // and also how long the gradual return takes; default 15 s
//	}
type Breaker = route.Breaker

// ProviderStatus is what routes know of a provider at one moment.
//
//	type ProviderStatus struct {
//		Provider  string
//		Ready     bool      // it would be asked
//		Why       Message   // why it would not be asked
//		Until     time.Time // when it may be asked again; zero if unknown or ready
//		Parked    *Parked   // nil if it is not parked
//		Price     Amount    // of the next attempt
//		PriceSource Message // where the price comes from, such as a package
//		TypicalMs int64     // median latency of recent attempts in milliseconds; 0 if unknown
//		SlowMs    int64     // 95th percentile
//		Breaker   string    // "closed", "open", "half-open" or "returning"; empty without a breaker
//		Share     float64   // 0 to 1, of the weight in a weighted route
//	}
type ProviderStatus = route.ProviderStatus

// Parked is why a provider is not asked until somebody resolves a problem or an operator unparks it.
//
//	type Parked struct {
//		Since  time.Time
//		Until  time.Time   // zero means until it is unparked
//		Kind   FailureKind // of the failure that led to it; zero if an operator parked the provider
//		Reason string
//	}
type Parked = route.Parked

// Message is a sentence for people, as a code with parameters. String returns it in English; in JSON it is that text. Decide by its
// Code, never by its text.
type Message = message.Message

// Language writes messages in another language than English: see [Message.Format].
type Language = message.Language

// MessageCode names a message. Codes are stable. [MessageCodes] lists them.
type MessageCode = message.Code

// MessageCodes returns the codes of all messages, sorted: what a [Language] needs templates for. Later versions add codes. The slice is
// the caller's.
func MessageCodes() []MessageCode { return message.Codes() }

// TextMessage returns a message with a text of your own, which every language shows as it is. It is zero if the text is empty.
func TextMessage(text string) Message { return message.Text(text) }
