package declarative

import (
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// step is one exchange.
type step struct {
	name     string
	when     func(*run) bool // nil: always
	requests []*requestRules
	cache    *abi.CacheRule
	billed   *compiled // what the exchange costs once it has an answer; nil: nothing with a cache rule, or else unknown
	capture  []abi.Capture
	answer   *answerRules
}

// beforeStep compiles what the answer of an exchange means.
func (c *compiler) beforeStep(b *exchange, s scope, earlier []exchange) *step {
	out := &step{name: b.Name.text()}
	for i := range earlier {
		if earlier[i].Name.text() == out.name {
			c.fail(b.Name.place, "%q is the name of an exchange above, want another", out.name)
		}
	}
	for i := range b.Capture.items {
		item := &b.Capture.items[i]
		out.capture = append(out.capture, abi.Capture{Pointer: c.pointer(&item.value), Secret: item.name.s})
		c.checkCaptured(item.name)
	}
	captured := func(r *run) bool {
		return r.response.Status < 400 && !slices.ContainsFunc(out.capture, func(k abi.Capture) bool { return !r.has(k.Pointer) })
	}
	lacks := "success"
	if len(out.capture) > 0 {
		lacks = strings.TrimPrefix(out.capture[0].Pointer, "/")
	}
	out.answer, out.billed = c.answer(b.Answer, s, captured, lacks), c.billed(b.Billed, s)
	return out
}

func (c *compiler) checkCaptured(w *word) {
	c.checkSecret(w, "")
	for _, spec := range c.manifest.Secrets {
		if spec.Name == w.s && !spec.Captured {
			c.fail(w.place, "the manifest does not say that the secret %q is captured, want captured: true there", w.s)
		}
	}
}

// exchange compiles what an exchange sends.
func (c *compiler) exchange(out *step, b *exchange, s scope) {
	plain := s
	plain.request = false
	out.when = c.when(b.When, plain)
	out.requests = c.requests(b.Request, b.place, s)
	if b.Cache == nil {
		if len(out.capture) > 0 {
			c.fail(b.place, "captures a secret, but lacks \"cache\": how long to keep it")
		}
		return
	}
	out.cache = c.cache(b.Cache, out.name)
}

func (c *compiler) cache(k *cache, name string) *abi.CacheRule {
	out := &abi.CacheRule{Key: name}
	if k.Key != nil {
		out.Key = k.Key.s
	}
	if (k.TTLSeconds == nil) == (k.TTLPointer == nil) {
		c.fail(k.place, "wants either ttl_seconds or ttl_pointer")
	}
	if k.TTLSeconds != nil {
		out.TTLSeconds = *k.TTLSeconds
	}
	if k.TTLPointer != nil {
		out.TTLPointer = c.pointer(k.TTLPointer)
	}
	if k.MarginSeconds != nil {
		out.MarginSeconds = *k.MarginSeconds
	}
	return out
}

// begin returns the first action of an attempt.
func (p *program) begin(r *run) *abi.Action {
	for _, refusal := range p.refuse {
		if refusal.when(r) {
			f := refusal.fail.make(r)
			return &abi.Action{Fail: &f}
		}
	}
	return p.advance(r, 0, abi.BilledUnknown, nil)
}

// proceed returns the action after the answer of a step.
func (p *program) proceed(r *run, index int) *abi.Action {
	rules := p.steps[index].answer
	r.leaves = rules.view(r)
	f, again := rules.failed(r)
	switch {
	case f != nil && again >= 0 && !r.restarted:
		r.restarted = true
		return p.advance(r, again, f.Billed, []string{p.steps[again].cache.Key})
	case f != nil:
		return &abi.Action{Fail: f}
	case index < len(p.steps)-1:
		return p.advance(r, index+1, billedBy(p.steps[index].billed.say(r), abi.BilledUnknown), nil)
	}
	if d := p.card.done(r, rules.requestID.say(r)); len(d.Fields) > 0 {
		return &abi.Action{Done: d}
	}
	if f, _ = rules.empty.look(r, rules); f == nil {
		unknown := adapter.NoAnswer(r.response, rules.lacks)
		f = &unknown
	}
	return &abi.Action{Fail: f}
}

// advance sends the first step from one on that is to be taken; the last always is. billed is the bill of the exchange before.
func (p *program) advance(r *run, index int, billed abi.Billed, forget []string) *abi.Action {
	for index < len(p.steps)-1 && p.steps[index].when != nil && !p.steps[index].when(r) {
		index++
	}
	s := p.steps[index]
	r.endpoint = p.endpoint
	if own := r.text(r.config, "/endpoint"); own != "" {
		r.endpoint = strings.TrimRight(own, "/")
	}
	chosen := s.requests[len(s.requests)-1]
	for _, q := range s.requests {
		if q.when == nil || q.when(r) {
			chosen = q
			break
		}
	}
	ex := &abi.Exchange{Request: chosen.make(r), Capture: slices.Clone(s.capture), Forget: forget, Billed: billed}
	if s.cache != nil {
		rule := *s.cache
		ex.Cache = &rule
	}
	ex.State = p.state(r, index)
	return &abi.Action{Exchange: ex}
}
