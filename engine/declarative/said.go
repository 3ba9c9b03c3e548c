package declarative

import (
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// signalRule is a signal or a check: a text out of the answer, and what it means.
type signalRule struct {
	name      string
	raw, said *compiled
	states    map[string]uint32
}

// signals compiles signals or checks, whose texts must come to one of some states.
func (c *compiler) signals(m *named[source], s scope, states map[string]uint32) []signalRule {
	known := make([]string, 0, len(states))
	for state := range states {
		known = append(known, state)
	}
	slices.Sort(known)
	var out []signalRule
	for i := range m.items {
		src := &m.items[i].value
		rule := signalRule{name: m.items[i].name.s, said: c.source(src, s), states: states}
		rule.raw = rule.said
		if src.expr != nil {
			c.outcomes(src.expr, known...)
			raw := *src.expr
			raw.Map, raw.Default = named[word]{}, nil
			rule.raw = c.source(&source{text{place: src.place, expr: &raw}}, s)
		}
		out = append(out, rule)
	}
	return out
}

// read returns the state, and the vendor's own word for it.
func (s *signalRule) read(r *run) (state uint32, code string, ok bool) {
	state, ok = s.states[s.said.say(r)]
	return state, s.raw.say(r), ok
}

func signalsOf(rules []signalRule, r *run) []abi.Signal {
	var out []abi.Signal
	for i := range rules {
		if state, code, ok := rules[i].read(r); ok {
			out = append(out, abi.Signal{Name: rules[i].name, State: abi.SignalState(state), VendorCode: code})
		}
	}
	return out
}

// extraRules are what the vendor says beyond the model.
type extraRules struct {
	rest  []restRule
	named []extraRule
}

// restRule is everything below a pointer but the names that the file knows.
type restRule struct {
	below string
	known []string
}

type extraRule struct {
	name string
	text *compiled
}

// extras are compiled last, when all pointers of the file are known.
func (c *compiler) extras(k *card, s scope) extraRules {
	var out extraRules
	if k.Extras == nil {
		return out
	}
	pointers := slices.Clone(c.known)
	for i := range k.Extras.Named.items {
		item := &k.Extras.Named.items[i]
		out.named = append(out.named, extraRule{item.name.s, c.source(&item.value, s)})
	}
	pointers = append(pointers, c.known[len(pointers):]...)
	for i := range k.Extras.Rest {
		below := c.pointer(&k.Extras.Rest[i])
		rule := restRule{below: below, known: wordsOf(k.Extras.Except)}
		for _, p := range pointers {
			if rest, ok := strings.CutPrefix(p, below+"/"); ok {
				first, _, _ := strings.Cut(rest, "/")
				rule.known = append(rule.known, first)
			}
		}
		out.rest = append(out.rest, rule)
	}
	return out
}

// extras returns what the answer has below the pointer of a rule.
func (r *run) extras(rest restRule) []abi.Extra {
	all := r.below(rest.below)
	if !r.look(len(all) * (1 + len(rest.known))) {
		return nil
	}
	return all.Extras(rest.known...)
}

func (e *extraRules) read(r *run) []abi.Extra {
	var out []abi.Extra
	for _, rest := range e.rest {
		for _, x := range r.extras(rest) {
			if r.spend(len(x.Name) + len(x.Value)) {
				out = append(out, x)
			}
		}
	}
	for _, x := range e.named {
		if s := x.text.say(r); s != "" {
			out = append(out, abi.Extra{Name: x.name, Value: s})
		}
	}
	return out
}
