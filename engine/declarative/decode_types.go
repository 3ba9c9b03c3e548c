package declarative

import (
	"reflect"

	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// word is a scalar as it is written: 200, true and "200" are words.
type word struct {
	place
	s string
}

func (w *word) decode(d *decoder, n *yamltree.Node) {
	w.node, w.s = n, n.Scalar
	if n.Kind == yamltree.List || n.Kind == yamltree.Mapping || n.Kind == yamltree.Null {
		d.fail(n, "is %s, want a text", n.Kind)
	}
}

// text returns the word, or "" if it is absent.
func (w *word) text() string {
	if w == nil {
		return ""
	}
	return w.s
}

// yes is the word true, for sources that need no more said of them.
type yes struct{ place }

func (y *yes) decode(d *decoder, n *yamltree.Node) {
	y.node = n
	if n.Value != true {
		d.fail(n, "is %s, want true", shown(n))
	}
}

// tree is a part of the file that is read elsewhere.
type tree struct{ place }

func (t *tree) decode(_ *decoder, n *yamltree.Node) { t.node = n }

// named is a mapping whose keys the author chooses, in the order of the file.
type named[T any] struct {
	place
	items []item[T]
}

type item[T any] struct {
	name  *word
	value T
}

func (m *named[T]) decode(d *decoder, n *yamltree.Node) {
	m.node = n
	if n.Kind != yamltree.Mapping {
		d.fail(n, "is %s, want a mapping of names", n.Kind)
		return
	}
	m.items = make([]item[T], len(n.Keys))
	for i, key := range n.Keys {
		m.items[i].name = &word{place{key}, key.Scalar}
		if n.Items[i].Kind == yamltree.Null {
			d.fail(key, "%q has no value", key.Scalar)
		}
		d.into(n.Items[i], reflect.ValueOf(&m.items[i].value).Elem())
	}
}

// isSet says whether the mapping is in the file.
func (m *named[T]) isSet() bool { return m.node != nil }

func (m *named[T]) names() []string {
	out := make([]string, len(m.items))
	for i := range m.items {
		out[i] = m.items[i].name.s
	}
	return out
}

func (t *text) decode(d *decoder, n *yamltree.Node) {
	t.node = n
	switch n.Kind {
	case yamltree.Mapping:
		t.expr = new(expression)
		d.into(n, reflect.ValueOf(t.expr).Elem())
	case yamltree.List:
		d.into(n, reflect.ValueOf(&t.items).Elem())
	default:
		t.literal = new(word)
		t.literal.decode(d, n)
	}
}

func (c *condition) decode(d *decoder, n *yamltree.Node) {
	c.node = n
	switch n.Kind {
	case yamltree.Mapping:
		c.test = new(test)
		d.into(n, reflect.ValueOf(c.test).Elem())
	case yamltree.List:
		d.into(n, reflect.ValueOf(&c.items).Elem())
	default:
		c.name = new(word)
		c.name.decode(d, n)
	}
}

func (j *jsonTree) decode(d *decoder, n *yamltree.Node) {
	j.node = n
	switch n.Kind {
	case yamltree.Null:
		j.literal = "null"
	case yamltree.Number, yamltree.Bool:
		j.literal = string(n.JSON())
		if j.literal[0] == '"' {
			d.fail(n, "is %s, want a number as JSON writes it", shown(n))
		}
	case yamltree.Mapping:
		j.expr = new(jsonExpression)
		d.into(n, reflect.ValueOf(j.expr).Elem())
	default:
		j.text = new(text)
		j.text.decode(d, n)
	}
}

func (f *failure) decode(d *decoder, n *yamltree.Node) {
	f.node = n
	if n.Kind == yamltree.Mapping {
		f.body = new(failureBody)
		d.into(n, reflect.ValueOf(f.body).Elem())
		return
	}
	f.kind = new(word)
	f.kind.decode(d, n)
}

// decode takes a mapping with the key text for a field with more said of it, and everything else for a source.
func (f *field) decode(d *decoder, n *yamltree.Node) {
	f.node = n
	if n.Get("text") != nil {
		f.body = new(fieldBody)
		d.into(n, reflect.ValueOf(f.body).Elem())
		return
	}
	f.from = new(source)
	f.from.decode(d, n)
}
