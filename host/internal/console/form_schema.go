package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
	"github.com/ocrmux/ocrmux/internal/manifest"
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

// option is an option of a choice. The label is the same in all languages: people write it into lists.
type option struct {
	json, label, shown string
}

// specOf reads a schema, with its texts in a language. A schema that is not an object with properties becomes one control; one
// that allows nothing but an empty object becomes a group without members.
func specOf(schema []byte, language string) *spec {
	raw := &spec{kind: rawKind}
	root, err := readSchema(schema)
	if err != nil {
		return raw
	}
	if onlyEmpty(root) {
		return &spec{kind: groupKind}
	}
	delete(root.of, manifest.TextsKey) // they are about the plugin, not about its settings
	r := &specReader{root: root, language: language}
	s := r.read(root, 0)
	if s.kind != groupKind {
		raw.description = s.description
		return raw
	}
	return s
}

// onlyEmpty reports whether a schema is that of an object without members.
func onlyEmpty(root *object) bool {
	for _, keyword := range []string{"properties", "patternProperties"} {
		if _, there := root.of[keyword]; there {
			return false
		}
	}
	return root.of["type"] == "object" && root.of["additionalProperties"] == false
}

type specReader struct {
	root     *object
	language string
	specs    int
}

// read makes a spec of a schema; groups is the number of groups around it.
func (r *specReader) read(schema any, groups int) *spec {
	s := &spec{kind: rawKind}
	r.specs++
	o, ok := schema.(*object)
	if !ok || r.specs > maxSpecs {
		return s
	}
	s.title, s.description, s.format = o.titleIn(r.language), o.descriptionIn(r.language), text(o, "format")
	s.fallback = o.of["default"]
	names := o.in(r.language).member("enum")
	o, ok = r.resolve(o)
	if !ok {
		return s
	}
	s.title, s.description, s.format = cmp.Or(s.title, o.titleIn(r.language)), cmp.Or(s.description, o.descriptionIn(r.language)), cmp.Or(s.format, text(o, "format"))
	if names == nothing {
		names = o.in(r.language).member("enum")
	}
	if s.fallback == nil {
		s.fallback = o.of["default"]
	}
	s.least, s.most = bound(o, "minimum", "exclusiveMinimum"), bound(o, "maximum", "exclusiveMaximum")
	s.shortest, s.longest = bound(o, "minLength"), bound(o, "maxLength")
	if options, ok := r.options(o, names); ok {
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

// options returns the values of an enum, of a const, or of alternatives that are each a const. names are the names of values
// in the language.
func (r *specReader) options(o, names *object) ([]option, bool) {
	var out []option
	add := func(v any, label, shown string) bool {
		switch v.(type) {
		case string, json.Number, bool:
		default:
			return false
		}
		b, err := json.Marshal(v)
		label = cmp.Or(label, fmt.Sprint(v))
		out = append(out, option{string(b), label, bounded(cmp.Or(shown, text(names, fmt.Sprint(v)), label), manifest.MaxTitle)})
		return err == nil
	}
	if c, ok := o.of["const"]; ok {
		ok = add(c, "", "")
		return out, ok
	}
	if list, ok := o.of["enum"].([]any); ok {
		for _, v := range list {
			if !add(v, "", "") {
				return nil, false
			}
		}
		return out, len(out) > 0
	}
	alternatives, _ := o.of["oneOf"].([]any)
	for _, a := range alternatives {
		inner, _ := a.(*object)
		if inner == nil {
			return nil, false
		}
		c, ok := inner.of["const"]
		own := inner.in(r.language)
		if !ok || !add(c, cmp.Or(text(inner, "title"), text(inner, "description")), cmp.Or(text(own, "title"), text(own, "description"))) {
			return nil, false
		}
	}
	return out, len(out) > 0
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
