package console

import (
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// choices are the options of a visitor before a card is read.
type choices struct {
	Routes, Providers, Sides []choice
	// Portrait reports whether the portrait is wanted, which only some providers locate.
	Portrait bool
}

// choice is an entry of a list.
type choice struct {
	Value, Name string
	// Cost says what a call costs; may be empty.
	Cost   string
	Chosen bool
}

// choices returns the options of a visitor, with those of the last request chosen.
func (c *Console) choices(v *visitor, asked engine.Request) *choices {
	s, out := c.cfg.Service, &choices{Portrait: slices.Contains(asked.Extras, portraitExtra)}
	currency := s.Engine.Currency()
	for _, r := range s.Routes(v.Tenant) {
		one := choice{Value: r.Name, Name: r.Name, Chosen: r.Name == asked.Route || asked.Route == "" && r.Default}
		if ranking, err := s.Explain(v.Tenant, r.Name, engine.Request{}); err == nil {
			one.Cost = costOf(v.words, ranking.Providers, currency)
		}
		out.Routes = append(out.Routes, one)
	}
	for _, p := range s.Providers(v.Tenant) {
		if p.Standing == nil {
			continue
		}
		one := choice{Value: p.Name, Name: p.Name, Cost: costOf(v.words, []route.ProviderStatus{*p.Standing}, currency), Chosen: p.Name == asked.Provider}
		if !p.Standing.Ready {
			one.Cost = v.T("read.cost.unready")
		}
		out.Providers = append(out.Providers, one)
	}
	for _, side := range []engine.Side{0, engine.Front, engine.Back} {
		name := "auto"
		if side != 0 {
			name = side.String()
		}
		out.Sides = append(out.Sides, choice{Value: strings.TrimPrefix(name, "auto"), Name: v.T("read.side." + name), Chosen: side == asked.Side})
	}
	return out
}

// costOf returns the cost of a call that several providers can serve: at least that of the cheapest, at most that of all. It leaves out
// providers without a price.
func costOf(w *words, ranked []route.ProviderStatus, currency money.Currency) string {
	var least, most money.Amount
	ready, priced := 0, 0
	for _, r := range ranked {
		if !r.Ready {
			continue
		}
		ready++
		if r.PriceSource.Code() == message.PriceUnknown {
			continue
		}
		if sum, err := most.Add(r.Price); err == nil {
			most = sum
		}
		if priced == 0 || r.Price < least {
			least = r.Price
		}
		priced++
	}
	switch {
	case ready == 0:
		return w.T("read.cost.nobody")
	case most == 0:
		return w.T("read.cost.none")
	case least == most:
		return coins(currency, most)
	default:
		return coins(currency, least) + "–" + coins(currency, most)
	}
}
