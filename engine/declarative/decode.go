package declarative

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/internal/spell"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// decoder fills the types of a provider file from the tree of the file, and collects what does not fit.
type decoder struct {
	shapes   shapes
	problems []yamltree.Problem
}

// node is a type that can be written in several ways, and reads itself.
type node interface {
	decode(d *decoder, n *yamltree.Node)
}

func (d *decoder) fail(n *yamltree.Node, format string, args ...any) {
	d.problems = append(d.problems, n.Problem(format, args...))
}

// into decodes a node into a settable value.
func (d *decoder) into(n *yamltree.Node, v reflect.Value) {
	if self, ok := v.Addr().Interface().(node); ok {
		self.decode(d, n)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.into(n, v.Elem())
	case reflect.Slice:
		d.list(n, v)
	case reflect.Struct:
		d.mapping(n, v)
	case reflect.Bool:
		b, ok := n.Value.(bool)
		if !ok {
			d.fail(n, "is %s, want true or false", n.Kind)
		}
		v.SetBool(b)
	case reflect.Uint32:
		u, err := strconv.ParseUint(n.Scalar, 10, 32)
		if n.Kind != yamltree.Number || err != nil {
			d.fail(n, "is %s, want a whole number of at most 32 bits", shown(n))
		}
		v.SetUint(u)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Scalar, 64)
		if n.Kind != yamltree.Number || err != nil {
			d.fail(n, "is %s, want a number", shown(n))
		}
		v.SetFloat(f)
	}
}

// list decodes a list, or the only item of one.
func (d *decoder) list(n *yamltree.Node, v reflect.Value) {
	items := []*yamltree.Node{n}
	if n.Kind == yamltree.List {
		if items = n.Items; len(items) == 0 {
			d.fail(n, "is an empty list, want at least one item")
		}
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		d.into(item, v.Index(i))
	}
}

// mapping decodes the keys of a mapping into the fields of a struct.
func (d *decoder) mapping(n *yamltree.Node, v reflect.Value) {
	if p, ok := v.Addr().Interface().(interface{ stand(*yamltree.Node) }); ok {
		p.stand(n)
	}
	shape := d.shapes.of(v.Type())
	if n.Kind != yamltree.Mapping {
		d.fail(n, "is %s, want a mapping with some of %s", n.Kind, strings.Join(shape.keys, ", "))
		return
	}
	for i, key := range n.Keys {
		at := slices.Index(shape.keys, key.Scalar)
		switch {
		case at < 0:
			d.fail(key, "there is no key %q here, %s", key.Scalar, among(key.Scalar, shape.keys))
		case n.Items[i].Kind == yamltree.Null:
			d.fail(key, "%q has no value, want one or leave it out", key.Scalar)
		default:
			d.into(n.Items[i], v.FieldByIndex(shape.fields[at].Index))
		}
	}
	for i, name := range shape.keys {
		if shape.required[i] && n.Get(name) == nil {
			d.fail(n, "lacks %q", name)
		}
	}
}

// among says which words there are beside a mistyped one.
func among(typed string, words []string) string {
	if near := spell.Nearest(typed, words); near != "" {
		return "did you mean " + near + "?"
	}
	return "want one of " + strings.Join(words, ", ")
}

// shown returns a scalar as written in the file, short enough for a message, or the kind of a node.
func shown(n *yamltree.Node) string {
	const most = 60
	switch runes := []rune(n.Scalar); {
	case n.Kind == yamltree.List || n.Kind == yamltree.Mapping || n.Kind == yamltree.Null:
		return n.Kind.String()
	case len(runes) > most:
		return strconv.Quote(string(runes[:most]) + "…")
	}
	return strconv.Quote(n.Scalar)
}
