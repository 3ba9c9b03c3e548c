package route

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Config of a Router.
type Config struct {
	// Accounts by provider.
	Accounts map[string]Account
	// Routes by name.
	Routes map[string]Route
	// Book keeps budgets and the ledger; nil means that there are none. The router does not close it.
	Book *money.Book
	// Store keeps the state of accounts beyond this process; nil keeps nothing. The router does not close it.
	Store store.Store
	// Before is the router that this one replaces; nil for the first. The new router takes over its Store, its Owner, and what
	// it knows of accounts.
	Before *Router
	// Owner names this process among those that share the store.
	Owner string
	// Usable returns why a provider is not loaded, nil for one that can be asked. A nil Usable means that all can be asked.
	Usable func(provider string) error
	Now    func() time.Time
	// Zone is the time zone of times in messages; nil means UTC.
	Zone *time.Location
	// Random generates draws and jitter.
	Random rand.Source
	Logger *slog.Logger
}

// Router carries out the calls of one engine. It is safe for concurrent use.
type Router struct {
	cfg      Config
	accounts map[string]*account
	routes   map[string]*activeRoute
	state    *state
	// succeeded is set when another router has taken over the state.
	succeeded atomic.Bool

	mu     sync.Mutex
	random *rand.Rand
}

// activeRoute is a Route in one router.
type activeRoute struct {
	Route
	name    string
	members []*account
	weights []float64 // of the members
	hedges  hedgeBudget
}

// New returns a router with the state that its store has kept. It returns an error if a route names an unknown account or if
// the store fails.
func New(ctx context.Context, cfg Config) (*Router, error) {
	before := cfg.Before
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	cfg.Before = nil // a router that kept the one before it would keep all that there ever were
	r := &Router{cfg: cfg, accounts: make(map[string]*account, len(cfg.Accounts)), routes: make(map[string]*activeRoute, len(cfg.Routes)), random: rand.New(cfg.Random)}
	if before != nil {
		r.state = before.state
	} else {
		r.state = newState(cfg.Store, cfg.Owner, cfg.Now, cfg.Logger)
	}
	protections := make(map[string]*protection, len(cfg.Accounts))
	for name, a := range cfg.Accounts {
		if known := r.state.protection(name); known != nil {
			protections[name] = known.successor(a.Limits)
		} else {
			protections[name] = newProtection(name, a.Limits, r.state)
		}
		r.accounts[name] = &account{protection: protections[name], traits: a.Traits, tariff: a.Tariff}
	}
	for name, route := range cfg.Routes {
		p := &activeRoute{Route: route.withDefaults(), name: name}
		for _, provider := range p.Providers {
			a := r.accounts[provider]
			if a == nil {
				return nil, fmt.Errorf("route %s names the unknown provider %q", name, provider)
			}
			p.members, p.weights = append(p.members, a), append(p.weights, weight(&p.Route, provider))
		}
		r.routes[name] = p
	}
	if before != nil {
		r.state.adopt(ctx, protections)
		before.succeeded.Store(true)
		return r, nil
	}
	if err := r.state.open(ctx, protections); err != nil {
		return nil, err
	}
	return r, nil
}

// Close writes unsaved state to the store, unless another router has taken over. No call may be running.
func (r *Router) Close() {
	if !r.succeeded.Load() {
		r.state.close()
	}
}

// Timeout returns the timeout of a route's calls, 0 if the route sets none or does not exist.
func (r *Router) Timeout(name string) time.Duration {
	if p := r.routes[name]; p != nil {
		return p.Timeout
	}
	return 0
}

// Has reports whether there is a route.
func (r *Router) Has(name string) bool { return r.routes[name] != nil }

// HasProvider reports whether there is a provider.
func (r *Router) HasProvider(name string) bool { return r.accounts[name] != nil }

// Members returns the names of a route's providers in the order of its list, nil if there is no such route.
func (r *Router) Members(name string) []string {
	p := r.routes[name]
	if p == nil {
		return nil
	}
	return slices.Clone(p.Providers)
}

// Park keeps a provider from being asked. It returns false if there is no such provider.
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

// Unpark resumes a provider, regardless of why it was parked.
func (r *Router) Unpark(provider string) bool { return r.Park(provider, Parked{}) }

// Forgive ends a parking that a failure caused, for example after the provider got another key. It does not end one that an
// operator wants.
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

// draw returns a random number from 0 up to but not including 1.
func (r *Router) draw() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.random.Float64()
}

// exponential turns a uniform draw into an exponentially distributed number.
func exponential(draw float64) float64 { return -math.Log(1 - draw) }

// Run carries out one call.
func (r *Router) Run(ctx context.Context, call *Call) *Verdict {
	p, refused := r.find(call)
	if refused != nil {
		return &Verdict{Winner: -1, Failure: -1, Refused: refused}
	}
	x := &run{router: r, route: p, call: call, verdict: Verdict{Winner: -1, Failure: -1}, best: -1}
	if x.verdict.Refused = x.choose(); x.verdict.Refused != nil {
		return &x.verdict
	}
	return x.do(ctx)
}

// find returns the route of a call. For a call that names its provider, that is a route with this provider alone.
func (r *Router) find(call *Call) (*activeRoute, *Failure) {
	invalid := func(code message.Code, name string, known []string) *Failure {
		for i := range known {
			known[i] = strconv.Quote(known[i])
		}
		m := message.New(code, "name", strconv.Quote(name), "known", message.ListOf[string](known))
		return &Failure{Kind: abi.FailureKindInvalidRequest, Fault: abi.FaultCaller, Message: m}
	}
	if call.Provider != "" {
		a := r.accounts[call.Provider]
		if a == nil {
			return nil, invalid(message.NoSuchProvider, call.Provider, slices.Sorted(maps.Keys(r.accounts)))
		}
		return &activeRoute{Route: Route{Retries: -1}.withDefaults(), members: []*account{a}}, nil
	}
	p := r.routes[call.Route]
	if p == nil {
		return nil, invalid(message.NoSuchRoute, call.Route, slices.Sorted(maps.Keys(r.routes)))
	}
	return p, nil
}
