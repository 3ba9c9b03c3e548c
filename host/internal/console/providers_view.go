package console

import (
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// tag is a state in a word, with its colour: good, warn, bad, or none.
type tag struct{ Tone, Word string }

// providerView is a provider in the words of a page.
type providerView struct {
	service.Provider
	Texts *pluginTexts
	Path  string
	// Idle reports whether it is a plugin that no provider uses.
	Idle   bool
	Status tag
	// Why it is not asked; empty if it is.
	Why       said
	Parked    *parkedView
	Breaker   tag
	Documents []string
	// Price of the next call and where it comes from; both empty if no price is known.
	Price       string
	PriceSource said
	// Typical and Slow are empty when nothing is known yet.
	Typical, Slow string
	Accounts      []*accountView
	Places        []*placeView
}

// parkedView says why, since when and until when a provider is parked. Until is empty if only an operator ends it.
type parkedView struct {
	Reason             said
	Kind, Since, Until string
}

// placeView is a provider's place in a route as it would be asked now. Place is empty if it would not be asked; Why says why.
type placeView struct {
	Route, Policy, Place string
	Why                  said
}

// viewProviders returns the providers that a visitor may see.
func (c *Console) viewProviders(v *visitor) []*providerView {
	currency := c.cfg.Service.Engine.Currency()
	places := c.places(v)
	var out []*providerView
	for _, p := range c.cfg.Service.Providers(v.Tenant) {
		x := &providerView{Provider: p, Texts: textsOf(p.Manifest, v.Lang), Path: providerPath(p.Name), Idle: p.State == engine.NotConfigured || p.Standing == nil, Places: places[p.Name]}
		x.Status, x.Why = c.status(v, &p)
		for _, d := range p.Documents {
			x.Documents = append(x.Documents, documentWords(v, d))
		}
		for _, b := range p.Budgets {
			x.Accounts = append(x.Accounts, c.account(v, currency, b))
		}
		if s := p.Standing; s != nil {
			c.standing(v, x, s, currency)
		}
		out = append(out, x)
	}
	return out
}

// standing adds the status that a provider has for routes.
func (c *Console) standing(v *visitor, x *providerView, s *route.ProviderStatus, currency money.Currency) {
	if s.Parked != nil {
		x.Parked = &parkedView{Reason: v.say(s.Parked.Reason), Since: c.clock(s.Parked.Since), Until: c.clock(s.Parked.Until)}
		if s.Parked.Kind != abi.FailureKindUnspecified {
			x.Parked.Kind = v.named("failure", s.Parked.Kind.String())
		}
		x.Why = said{}
	}
	if s.PriceSource.Code() != message.PriceUnknown {
		x.Price, x.PriceSource = coins(currency, s.Price), v.say(s.PriceSource)
	}
	if s.TypicalMs > 0 {
		x.Typical = v.duration(milliseconds(s.TypicalMs))
	}
	if s.SlowMs >= s.TypicalMs && s.SlowMs > 0 {
		x.Slow = v.duration(milliseconds(s.SlowMs))
	}
	if s.Breaker != "" {
		x.Breaker = tag{Word: v.named("providers.breaker", s.Breaker)}
		switch s.Breaker {
		case "open":
			x.Breaker.Tone = "bad"
		case "half-open", "returning":
			x.Breaker.Tone = "warn"
		default:
			x.Breaker.Tone = "good"
		}
	}
}

// status returns a provider's state in one word, and the reason.
func (c *Console) status(v *visitor, p *service.Provider) (tag, said) {
	say := func(tone, key string) tag { return tag{tone, v.T("providers.state-" + key)} }
	reason := v.say(p.Reason)
	switch p.State {
	case catalog.Ready:
	case engine.NotConfigured:
		return say("", "idle"), reason
	case catalog.Restarting:
		return say("warn", "restarting"), reason
	case catalog.Closed:
		return say("", "closed"), reason
	default:
		return say("bad", "broken"), reason
	}
	switch s := p.Standing; {
	case s == nil || s.Ready:
		return say("good", "ready"), reason
	case s.Parked != nil && s.Parked.Kind == abi.FailureKindUnspecified:
		return say("warn", "disabled"), v.say(s.Why)
	case s.Parked != nil:
		return say("bad", "parked"), v.say(s.Why)
	case s.Breaker == "open":
		return say("bad", "open"), v.say(s.Why)
	default:
		return say("warn", "waiting"), v.say(s.Why)
	}
}

// places returns the places of each provider in the routes.
func (c *Console) places(v *visitor) map[string][]*placeView {
	out := make(map[string][]*placeView)
	for _, r := range c.cfg.Service.Routes(v.Tenant) {
		ranking, err := c.cfg.Service.Explain(v.Tenant, r.Name, engine.Request{})
		if err != nil {
			continue // gone since it was listed
		}
		for i, p := range ranking.Providers {
			x := &placeView{Route: r.Name, Policy: v.named("providers.policy", string(r.Policy)), Why: v.say(p.Why)}
			if p.Ready {
				x.Place, x.Why = v.T("providers.place", i+1), said{}
			}
			if p.Parked != nil {
				x.Why = said{} // the provider says it
			}
			out[p.Provider] = append(out[p.Provider], x)
		}
	}
	return out
}

// documentWords returns a document with its sides.
func documentWords(v *visitor, d engine.DocumentInfo) string {
	s := v.named("document", d.Document)
	if len(d.Sides) == 0 {
		return s
	}
	sides := make([]string, len(d.Sides))
	for i, side := range d.Sides {
		sides[i] = v.named("side", side.String())
	}
	return v.T("providers.document", s, strings.Join(sides, v.T("providers.and")))
}

// clock writes a time in the console's zone; nothing for the zero time.
func (c *Console) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.local(t).Format("2006-01-02 15:04")
}
