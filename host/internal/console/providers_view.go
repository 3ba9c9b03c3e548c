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

// tag is a state in a word, with the colour that goes with it: good, warn, bad, or none.
type tag struct{ Tone, Word string }

// providerView is a provider in words.
type providerView struct {
	service.Provider
	Path string
	// Idle: a plugin that serves no provider.
	Idle   bool
	Status tag
	// Why it is not asked, in the engine's words.
	Why       string
	Parked    *parkedView
	Breaker   tag
	Documents []string
	// Price of the next call, and PriceSource, in the engine's words where PriceLang is set; all empty where no price is known.
	Price, PriceSource, PriceLang string
	// Typical and Slow are empty when nothing is known yet.
	Typical, Slow string
	Accounts      []*accountView
	Places        []*placeView
}

// parkedView is why, since when and until when a provider is parked; Until is empty for as long as nobody enables it.
type parkedView struct{ Reason, Kind, Since, Until string }

// placeView is a provider's place in a route as it would be asked now; Place is empty when it would not, and Why says why.
type placeView struct{ Route, Policy, Place, Why string }

// viewProviders are the providers of a visitor.
func (c *Console) viewProviders(v *visitor) []*providerView {
	currency := c.cfg.Service.Engine.Currency()
	places := c.places(v)
	var out []*providerView
	for _, p := range c.cfg.Service.Providers(v.Tenant) {
		x := &providerView{Provider: p, Path: providerPath(p.Name), Idle: p.State == engine.NotConfigured || p.Standing == nil, Places: places[p.Name]}
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

// standing adds how routes see a provider.
func (c *Console) standing(v *visitor, x *providerView, s *route.ProviderStatus, currency money.Currency) {
	if s.Parked != nil {
		x.Parked = &parkedView{Reason: s.Parked.Reason.String(), Since: c.clock(s.Parked.Since), Until: c.clock(s.Parked.Until)}
		if s.Parked.Kind != abi.FailureKindUnspecified {
			x.Parked.Kind = word(v, "failure", s.Parked.Kind.String())
		}
		x.Why = ""
	}
	if source := s.PriceSource.String(); s.PriceSource.Code() != message.PriceUnknown {
		x.Price, x.PriceSource = coins(currency, s.Price), word(v, "providers.source", source)
		if x.PriceSource == source {
			x.PriceLang = "en"
		}
	}
	if s.TypicalMs > 0 {
		x.Typical = seconds(v, s.TypicalMs)
	}
	if s.SlowMs >= s.TypicalMs && s.SlowMs > 0 {
		x.Slow = seconds(v, s.SlowMs)
	}
	if s.Breaker != "" {
		x.Breaker = tag{Word: word(v, "providers.breaker", s.Breaker)}
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

// status is a provider's state in one word, and the reason in the engine's own.
func (c *Console) status(v *visitor, p *service.Provider) (tag, string) {
	say := func(tone, key string) tag { return tag{tone, v.T("providers.state-" + key)} }
	switch p.State {
	case catalog.Ready:
	case engine.NotConfigured:
		return say("", "idle"), p.Reason
	case catalog.Restarting:
		return say("warn", "restarting"), p.Reason
	case catalog.Closed:
		return say("", "closed"), p.Reason
	default:
		return say("bad", "broken"), p.Reason
	}
	switch s := p.Standing; {
	case s == nil || s.Ready:
		return say("good", "ready"), p.Reason
	case s.Parked != nil && s.Parked.Kind == abi.FailureKindUnspecified:
		return say("warn", "disabled"), s.Why.String()
	case s.Parked != nil:
		return say("bad", "parked"), s.Why.String()
	case s.Breaker == "open":
		return say("bad", "open"), s.Why.String()
	default:
		return say("warn", "waiting"), s.Why.String()
	}
}

// places are where routes ask each provider.
func (c *Console) places(v *visitor) map[string][]*placeView {
	out := make(map[string][]*placeView)
	for _, r := range c.cfg.Service.Routes(v.Tenant) {
		ranking, err := c.cfg.Service.Explain(v.Tenant, r.Name, engine.Request{})
		if err != nil {
			continue // gone since it was listed
		}
		for i, p := range ranking.Providers {
			x := &placeView{Route: r.Name, Policy: word(v, "providers.policy", string(r.Policy)), Why: p.Why.String()}
			if p.Ready {
				x.Place, x.Why = v.T("providers.place", i+1), ""
			}
			if p.Parked != nil {
				x.Why = ""
			}
			out[p.Provider] = append(out[p.Provider], x)
		}
	}
	return out
}

// documentWords is a document with its sides.
func documentWords(v *visitor, d engine.DocumentInfo) string {
	s := word(v, "document", d.Document)
	if len(d.Sides) == 0 {
		return s
	}
	sides := make([]string, len(d.Sides))
	for i, side := range d.Sides {
		sides[i] = word(v, "side", side.String())
	}
	return v.T("providers.document", s, strings.Join(sides, v.T("providers.and")))
}

// word is a word of the contract in the visitor's language; one that is newer than this program stands for itself.
func word(v *visitor, group, name string) string {
	if key := group + "." + name; v.Has(key) {
		return v.T(key)
	}
	return name
}

// clock is a time where the operator is; empty for none.
func (c *Console) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.local(t).Format("2006-01-02 15:04")
}
