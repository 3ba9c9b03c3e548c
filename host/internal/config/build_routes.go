package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// routes builds the routes and the money section.
func (b *builder) routes() {
	f := &b.File
	b.Engine.Money = b.money(f.Money)
	b.Engine.Routes = make(map[string]engine.Route, len(f.Routes))
	for _, name := range slices.Sorted(maps.Keys(f.Routes)) {
		b.Engine.Routes[name] = b.route(name, f.Routes[name])
	}
	b.Engine.Results = engine.ResultCache{Entries: f.Results.Entries, TTL: b.duration(f.Results.TTL, "results", "ttl")}
	b.state(f.State)
}

// keepDays is the number of days that attempts stay in the ledger: a year, in which a bill can be disputed, and some days more.
const keepDays = 400

// StateIn returns the configuration that keeps state in a folder.
func (c *Config) StateIn(dir string) *jetstream.Config {
	s := c.File.State
	return &jetstream.Config{Dir: dir, Name: s.Name, MaxLedgerAge: time.Duration(cmp.Or(s.KeepDays, keepDays)) * 24 * time.Hour}
}

func (b *builder) state(s State) {
	for setting, value := range map[string]string{"credentials_file": s.CredentialsFile, "nkey_file": s.NKeyFile, "user": s.User, "password": string(s.Password)} {
		if value != "" && s.URL == "" {
			b.wrong([]string{"state", setting}, "there is no server to show it to", "name the server in state.url, or leave this out")
		}
	}
	if s.Dir == "" && s.URL == "" {
		return
	}
	if s.Dir != "" && s.URL != "" {
		b.wrong([]string{"state", "url"}, "both a folder and a server are given", "one of them")
	}
	if s.InMemory {
		b.wrong([]string{"state", "in_memory"}, "a place is given as well", "either a folder or server, or in_memory")
	}
	b.State = &jetstream.Config{
		URL: s.URL, AllowPlaintext: s.AllowPlaintext, Name: s.Name, Replicas: s.Replicas, MaxLedgerAge: time.Duration(cmp.Or(s.KeepDays, keepDays)) * 24 * time.Hour,
		Auth: jetstream.Auth{
			CredentialsFile: b.secretFile(s.CredentialsFile, "state", "credentials_file"), NKeySeedFile: b.secretFile(s.NKeyFile, "state", "nkey_file"), User: s.User,
		},
	}
	if s.Dir != "" {
		b.State.Dir = b.resolve(s.Dir, "state", "dir")
	}
	if s.Password != "" {
		at := []string{"state", "password"}
		text, what, want := b.fetch(string(s.Password), at)
		if what != "" {
			b.wrong(at, what, want)
		}
		b.State.Auth.Password = text
	}
	if (s.Dir == "") != (s.URL == "") {
		b.place(b.State.Check())
	}
}

// place returns the setting that a store refuses.
func (b *builder) place(err error) {
	var wrong *jetstream.ConfigError
	if !errors.As(err, &wrong) {
		return
	}
	setting, want := "url", ""
	switch wrong.Field {
	case "URL":
		want = `one such as "tls://nats.internal:4222", or several with commas between them; who asks is said in state.user and state.password. Where the network is trusted, state.allow_plaintext: true allows nats://`
	case "Auth", "Auth.User":
		setting, want = "user", "one of credentials_file, nkey_file, and user with password; only for a server"
	case "Name":
		setting, want = "name", "a shorter name, such as ocrmux"
	case "Replicas":
		setting, want = "replicas", "leave it out, or share a server with state.url"
	}
	b.wrong([]string{"state", setting}, wrong.Reason, want)
}

func (b *builder) route(name string, r Route) engine.Route {
	out := engine.Route{
		Policy: route.Policy(r.Policy), Providers: r.Providers, Weights: r.Weights, Timeout: b.duration(r.Timeout, "routes", name, "timeout"),
		RepeatBilled: r.RepeatBilled, Labels: r.Labels,
		Hedge:     route.HedgeRule{After: b.duration(r.Hedge.After, "routes", name, "hedge", "after"), MaxExtra: r.Hedge.MaxExtra},
		Accept:    route.AcceptRule{Fields: r.Accept.Fields, MinConfidence: r.Accept.MinConfidence, IgnoreChecks: r.Accept.IgnoreChecks},
		Consensus: route.ConsensusRule{Agree: r.Consensus.Agree, Of: r.Consensus.Of},
	}
	if r.Retries != nil {
		out.Retries = *r.Retries
		if out.Retries == 0 {
			out.Retries = -1
		}
	}
	return out
}

