package declarative

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Schema returns the JSON Schema (2020-12) of a provider file, indented, for editors. It knows the keys and the words of the language;
// what only a compiler can see, such as a name without a value, is for [Check].
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, Mapper: mapped}
	s := r.Reflect(new(document))
	for t := range typesBelow(reflect.TypeFor[document](), make(map[reflect.Type]bool)) {
		if len(make(shapes).of(t).keys) > 0 {
			maps.Copy(s.Definitions, r.ReflectFromType(t).Definitions)
		}
	}
	for t := range typesBelow(reflect.TypeFor[document](), make(map[reflect.Type]bool)) {
		enumerate(s.Definitions[t.Name()], t)
	}
	maps.Copy(s.Definitions, alternatives())
	s.Title = "ocrmux provider file"
	return json.MarshalIndent(s, "", "  ")
}

// enumerate puts the words of keys that take few into the schema of a mapping. The reflector knows enumerations of its own
// types alone.
func enumerate(s *jsonschema.Schema, t reflect.Type) {
	shape := make(shapes).of(t)
	for i, f := range shape.fields {
		if known := f.Tag.Get("enum"); known != "" {
			property, _ := s.Properties.Get(shape.keys[i])
			property.AnyOf, property.Type = nil, "string"
			for word := range strings.SplitSeq(known, ",") {
				property.Enum = append(property.Enum, word)
			}
		}
	}
}

// typesBelow adds to seen all types of this package below one.
func typesBelow(t reflect.Type, seen map[reflect.Type]bool) map[reflect.Type]bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[document]().PkgPath() || seen[t] {
		return seen
	}
	seen[t] = true
	for i := range t.NumField() {
		typesBelow(t.Field(i).Type, seen)
	}
	return seen
}

// alternatives returns the schemas of types that can be written in several ways.
func alternatives() jsonschema.Definitions {
	word := schemaOf(reflect.TypeFor[word]())
	return jsonschema.Definitions{
		"text":      either(word, several(reference("text")), reference("expression")),
		"source":    either(&jsonschema.Schema{Type: "string", Pattern: "^/"}, several(reference("source")), reference("expression")),
		"condition": either(&jsonschema.Schema{Type: "string"}, several(reference("condition")), reference("test")),
		"jsonTree":  either(word, &jsonschema.Schema{Type: "null"}, several(reference("text")), reference("jsonExpression")),
		"failure":   either(&jsonschema.Schema{Type: "string"}, reference("failureBody")),
		"field":     either(reference("source"), reference("fieldBody")),
	}
}

func reference(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

func either(ways ...*jsonschema.Schema) *jsonschema.Schema { return &jsonschema.Schema{AnyOf: ways} }

func several(of *jsonschema.Schema) *jsonschema.Schema {
	one := uint64(1)
	return &jsonschema.Schema{Type: "array", Items: of, MinItems: &one}
}

// mapped returns the schema of a type that is not written as Go's encoding would write it; nil for others.
func mapped(t reflect.Type) *jsonschema.Schema {
	ours := reflect.TypeFor[document]().PkgPath()
	switch {
	case t == reflect.TypeFor[abi.RawJSON]():
		return &jsonschema.Schema{Type: "object"}
	case t.Kind() == reflect.Uint32 && t.PkgPath() == reflect.TypeFor[abi.Side]().PkgPath():
		return &jsonschema.Schema{Type: "string", Enum: words(t)}
	case t.Kind() == reflect.Slice && t.Elem().PkgPath() == ours:
		return either(schemaOf(t.Elem()), several(schemaOf(t.Elem())))
	case t.Kind() == reflect.Struct && t.PkgPath() == ours && len(make(shapes).of(t).keys) == 0:
		return schemaOf(t)
	}
	return nil
}

// schemaOf returns the schema of one of this package's types.
func schemaOf(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[word]():
		return either(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"}, &jsonschema.Schema{Type: "boolean"})
	case t == reflect.TypeFor[yes]():
		return &jsonschema.Schema{Const: true}
	case t == reflect.TypeFor[tree]():
		r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, Mapper: mapped}
		s := r.Reflect(new(abi.Descriptor))
		s.Version = ""
		return s
	}
	if items, ok := t.FieldByName("items"); ok && items.Type.Kind() == reflect.Slice {
		if value, ok := items.Type.Elem().FieldByName("value"); ok { // a named
			return &jsonschema.Schema{Type: "object", AdditionalProperties: schemaOf(value.Type)}
		}
	}
	return reference(t.Name())
}

// words returns the names of an enumeration of the contract.
func words(t reflect.Type) []any {
	var out []any
	for i := uint64(0); ; i++ {
		v := reflect.New(t)
		v.Elem().SetUint(i)
		name := fmt.Sprint(v.Elem().Interface())
		if v.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(name)) != nil {
			return out
		}
		out = append(out, name)
	}
}
