package declarative

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func always(*run) bool { return true }

// condition compiles a condition.
func (c *compiler) condition(cond *condition, s scope) func(*run) bool {
	if !c.unfold(cond.place) {
		return always
	}
	var holds func(*run) bool
	switch {
	case cond.name != nil:
		holds = c.namedCondition(cond.name, s)
	case cond.test != nil:
		holds = c.test(cond.test, s)
	default:
		holds = all(c.conditions(cond.items, s))
	}
	return func(r *run) bool { return r.look(1) && holds(r) }
}

func (c *compiler) conditions(items []condition, s scope) []func(*run) bool {
	out := make([]func(*run) bool, len(items))
	for i := range items {
		out[i] = c.condition(&items[i], s)
	}
	return out
}

// when returns a condition that need not be there.
func (c *compiler) when(cond *condition, s scope) func(*run) bool {
	if cond == nil {
		return nil
	}
	return c.condition(cond, s)
}

func all(conditions []func(*run) bool) func(*run) bool {
	return func(r *run) bool {
		return !slices.ContainsFunc(conditions, func(holds func(*run) bool) bool { return !holds(r) })
	}
}

func anyOf(conditions []func(*run) bool) func(*run) bool {
	return func(r *run) bool {
		return slices.ContainsFunc(conditions, func(holds func(*run) bool) bool { return holds(r) })
	}
}

// namedCondition compiles a condition at the place of its name.
func (c *compiler) namedCondition(w *word, s scope) func(*run) bool {
	names := c.doc.Conditions.names()
	i := slices.Index(names[:s.conditions], w.s)
	switch {
	case i >= 0:
		named := &c.doc.Conditions.items[i]
		c.used[named.name] = true
		s.conditions = i
		return c.condition(&named.value, s)
	case slices.Contains(names, w.s):
		c.fail(w.place, "the condition %q is further down; move it above the conditions that ask for it", w.s)
	case len(names) == 0:
		c.fail(w.place, "is %s, want a condition such as {config: method, is: get}", shown(w.node))
	default:
		c.fail(w.place, "there is no condition %q, %s", w.s, among(w.s, names))
	}
	return always
}

// test compiles a test: what it asks, and what that is compared with.
func (c *compiler) test(t *test, s scope) func(*run) bool {
	subject := c.exactlyOne(t.place, t, "source", "subject")
	comparison := c.shapes.chosen(t, "comparison")
	if len(comparison) > 1 {
		c.fail(t.place, "has %s, want only one of them", strings.Join(comparison, " and "))
	}
	isText := slices.Contains(c.shapes.chosen(t, "subject"), subject)
	if !isText {
		if len(comparison) > 0 {
			c.fail(place{keyNode(t.place, comparison[0])}, "%q means nothing beside %q", comparison[0], subject)
		}
		return c.fact(t, subject, s)
	}
	holds := c.compare(t, comparison)
	if subject == "below" {
		c.needAnswer(t.place, s)
		p := c.pointer(t.Below)
		c.know(p, s)
		return func(r *run) bool {
			return slices.ContainsFunc(r.below(p), func(l abi.Leaf) bool { return holds(r, l.Value) })
		}
	}
	text := c.subject(t, subject, s)
	return func(r *run) bool { return holds(r, text(r)) }
}

// fact compiles a test that compares nothing.
func (c *compiler) fact(t *test, subject string, s scope) func(*run) bool {
	switch subject {
	case "all":
		return all(c.conditions(t.All, s))
	case "any":
		return anyOf(c.conditions(t.Any, s))
	case "not":
		holds := c.condition(t.Not, s)
		return func(r *run) bool { return !holds(r) }
	case "secret":
		var names []string
		for i := range t.Secret {
			c.checkSecret(&t.Secret[i], "")
			names = append(names, t.Secret[i].s)
		}
		return func(r *run) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(r.ctx.Secrets, name) })
		}
	case "extra":
		c.needStart(s)
		return func(r *run) bool { return slices.Contains(r.start.Extras, t.Extra.s) }
	case "fields":
		c.needAnswer(t.place, s)
		c.oneOf(t.Fields, "any")
		return anyField
	case "exists":
		c.needAnswer(t.place, s)
		p := c.pointer(t.Exists)
		c.know(p, s)
		return func(r *run) bool { return r.has(p) }
	}
	return always
}

// subject compiles the text that a test is about.
func (c *compiler) subject(t *test, subject string, s scope) func(*run) string {
	switch subject {
	case "image":
		c.needStart(s)
		if t.Image.s == "bytes" {
			return func(r *run) string {
				if r.start.Picture.URL != "" {
					return ""
				}
				return "true"
			}
		}
		if c.oneOf(t.Image, "bytes", "url", "format", "size") {
			return imageText(t.Image.s)
		}
	case "side":
		c.needStart(s)
		return sideText
	case "config":
		p := c.optionPointer(t.Config)
		return func(r *run) string { return r.text(r.config, p) }
	case "option":
		c.needStart(s)
		p := c.optionPointer(t.Option)
		return func(r *run) string { return r.text(r.start.Options, p) }
	case "pointer":
		return c.readPointer(t.Pointer, s).text
	case "header":
		c.needAnswer(t.place, s)
		return headerText(t.Header.s)
	case "status":
		c.needAnswer(t.place, s)
		return statusText
	case "signed":
		return c.shown(t.Signed, s)
	case "value":
		s.host = false
		return c.namedValue(t.Value, s).say
	}
	return func(*run) string { return "" }
}

// compare compiles what is asked of a text; without a comparison, that there is one.
func (c *compiler) compare(t *test, comparison []string) func(*run, string) bool {
	if len(comparison) == 0 {
		return func(_ *run, s string) bool { return s != "" }
	}
	switch comparison[0] {
	case "is":
		words := wordsOf(t.Is)
		return func(r *run, s string) bool { return r.look(len(words)) && slices.Contains(words, s) }
	case "contains":
		return containing(t.Contains)
	case "mentions":
		return mentioning(t.Mentions)
	}
	limit := *t.Above
	return func(_ *run, s string) bool {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		return err == nil && f > limit
	}
}

func containing(items []word) func(*run, string) bool {
	words := wordsOf(items)
	return func(r *run, s string) bool {
		return r.search(words, s) && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
}

// mentioning asks for words within a text, without regard to case.
func mentioning(items []word) func(*run, string) bool {
	words := wordsOf(items)
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	return func(r *run, s string) bool {
		if !r.search(words, s) {
			return false
		}
		s = strings.ToLower(s)
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
}

// search takes the looks for words within a text.
func (r *run) search(words []string, text string) bool {
	return r.look((1 + len(words)) * (2 + len(text)/8))
}

func wordsOf(items []word) []string {
	out := make([]string, len(items))
	for i := range items {
		out[i] = items[i].s
	}
	return out
}

// anyField asks whether an answer has any field of a card.
func anyField(r *run) bool {
	return slices.ContainsFunc(r.program.card.fields, func(f fieldRule) bool { return f.text.say(r) != "" })
}
