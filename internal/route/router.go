package route

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Config of a Router.
type Config struct {
	// Accounts by provider.
	Accounts map[string]Account
	// Routes by name.
	Routes map[string]Route
	// Book keeps budgets and the ledger; nil keeps neither. The router does not close it.
	Book *money.Book
	// Store keeps what outlives this process; nil keeps nothing. The router does not close it.
	Store store.Store
	// Before is the router that this one succeeds; nil for the first. What it knows of accounts goes on, its Store and Owner too.
	Before *Router
	// Owner names this process among those that share the store.
	Owner string
	// Usable says whether a provider can be asked at all, for example because its plugin is loaded; nil means always.
	Usable func(provider string) error
	Now    func() time.Time
	// Random is the source of draws and jitter.
	Random rand.Source
	Logger *slog.Logger
}

// Router decides for the calls of one engine. It is safe for concurrent use.
type Router struct {
	cfg      Config
	accounts map[string]*account
	routes   map[string]*path
	state    *state
	// succeeded is set when another router goes on with the state.
	succeeded atomic.Bool

	mu     sync.Mutex
	random *rand.Rand
}

// path is a route at work.
type path struct {
	Route
	name    string
	members []*account
	weights []float64 // of the members
	purse   purse
}

// New makes a router and takes in what its store has kept. Names in routes must be those of accounts. It fails when the store
// does.
func New(ctx context.Context, cfg Config) (*Router, error) {
	before := cfg.Before
	cfg.Before = nil // a router that kept the one before it would keep all that there ever were
	r := &Router{cfg: cfg, accounts: make(map[string]*account, len(cfg.Accounts)), routes: make(map[string]*path, len(cfg.Routes)), random: rand.New(cfg.Random)}
	if before != nil {
		r.state = before.state
	} else {
		r.state = newState(cfg.Store, cfg.Owner, cfg.Now, cfg.Logger)
	}
	guards := make(map[string]*guard, len(cfg.Accounts))
	for name, a := range cfg.Accounts {
		if known := r.state.guard(name); known != nil {
			guards[name] = known.successor(a.Limits)
		} else {
			guards[name] = newGuard(name, a.Limits, r.state)
		}
		r.accounts[name] = &account{guard: guards[name], traits: a.Traits, tariff: a.Tariff}
	}
	for name, route := range cfg.Routes {
		p := &path{Route: route.withDefaults(), name: name}
		for _, provider := range p.Providers {
			a := r.accounts[provider]
			if a == nil {
				return nil, fmt.Errorf("route %s names the provider %q, which there is not", name, provider)
			}
			p.members, p.weights = append(p.members, a), append(p.weights, weight(&p.Route, provider))
		}
		r.routes[name] = p
	}
	if before != nil {
		r.state.adopt(ctx, guards)
		before.succeeded.Store(true)
		return r, nil
	}
	if err := r.state.open(ctx, guards); err != nil {
		return nil, err
	}
	return r, nil
}

// Close writes what is left to the store, unless another router has succeeded this one. No call may be running.
func (r *Router) Close() {
	if !r.succeeded.Load() {
		r.state.close()
	}
}

// Timeout of a route's calls; 0 when the route does not say or there is none.
func (r *Router) Timeout(name string) time.Duration {
	if p := r.routes[name]; p != nil {
		return p.Timeout
	}
	return 0
}

// Park keeps a provider from being asked. It is false for one there is not.
func (r *Router) Park(provider string, p Parked) bool {
	a := r.accounts[provider]
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parkings = 0
	a.setParked(p)
	return true
}

// Unpark lets a provider be asked again.
func (r *Router) Unpark(provider string) bool { return r.Park(provider, Parked{}) }

// Forgive ends a parking that a failure led to, because what led to it has changed. One that an operator wants stays.
func (r *Router) Forgive(provider string) {
	a := r.accounts[provider]
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.parked.Kind != abi.FailureKindUnspecified {
		a.parkings = 0
		a.setParked(Parked{})
	}
}

// draw gives a number from 0 to 1, without 1.
func (r *Router) draw() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.random.Float64()
}

// exponential turns an even draw into an exponentially distributed number.
func exponential(draw float64) float64 { return -math.Log(1 - draw) }

// Run carries out one call.
func (r *Router) Run(ctx context.Context, call *Call) *Verdict {
	p, refused := r.find(call)
	if refused != nil {
		return &Verdict{Winner: -1, Failure: -1, Refused: refused}
	}
	x := &run{router: r, path: p, call: call, verdict: Verdict{Winner: -1, Failure: -1}, best: -1}
	if x.verdict.Refused = x.choose(); x.verdict.Refused != nil {
		return &x.verdict
	}
	return x.do(ctx)
}