// account builds a provider's price and limits.
func (b *builder) account(name string, p Provider, out *engine.ProviderConfig) {
	at := func(rest ...string) []string { return append([]string{"providers", name}, rest...) }
	out.Labels = p.Labels
	l := p.Limits
	out.Limits = route.Limits{
		Concurrency: l.Concurrency, Rate: rate(l.Rate),
		Breaker: route.Breaker{
			Off: l.Breaker.Off, FailureRate: l.Breaker.FailureRate, MinCalls: l.Breaker.MinCalls,
			Window:  b.duration(l.Breaker.Window, at("limits", "breaker", "window")...),
			OpenFor: b.duration(l.Breaker.OpenFor, at("limits", "breaker", "open_for")...),
		},
	}
	out.Price = money.TariffConfig{FreeCalls: int64(p.Price.FreeCalls), Bought: p.Price.Tier}
	if p.Price.PerCall != "" {
		amount := b.amount(p.Price.PerCall, at("price", "per_call"))
		out.Price.PerCall = &amount
	}
	for i, pack := range p.Price.Packages {
		n := strconv.Itoa(i)
		out.Price.Packages = append(out.Price.Packages, money.Package{
			ID: pack.ID, Calls: int64(pack.Calls), Used: int64(pack.Used), Price: b.amount(pack.Price, at("price", "packages", n, "price")),
			Expires: b.dayAfter(pack.Expires, at("price", "packages", n, "expires")),
		})
	}
	for i, tier := range p.Price.Monthly {
		out.Price.Volume = append(out.Price.Volume, money.VolumeTier{From: int64(tier.From) + 1, PerCall: b.amount(tier.PerCall, at("price", "monthly", strconv.Itoa(i), "per_call"))})
	}
}

// rate parses a text that matches the schema's pattern.
func rate(r CallRate) route.Rate {
	calls, unit, ok := strings.Cut(string(r), "/")
	if !ok {
		return route.Rate{}
	}
	n, _ := strconv.Atoi(calls)
	return route.Rate{Calls: n, Per: map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]}
}

func (b *builder) money(m Money) engine.Money {
	out := engine.Money{Currency: money.Currency(m.Currency), Location: b.location()}
	for i, x := range m.Budgets {
		at := []string{"money", "budgets", strconv.Itoa(i)}
		budget := money.Budget{Scope: money.ScopeProvider, Name: x.Provider, Per: money.Per(x.Per), Limit: money.Units{Calls: int64(x.Calls)}}
		known := slices.Sorted(maps.Keys(b.File.Providers))
		switch {
		case x.Route != "":
			budget.Scope, budget.Name = money.ScopeRoute, x.Route
			known = append(slices.Sorted(maps.Keys(b.File.Routes)), engine.DefaultRoute)
		case x.Tenant != "":
			budget.Scope, budget.Name = money.ScopeTenant, x.Tenant
			known = slices.Sorted(maps.Keys(b.File.Tenants))
		}
		if len(known) > 0 && !slices.Contains(known, budget.Name) {
			b.wrong(at, fmt.Sprintf("there is no %s %q", budget.Scope, budget.Name), "one of "+strings.Join(known, ", "))
		}
		if x.Amount != "" {
			budget.Limit.Amount = b.amount(x.Amount, append(at, "amount"))
		}
		if budget.Limit == (money.Units{}) {
			b.wrong(at, "the budget has no limit", "amount, calls or both")
		}
		out.Budgets = append(out.Budgets, budget)
	}
	return out
}

// location returns the time zone in which days begin.
func (b *builder) location() *time.Location {
	name := b.File.Money.TimeZone
	if name == "" {
		return nil
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		b.wrong([]string{"money", "time_zone"}, "is no time zone that is known here", `a name such as "Asia/Shanghai"`)
		return nil
	}
	return l
}

// dayAfter returns the first moment after a day.
func (b *builder) dayAfter(d Date, at []string) time.Time {
	if d == "" {
		return time.Time{}
	}
	l := b.location()
	if l == nil {
		l = engine.Shanghai()
	}
	t, err := time.ParseInLocation(time.DateOnly, string(d), l)
	if err != nil {
		b.wrong(at, "is no day of the calendar", `a date such as "2026-12-31"`)
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

// amount parses a text that matches the schema's pattern.
func (b *builder) amount(a Amount, at []string) money.Amount {
	v, err := money.ParseAmount(string(a))
	if err != nil {
		b.wrong(at, err.Error(), `an amount such as "0.042"`)
	}
	return v
}
