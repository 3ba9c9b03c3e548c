package declarative

import (
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// roles returns the keys that may be beside each source, apart from when.
func roles() map[string][]string {
	text := []string{"text"}
	return map[string][]string{
		"hash": {"data"}, "hmac": {"data", "key"}, "sign": {"data", "key"},
		"parameters": {"parameters"}, "join": {"text", "join"}, "pointer": {"text", "pointer"},
		"image": text, "time": text, "nonce": text, "url": text, "config": text, "option": text, "side": text,
		"header": text, "status": text, "lacks": text, "signed": text, "value": text, "first": text, "choose": text,
	}
}

// expression compiles a source with what goes with it.
func (c *compiler) expression(e *expression, s scope) *compiled {
	name := c.exactlyOne(e.place, e, "source")
	if name == "" {
		return constant("")
	}
	c.beside(e, name, s)
	out := c.readSource(e, name, s)
	if out.text == nil && !s.host {
		c.fail(e.place, "%s is for the host alone, want a text here", name)
		return constant("")
	}
	if set := c.shapes.chosen(e, "text"); out.text == nil && len(set) > 0 {
		c.fail(e.place, "%s changes a text, but what %s gives is for the host alone", strings.Join(set, ", "), name)
	} else if len(set) > 0 {
		out = &compiled{text: c.modified(e, out.say)}
	}
	if e.When != nil {
		inner, holds := out, c.condition(e.When, s)
		out = &compiled{text: inner.text, parts: inner.parts, when: func(r *run) bool { return holds(r) && inner.there(r) }}
	}
	return out
}

// beside reports keys that mean nothing beside a source.
func (c *compiler) beside(e *expression, source string, s scope) {
	allowed := roles()[source]
	for _, role := range []string{"key", "data", "parameters", "pointer", "join", "text"} {
		if slices.Contains(allowed, role) {
			continue
		}
		for _, key := range c.shapes.chosen(e, role) {
			c.fail(place{keyNode(e.place, key)}, "%q means nothing beside %q", key, source)
		}
	}
	if (e.Filename != nil || e.ContentType != nil) && !s.part {
		c.fail(e.place, "filename and content_type are for fields of multipart")
	}
}

// readSource compiles the source alone.
func (c *compiler) readSource(e *expression, name string, s scope) *compiled {
	said := func(text func(*run) string) *compiled { return &compiled{text: text} }
	switch name {
	case "secret", "image", "hash", "hmac", "sign", "body", "parameters":
		return c.hostSource(e, name, s)
	case "time":
		if text := c.timeText(e.Time); text != nil {
			return said(text)
		}
	case "nonce":
		return said(func(r *run) string { return r.ctx.Nonce })
	case "url":
		if !s.request {
			c.fail(e.URL.place, "there is no request here")
		} else if c.oneOf(e.URL, "host", "path") {
			return said(urlText(e.URL.s))
		}
	case "config":
		p := c.optionPointer(e.Config)
		return said(func(r *run) string { return r.text(r.config, p) })
	case "option":
		c.needStart(s)
		p := c.optionPointer(e.Option)
		return said(func(r *run) string { return r.text(r.start.Options, p) })
	case "side":
		c.needStart(s)
		return said(sideText)
	case "pointer":
		return c.pointed(e, s)
	case "header":
		c.needAnswer(e.place, s)
		return said(headerText(e.Header.s))
	case "status":
		c.needAnswer(e.place, s)
		return said(statusText)
	case "lacks":
		c.needAnswer(e.place, s)
		what := e.Lacks.s
		return said(func(r *run) string { return adapter.Lacks(r.response, what) })
	case "signed":
		return said(c.shown(e.Signed, s))
	case "value":
		return c.namedValue(e.Value, s)
	case "join":
		return join(c.texts(e.Join, s), e.Whole)
	case "first":
		s.host = false
		return first(c.texts(e.First, s))
	case "choose":
		return c.chooseText(e, s)
	}
	return constant("")
}

func (c *compiler) chooseText(e *expression, s scope) *compiled {
	for i := range e.Choose {
		t := &e.Choose[i]
		if last := i == len(e.Choose)-1; !last && (t.expr == nil || t.expr.When == nil) {
			c.fail(t.place, "has no when, so none of those after it is ever chosen")
		}
	}
	return choose(c.texts(e.Choose, s))
}

// pointed compiles a pointer, from the answer or from the item of a list.
func (c *compiler) pointed(e *expression, s scope) *compiled {
	if e.Each == nil {
		if e.Where != nil {
			c.fail(e.Where.place, "where is about the items of a list, want each beside it")
		}
		return c.readPointer(e.Pointer, s)
	}
	pick := c.items(e.Each, e.Where, s)
	s.item = true
	inner := c.readPointer(e.Pointer, s)
	return &compiled{text: func(r *run) string {
		text := ""
		pick(r, func(item *run) bool {
			text = inner.text(item)
			return true
		})
		return text
	}}
}

// maxItems bounds how many items of a list are looked at.
const maxItems = 256

// items compiles a walk over the items of a list for which a condition holds, until use is content.
func (c *compiler) items(each *word, where *condition, s scope) func(r *run, use func(item *run) bool) {
	c.needAnswer(each.place, s)
	list := c.pointer(each)
	c.know(list, s)
	s.item = true
	holds := func(*run) bool { return true }
	if where != nil {
		holds = c.condition(where, s)
	}
	return func(r *run, use func(*run) bool) {
		all := r.below(list)
		for i := range maxItems {
			item := r.within(all, index(i))
			if len(item) == 0 {
				return
			}
			if inner := r.at(item); holds(inner) && use(inner) {
				return
			}
		}
	}
}

// shown compiles how a value looked when it was sent.
func (c *compiler) shown(w *word, s scope) func(*run) string {
	if s.request || !s.answer {
		c.fail(w.place, "signed is for answers: it shows what was sent")
	}
	if c.valueIndex(w, len(c.doc.Values.items)) >= 0 {
		c.signed[w.s] = true
	}
	name := w.s
	return func(r *run) string { return r.signed[name] }
}

// valueIndex finds a value by name among the first so many; -1 with a problem if it is not there.
func (c *compiler) valueIndex(w *word, visible int) int {
	names := c.doc.Values.names()
	if i := slices.Index(names[:visible], w.s); i >= 0 {
		return i
	}
	if slices.Contains(names, w.s) {
		c.fail(w.place, "the value %q is further down; move it above the values that use it", w.s)
	} else if len(names) == 0 {
		c.fail(w.place, "there is no value %q: the file has no values", w.s)
	} else {
		c.fail(w.place, "there is no value %q, %s", w.s, among(w.s, names))
	}
	return -1
}

// namedValue compiles a value at the place of its name.
func (c *compiler) namedValue(w *word, s scope) *compiled {
	i := c.valueIndex(w, s.values)
	if i < 0 {
		return constant("")
	}
	named := &c.doc.Values.items[i]
	c.used[named.name] = true
	request := s.request
	s.values = i
	out := c.text(&named.value, s)
	if !request || !c.signed[w.s] {
		return out
	}
	name, inner := w.s, out
	return &compiled{when: inner.when, parts: func(r *run, v *abi.Value) {
		whole := inner.value(r)
		r.signed[name] = adapter.Shown(whole)
		mergeParts(v, whole.Parts)
	}}
}

// modified compiles what is done to a text: after, trim, map, abridge, default.
func (c *compiler) modified(e *expression, text func(*run) string) func(*run) string {
	after, trim, otherwise := e.After.text(), e.Trim.text(), e.Default.text()
	mapped := make(map[string]string, len(e.Map.items))
	for _, m := range e.Map.items {
		mapped[m.name.s] = m.value.s
	}
	maps, abridge := e.Map.isSet(), e.Abridge
	return func(r *run) string {
		s := text(r)
		if after != "" {
			_, s, _ = strings.Cut(s, after)
		}
		s = strings.Trim(s, trim)
		if maps {
			s = mapped[s]
		}
		if s == "" {
			return otherwise
		}
		if abridge {
			s = adapter.Abridge(s)
		}
		return s
	}
}