// find gives the route of a call; for a call that names its provider, one with that provider alone.
func (r *Router) find(call *Call) (*path, *Refusal) {
	invalid := func(what, name string, known []string) *Refusal {
		return &Refusal{Kind: abi.FailureKindInvalidRequest, Fault: abi.FaultCaller, Message: fmt.Sprintf("there is no %s %q; want one of \"%s\"", what, name, strings.Join(known, `", "`))}
	}
	if call.Provider != "" {
		a := r.accounts[call.Provider]
		if a == nil {
			return nil, invalid("provider", call.Provider, slices.Sorted(maps.Keys(r.accounts)))
		}
		return &path{Route: Route{Retries: -1}.withDefaults(), members: []*account{a}}, nil
	}
	p := r.routes[call.Route]
	if p == nil {
		return nil, invalid("route", call.Route, slices.Sorted(maps.Keys(r.routes)))
	}
	return p, nil
}

// choose fills the queue with the candidates in their order, and says what keeps the call from having any.
func (x *run) choose() *Refusal {
	needs := x.call.Needs
	if len(x.path.Labels) > 0 {
		needs.Labels = slices.Concat(needs.Labels, x.path.Labels)
	}
	list := needs.each()
	now := x.router.cfg.Now()
	candidates := make([]candidate, 0, len(x.path.members))
	for place, a := range x.path.members {
		if n := len(x.verdict.Attempts); n > 0 && len(candidates) == 0 && !x.path.Policy.ranks() {
			x.because = fmt.Sprintf("next after %s was skipped", x.verdict.Attempts[n-1].Provider)
		}
		if usable := x.router.cfg.Usable; usable != nil {
			if err := usable(a.name); err != nil {
				x.unusable = cmp.Or(x.unusable, err)
				x.skip(a.name, err.Error())
				continue
			}
		}
		if n, lacks := a.traits.lacks(list, needs.Document); lacks {
			x.skip(a.name, n.String())
			continue
		}
		candidates = append(candidates, candidate{account: a, place: place})
	}
	if len(candidates) > 0 {
		x.queue = make([]*candidate, len(candidates))
		for i := range candidates {
			x.queue[i] = &candidates[i]
		}
		x.score(now)
		return nil
	}
	return x.nobody(list, needs.Document)
}

// score gives the candidates of the queue their ranks.
func (x *run) score(now time.Time) {
	draw := x.router.draw
	if x.path.Policy == Weighted { // one lock for all draws
		x.router.mu.Lock()
		defer x.router.mu.Unlock()
		draw = x.router.random.Float64
	}
	x.path.score(x.queue, now, draw)
}

// nobody is the refusal of a call that no provider of its route can serve.
func (x *run) nobody(needs []need, document string) *Refusal {
	f := &Refusal{Kind: abi.FailureKindInvalidRequest, Fault: abi.FaultCaller, Message: "no provider of the route can serve this request: "}
	switch {
	case len(x.path.members) == 0:
		f.Kind, f.Fault = abi.FailureKindUnavailable, abi.FaultOperator
		f.Message += "there are none"
	case x.unusable != nil:
		f.Kind, f.Fault, f.Err = abi.FailureKindUnavailable, abi.FaultOperator, x.unusable
		f.Message += x.passedOver()
	default:
		f.Message += unmet(needs, document, x.path.members)
	}
	return f
}

// passedOver says why each provider was.
func (x *run) passedOver() string {
	var why []string
	for _, c := range x.verdict.Attempts {
		if c.Outcome == Skipped {
			why = append(why, c.Provider+" "+c.Reason)
		}
	}
	return strings.Join(why, "; ")
}

// quote is what a call costs now.
func (a *account) quote(now time.Time) money.Quote {
	if a.tariff == nil {
		return money.Quote{}
	}
	return a.tariff.Quote(now)
}

// refusedBy is the refusal of a call for which nobody could be asked although somebody could have served it.
func (x *run) refusedBy(ctx context.Context) *Refusal {
	f := &Refusal{Kind: abi.FailureKindUnavailable, Fault: abi.FaultOperator, Err: x.refusal}
	var budget *money.BudgetError
	switch {
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded): // also where a caller further up has cancelled for its own deadline
		return &Refusal{Kind: abi.FailureKindTimeout, Fault: abi.FaultOperator, Message: "the time of the call is over: " + x.passedOver(), Err: context.DeadlineExceeded}
	case ctx.Err() != nil:
		return &Refusal{Kind: abi.FailureKindTimeout, Fault: abi.FaultCaller, Message: "the caller gave up", Err: ctx.Err()}
	case errors.As(x.refusal, &budget):
		f.Kind = abi.FailureKindQuotaExhausted
		f.RetryAfter = budget.Until.Sub(x.router.cfg.Now())
	case !x.soonest.IsZero():
		f.RetryAfter = x.soonest.Sub(x.router.cfg.Now())
	}
	f.Message = "no provider can be asked now: " + x.passedOver()
	return f
}
