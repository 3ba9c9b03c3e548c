package route

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Traits describe what an account can do, from its plugin's manifest, and the operator's labels.
type Traits struct {
	Documents []abi.DocumentSupport
	// URL is set if the account accepts the address of a picture. MaxURLBytes bounds its length; 0 means no bound.
	URL         bool
	MaxURLBytes int
	// Labels of the operator, for example "residency:cn" for where the data stays.
	Labels []string
}

// Needs of a call exclude the providers that do not meet them. A zero value is no need.
type Needs struct {
	Document string
	Side     abi.Side
	// Fields, Extras and Signals by their standard names: "address", "portrait", "copy".
	Fields, Extras, Signals []string
	// Labels that an account must carry, all of them.
	Labels []string
	// URLBytes is the length of a picture's address that must be passed on as it is; 0 if there is none.
	URLBytes int
}

// need is one of the Needs.
type need struct {
	kind needKind
	name string
	side abi.Side
	size int
}

type needKind uint8

const (
	needDocument needKind = iota
	needSide
	needField
	needExtra
	needSignal
	needLabel
	needURL
)

// each returns the needs, the most basic first.
func (n *Needs) each() []need {
	out := make([]need, 0, 4)
	out = append(out, need{kind: needDocument, name: n.Document})
	if n.Side != abi.SideUnspecified {
		out = append(out, need{kind: needSide, side: n.Side})
	}
	for _, list := range []struct {
		kind  needKind
		names []string
	}{{needField, n.Fields}, {needExtra, n.Extras}, {needSignal, n.Signals}, {needLabel, n.Labels}} {
		for _, name := range list.names {
			out = append(out, need{kind: list.kind, name: name})
		}
	}
	if n.URLBytes > 0 {
		out = append(out, need{kind: needURL, size: n.URLBytes})
	}
	return out
}

// support returns what an account can do with a document; nil if it does not read it.
func (t *Traits) support(document string) *abi.DocumentSupport {
	for i := range t.Documents {
		if t.Documents[i].Document == document {
			return &t.Documents[i]
		}
	}
	return nil
}

// met reports whether an account meets a need. d is its support for the document of the call.
func (t *Traits) met(n *need, d *abi.DocumentSupport) bool {
	if d == nil {
		return false
	}
	switch n.kind {
	case needSide:
		return len(d.Sides) == 0 || slices.Contains(d.Sides, n.side)
	case needField:
		return len(d.Fields) == 0 || slices.Contains(d.Fields, n.name)
	case needExtra:
		return slices.Contains(d.Extras, n.name)
	case needSignal:
		return slices.Contains(d.Signals, n.name)
	case needLabel:
		return slices.Contains(t.Labels, n.name)
	case needURL:
		return t.URL && (t.MaxURLBytes == 0 || n.size <= t.MaxURLBytes)
	default:
		return true
	}
}

// lacks returns the first need that an account does not meet; ok is false if it meets all.
func (t *Traits) lacks(needs []need, document string) (n need, ok bool) {
	d := t.support(document)
	for i := range needs {
		if !t.met(&needs[i], d) {
			return needs[i], true
		}
	}
	return need{}, false
}

// lacks says that a provider does not meet the need. It continues a sentence that begins with the provider's name.
func (n need) lacks() message.Message {
	lacks, _, name, value := n.words()
	return message.New(lacks, name, value)
}

// meets says that a provider meets the need. It continues a sentence that begins with the provider's name.
func (n need) meets() message.Message {
	_, has, name, value := n.words()
	return message.New(has, name, value)
}

// words returns the codes for a provider that lacks the need and for one that meets it, and their parameter.
func (n need) words() (lacks, has message.Code, name string, value any) {
	switch n.kind {
	case needSide:
		return message.LacksSide, message.NeedsSide, "side", n.side
	case needField:
		return message.LacksField, message.NeedsField, "field", message.Field(n.name)
	case needExtra:
		return message.LacksExtra, message.NeedsExtra, "extra", message.Extra(n.name)
	case needSignal:
		return message.LacksSignal, message.NeedsSignal, "signal", message.Signal(n.name)
	case needLabel:
		return message.LacksLabel, message.NeedsLabel, "label", n.name
	case needURL:
		return message.LacksURL, message.NeedsURL, "bytes", n.size
	default:
		return message.LacksDocument, message.NeedsDocument, "document", message.Document(n.name)
	}
}

// unmet returns the needs that no account meets, or else that no account meets all of them.
func unmet(needs []need, document string, accounts []*account) []message.Message {
	var alone, all []message.Message
	for _, n := range needs {
		all = append(all, n.meets())
		if !slices.ContainsFunc(accounts, func(a *account) bool { return a.traits.met(&n, a.traits.support(document)) }) {
			alone = append(alone, message.New(message.NobodyMeets, "need", n.meets()))
		}
		if n.kind == needDocument && len(alone) > 0 {
			break // nobody can meet the other needs either
		}
	}
	if len(alone) > 0 {
		return alone
	}
	return []message.Message{message.New(message.NobodyMeetsAll, "needs", all)}
}
