package engine

import (
	"iter"
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/internal/value"
)

// Secret implements value.Sources. A captured secret wins over a configured one.
func (a *attempt) Secret(name string) (value.Secret, bool) {
	uses := a.provider.specs[name].Uses
	for captured, text := range a.captured() {
		if captured == name {
			return value.Secret{Text: text, Uses: uses}, true
		}
	}
	text, ok := a.provider.secrets[name]
	if !ok {
		return value.Secret{}, false
	}
	return value.Secret{Text: text, Uses: uses}, true
}

// captured yields the captured secrets that the attempt can use, by name: first those of the answers that it relies on, which stay valid for
// it to its end, then those of other cached answers that have not expired. The provider is locked meanwhile.
func (a *attempt) captured() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, k := range a.used {
			for name, text := range k.secrets {
				if !yield(name, text) {
					return
				}
			}
		}
		p := a.provider
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.cache) == 0 {
			return
		}
		now := a.gen.cfg.Now()
		for _, k := range p.cache {
			if !now.Before(k.expires) {
				continue
			}
			for name, text := range k.secrets {
				if !yield(name, text) {
					return
				}
			}
		}
	}
}

// secretNames implements secretHolder.
func (a *attempt) secretNames() []string {
	names := slices.AppendSeq(make([]string, 0, len(a.provider.secrets)), maps.Keys(a.provider.secrets))
	for name := range a.captured() {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// mask implements secretHolder.
func (a *attempt) mask() value.Mask {
	var captured [][]byte
	for name, text := range a.captured() {
		if !a.provider.specs[name].Identifier {
			captured = append(captured, text)
		}
	}
	if captured == nil {
		return a.provider.mask
	}
	return value.NewMask(append(captured, a.provider.hidden(a.provider.secrets)...)...)
}

// hidden returns those of some secrets that are not identifiers.
func (p *provider) hidden(secrets map[string][]byte) [][]byte {
	var out [][]byte
	for name, text := range secrets {
		if !p.specs[name].Identifier {
			out = append(out, text)
		}
	}
	return out
}
