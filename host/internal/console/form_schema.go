package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// kind is the kind of a control in a form.
type kind string

const (
	textKind    kind = "text"
	numberKind  kind = "number"
	integerKind kind = "integer"
	flagKind    kind = "flag"
	choiceKind  kind = "choice"
	listKind    kind = "list"
	groupKind   kind = "group"
	// rawKind is JSON, for what no other control can express.
	rawKind kind = "raw"
)

// Bounds of a form that is made from a schema. What exceeds them is JSON in one control.
const (
	maxSchemaDepth = 64
	maxGroupDepth  = 4
	maxSpecs       = 400
)

// spec is the part of a JSON Schema that a form can express. The server validates the rest.
type spec struct {
	kind               kind
	title, description string
	fallback           any // the default; nil if there is none
	options            []option
	// Bounds as the schema has them; empty if it has none.
	least, most, shortest, longest, format string
	item                                   *spec // of a list
	members                                []member
	open                                   bool // a group that may have other members
}

// member is a member of a group.
type member struct {
	name     string
	required bool
	*spec
}

// option is an option of a choice.
type option struct {
	json, label string
}

// specOf reads a schema. A schema that is not an object with properties becomes one control.
func specOf(schema []byte) *spec {
	raw := &spec{kind: rawKind}
	dec := json.NewDecoder(bytes.NewReader(schema))
	dec.UseNumber()
	root, err := readOrdered(dec, 0)
	if err != nil {
		return raw
	}
	r := &specReader{root: root}
	s := r.read(root, 0)
	if s.kind != groupKind {
		raw.description = s.description
		return raw
	}
	return s
}

type specReader struct {
	root  any
	specs int
}

// read makes a spec of a schema; groups is the number of groups around it.
func (r *specReader) read(schema any, groups int) *spec {
	s := &spec{kind: rawKind}
	r.specs++
	o, ok := schema.(*object)
	if !ok || r.specs > maxSpecs {
		return s
	}
	s.title, s.description, s.format = text(o, "title"), text(o, "description"), text(o, "format")
	s.fallback = o.of["default"]
	o, ok = r.resolve(o)
	if !ok {
		return s
	}
	s.title, s.description, s.format = cmp.Or(s.title, text(o, "title")), cmp.Or(s.description, text(o, "description")), cmp.Or(s.format, text(o, "format"))
	if s.fallback == nil {
		s.fallback = o.of["default"]
	}
	s.least, s.most = bound(o, "minimum", "exclusiveMinimum"), bound(o, "maximum", "exclusiveMaximum")
	s.shortest, s.longest = bound(o, "minLength"), bound(o, "maxLength")
	if options, ok := optionsOf(o); ok {
		s.kind, s.options = choiceKind, options
		return s
	}
	switch typeOf(o) {
	case "string":
		s.kind = textKind
	case "number":
		s.kind = numberKind
	case "integer":
		s.kind = integerKind
	case "boolean":
		s.kind = flagKind
	case "array":
		r.list(s, o, groups)
	case "object":
		r.group(s, o, groups)
	}
	return s
}

// list makes a spec a list of scalars, if the schema is one.
func (r *specReader) list(s *spec, o *object, groups int) {
	if _, tuple := o.of["prefixItems"]; tuple {
		return
	}
	item := r.read(o.of["items"], groups)
	if slices.Contains([]kind{textKind, numberKind, integerKind, flagKind, choiceKind}, item.kind) {
		s.kind, s.item = listKind, item
	}
}

// group makes a spec a group, if its members are named.
func (r *specReader) group(s *spec, o *object, groups int) {
	properties, ok := o.of["properties"].(*object)
	if !ok || len(properties.names) == 0 || groups >= maxGroupDepth {
		return
	}
	required, _ := o.of["required"].([]any)
	for _, name := range properties.names {
		s.members = append(s.members, member{name, slices.Contains(required, any(name)), r.read(properties.of[name], groups+1)})
	}
	s.kind, s.open = groupKind, o.of["additionalProperties"] != false || o.of["patternProperties"] != nil
}

// resolve follows references within the schema.
func (r *specReader) resolve(o *object) (*object, bool) {
	for range 8 { // bounds circular references
		ref, is := o.of["$ref"]
		if !is {
			return o, true
		}
		pointer, _ := ref.(string)
		at, ok := strings.CutPrefix(pointer, "#")
		if !ok || at == "" {
			return nil, false
		}
		var target any = r.root
		for _, name := range jsonpointer.Split(at) {
			inner, _ := target.(*object)
			if inner == nil {
				return nil, false
			}
			target = inner.of[name]
		}
		if o, ok = target.(*object); !ok {
			return nil, false
		}
	}
	return nil, false
}

// typeOf returns the only type of a schema besides null; empty if there are more, or none.
func typeOf(o *object) string {
	switch t := o.of["type"].(type) {
	case string:
		return t
	case []any:
		others := slices.DeleteFunc(slices.Clone(t), func(x any) bool { return x == "null" })
		if len(others) == 1 {
			name, _ := others[0].(string)
			return name
		}
	}
	if _, ok := o.of["properties"].(*object); ok {
		return "object"
	}
	return ""
}

// optionsOf returns the values of an enum, of a const, or of alternatives that are each a const.
func optionsOf(o *object) ([]option, bool) {
	if c, ok := o.of["const"]; ok {
		x, ok := optionOf(c, "")
		return []option{x}, ok
	}
	list, labelled := o.of["enum"].([]any)
	labels := make([]string, len(list))
	if !labelled {
		alternatives, _ := o.of["oneOf"].([]any)
		for _, a := range alternatives {
			inner, _ := a.(*object)
			if inner == nil {
				return nil, false
			}
			c, ok := inner.of["const"]
			if !ok {
				return nil, false
			}
			list, labels = append(list, c), append(labels, cmp.Or(text(inner, "title"), text(inner, "description")))
		}
	}
	var out []option
	for i, v := range list {
		x, ok := optionOf(v, labels[i])
		if !ok {
			return nil, false
		}
		out = append(out, x)
	}
	return out, len(out) > 0
}

// optionOf returns the option of a scalar.
func optionOf(v any, label string) (option, bool) {
	switch v.(type) {
	case string, json.Number, bool:
	default:
		return option{}, false
	}
	b, err := json.Marshal(v)
	return option{string(b), cmp.Or(label, fmt.Sprint(v))}, err == nil
}

func text(o *object, name string) string {
	s, _ := o.of[name].(string)
	return s
}

// bound returns the first number that a schema has under one of some names.
func bound(o *object, names ...string) string {
	for _, name := range names {
		if n, ok := o.of[name].(json.Number); ok {
			return n.String()
		}
	}
	return ""
}
