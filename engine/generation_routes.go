package engine

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// openRoutes checks the routes, and adds the default one if it is missing.
func (g *generation) openRoutes() error {
	known := slices.Sorted(maps.Keys(g.providers))
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(g.cfg.Routes)) {
		problems = append(problems, checkRoute(name, g.cfg.Routes[name], known))
	}
	g.routes = map[string]Route{DefaultRoute: {Providers: known}}
	maps.Copy(g.routes, g.cfg.Routes)
	return errors.Join(problems...)
}

func checkRoute(name string, r Route, known []string) error {
	var problems []error
	wrong := func(key, problem, want string) {
		problems = append(problems, &ConfigError{Route: name, Key: key, Problem: problem, Want: want})
	}
	if r.Policy != "" && !slices.Contains(route.Policies(), r.Policy) {
		wrong("/policy", fmt.Sprintf("there is no policy %q", r.Policy), fmt.Sprintf("one of %q", route.Policies()))
	}
	if len(r.Providers) == 0 {
		wrong("/providers", "the route is empty", "at least one provider")
	}
	for i, p := range r.Providers {
		key := fmt.Sprintf("/providers/%d", i)
		switch {
		case !slices.Contains(known, p):
			wrong(key, fmt.Sprintf("there is no provider %q", p), oneOf("providers", known))
		case slices.Contains(r.Providers[:i], p):
			wrong(key, fmt.Sprintf("the provider %q is listed twice", p), "each provider once")
		}
	}
	for _, p := range slices.Sorted(maps.Keys(r.Weights)) {
		switch {
		case !slices.Contains(r.Providers, p):
			wrong(jsonpointer.Join("/weights", p), "the route does not list this provider", oneOf("providers in the route", r.Providers))
		case r.Weights[p] < 0:
			wrong(jsonpointer.Join("/weights", p), "the weight is negative", "0 or more")
		}
	}
	if r.Policy == route.Consensus {
		if agree := cmp.Or(r.Consensus.Agree, 2); agree > len(r.Providers) {
			wrong("/consensus/agree", fmt.Sprintf("%d providers cannot agree where there are %d", agree, len(r.Providers)), "at most as many as the route has providers")
		}
	}
	return errors.Join(problems...)
}

// openRouter makes the router. It takes over what the router before it knows of the accounts that stay.
func (g *generation) openRouter(ctx context.Context, tariff func(provider string) *money.Tariff, before *route.Router) error {
	accounts := make(map[string]route.Account, len(g.providers))
	for name, p := range g.providers {
		cfg := g.cfg.Providers[name]
		accounts[name] = route.Account{Traits: p.traits(cfg.Labels), Tariff: tariff(name), Limits: cfg.Limits}
	}
	var err error
	g.router, err = route.New(ctx, route.Config{
		Accounts: accounts, Routes: g.routes, Book: g.book, Store: g.store, Owner: g.owner, Before: before,
		Usable: g.notLoaded, Now: g.cfg.Now, Zone: g.cfg.Money.zone(), Random: randSource{g.cfg.Random}, Logger: g.cfg.Logger,
	})
	return err
}

// traits returns what a provider offers; a broken one offers nothing.
func (p *provider) traits(labels []string) route.Traits {
	t := route.Traits{Labels: labels}
	if d := p.plugin.Manifest; d != nil {
		t.Documents, t.URL = d.Documents, accepts(d.Images, "url")
		if t.URL {
			t.MaxURLBytes = int(d.Images.MaxURLBytes)
		}
	}
	return t
}

// asksNobody reports whether a provider cannot send a request to anybody, so that nobody can bill its calls.
func (p *provider) asksNobody() bool {
	d := p.plugin.Manifest
	return d != nil && len(d.Hosts) == 0 && len(d.Prices) == 0 && !slices.ContainsFunc(p.config, func(l abi.Leaf) bool { return l.Path == "/"+endpointKey })
}

// currency of all prices.
func (g *generation) currency() money.Currency { return cmp.Or(g.cfg.Money.Currency, money.CNY) }

// randSource is a rand.Source that reads the engine's randomness.
type randSource struct{ r io.Reader }

func (d randSource) Uint64() uint64 {
	var b [8]byte
	_, _ = io.ReadFull(d.r, b[:]) // a call without randomness fails before it comes here
	return binary.LittleEndian.Uint64(b[:])
}

// Shanghai returns the time zone of China. It needs no time zone database.
func Shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// tariffs returns what the calls of each provider cost.
func (g *generation) tariffs() (map[string]*money.Tariff, error) {
	tariffs := make(map[string]*money.Tariff, len(g.providers))
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(g.providers)) {
		cfg := g.cfg.Providers[name].Price
		cfg.Currency = g.currency()
		if g.providers[name].asksNobody() && cfg.PerCall == nil && len(cfg.Packages) == 0 && len(cfg.Volume) == 0 && cfg.FreeCalls == 0 && cfg.Bought == 0 {
			tariffs[name] = money.NoVendor(cfg.Currency)
			continue
		}
		if d := g.providers[name].plugin.Manifest; d != nil {
			cfg.Tiers = d.Prices
		}
		t, err := money.NewTariff(cfg)
		var wrong *money.ConfigError
		switch {
		case errors.As(err, &wrong):
			problems = append(problems, &ConfigError{Provider: name, Key: below("/price", wrong.At), Problem: wrong.Reason.String(), Reason: wrong.Reason})
		case err != nil:
			problems = append(problems, &ConfigError{Provider: name, Key: "/price", Problem: err.Error(), Want: "prices in " + string(g.currency())})
		}
		tariffs[name] = t
	}
	return tariffs, errors.Join(problems...)
}

// openBook opens the book of budgets.
func (s *shared) openBook(ctx context.Context, cfg *Config, tariffs map[string]*money.Tariff) error {
	var err error
	s.book, err = money.Open(ctx, money.Config{
		Store: s.store, Owner: s.owner, Currency: cfg.Money.Currency, Zone: cfg.Money.zone(), Budgets: cfg.Money.Budgets, Tariffs: tariffs,
		Now: cfg.Now, Logger: cfg.Logger,
	})
	return wrongMoney(err)
}

// wrongMoney turns a book's error about its configuration into one of the engine.
func wrongMoney(err error) error {
	var wrong *money.ConfigError
	if errors.As(err, &wrong) {
		return &ConfigError{Key: below("/money", wrong.At), Problem: wrong.Reason.String(), Reason: wrong.Reason}
	}
	return err
}

// below appends a place in the notation of package money to a key: packages[1].id is /packages/1/id.
func below(key, at string) string {
	return key + "/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(at)
}

func (m *Money) zone() *time.Location {
	if m.Location == nil {
		return Shanghai()
	}
	return m.Location
}
