package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// object is a JSON Schema, or a part of one, as a tree.
type object = map[string]any

func parseSchema(text []byte) (object, error) {
	v, err := validator.UnmarshalJSON(bytes.NewReader(text)) // keeps numbers as they are written
	if err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	s, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("config schema: is no object")
	}
	return s, nil
}

// within returns the part of a schema under some keys; nil if there is none.
func within(s object, path ...string) object {
	for _, key := range path {
		s, _ = s[key].(object)
	}
	return s
}

// allowEmpty lets every key of a file have no value, which fillEmpty reads as an empty mapping or as not set. Required keys stay
// required. Items of lists are not changed.
func allowEmpty(s object) {
	if s["type"] == "object" && s["required"] == nil {
		s["type"] = []any{"object", "null"}
	}
	allowEmptyIn(s)
}

func allowEmptyIn(s object) {
	required, _ := s["required"].([]any)
	visit := func(child object, needed bool) {
		switch kind, typed := child["type"].(string); {
		case kind == "object":
			allowEmpty(child)
		case typed && !needed:
			child["type"] = []any{kind, "null"}
			if words, ok := child["enum"].([]any); ok {
				child["enum"] = append(slices.Clip(words), nil)
			}
		}
	}
	for name, child := range within(s, "properties") {
		if child, ok := child.(object); ok {
			visit(child, slices.Contains(required, any(name)))
		}
	}
	if child := within(s, "additionalProperties"); child != nil {
		visit(child, false)
	}
}

// boundNumbers restricts every whole number to at least 0, unless the schema says otherwise, and to numbers that JSON holds
// exactly, so that none overflows.
func boundNumbers(s object) {
	const most = 1<<53 - 1
	if s["type"] == "integer" {
		bounds := object{"minimum": 0, "maximum": most}
		for keyword, bound := range bounds {
			if s[keyword] == nil {
				s[keyword] = bound
			}
		}
	}
	for _, inner := range within(s, "properties") {
		if inner, ok := inner.(object); ok {
			boundNumbers(inner)
		}
	}
	for _, keyword := range []string{"additionalProperties", "items"} {
		if inner := within(s, keyword); inner != nil {
			boundNumbers(inner)
		}
	}
}

// clone copies a tree of JSON values.
func clone[T any](v T) T {
	text, err := json.Marshal(v)
	if err != nil {
		return v // what was JSON is JSON
	}
	var out T
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return v
	}
	return out
}

// reference returns a reference to another schema of the file.
func reference(name string) object { return object{"$ref": "#/$defs/" + name} }
