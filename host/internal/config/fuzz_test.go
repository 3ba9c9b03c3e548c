package config

import (
	"bytes"
	"encoding/json"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// FuzzReadYAML: whatever a file or a variable holds, reading ends, and every setting has its place.
func FuzzReadYAML(f *testing.F) {
	for _, seed := range []string{"a: {b: [1, 2.5, true, null, 2020-01-01]}", "a: &x {b: 1}\nc: *x", "a: &a [*a]", "? [a]\n: b", "<<: {a: 1}", "- 1", "a: !!binary x", "\t", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, base := range [][]string{nil, {"a", "b"}} {
			l, problems := readYAML(text, "f", base, base != nil)
			if len(problems) == 0 {
				everySettingHasAPlace(t, l, l.tree, nil)
			}
		}
	})
}

func everySettingHasAPlace(t *testing.T, l *layer, v any, path []string) {
	if _, ok := (layers{l}).placeOf(path); !ok && len(path) > 1 {
		t.Errorf("%q has no place", path)
	}
	if m, ok := v.(map[string]any); ok {
		for key, inner := range m {
			everySettingHasAPlace(t, l, inner, append(path[:len(path):len(path)], key))
		}
	}
}

// FuzzEnvPath: a name that stands for a setting stands for exactly one, and is found back from it.
func FuzzEnvPath(f *testing.F) {
	for _, seed := range []string{"A__B", "A___B__C_D", "A____B", "__A", "A__", "_A__B", "a-b__c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		path, ok := envPath(name)
		if !ok {
			return
		}
		for _, key := range path {
			if key == "" || key[0] == '_' || key[len(key)-1] == '_' {
				t.Errorf("%q became %q", name, path)
			}
		}
	})
}

// FuzzRelocate: a schema that was moved into another one means what it meant by itself, or is refused.
func FuzzRelocate(f *testing.F) {
	for _, seed := range []string{
		`{"type":"object","properties":{"a":{"$ref":"#/$defs/w"}},"$defs":{"w":{"type":"string"}}}`, `{"$ref":"#x","$defs":{"a":{"$anchor":"x","type":"object"}}}`,
		`{"$id":"https://a.example/b/c","properties":{"a":{"$ref":"d"}},"$defs":{"d":{"$id":"d","type":"string"}}}`, `{"properties":{"a":{"$ref":"#"}},"maxProperties":1}`,
		`{"$dynamicRef":"#n","$defs":{"n":{"$dynamicAnchor":"n","type":"object"}}}`, `{"properties":{"a":{"$ref":"#/x~1y/0%25"}},"x/y":{"0%":{"type":"string"}}}`, `{"const":{"$ref":"x"}}`,
	} {
		f.Add([]byte(seed), []byte(`{"a":"b"}`))
		f.Add([]byte(seed), []byte(`{"a":{"a":1},"b":2}`))
	}
	f.Fuzz(func(t *testing.T, text, instance []byte) {
		alone := compiled(text)
		value, err := validator.UnmarshalJSON(bytes.NewReader(instance))
		schema, badSchema := parseSchema(text)
		if alone == nil || err != nil || badSchema != nil {
			return
		}
		if _, err := relocate(schema, "#/$defs/x y"); err != nil {
			return
		}
		whole, err := json.Marshal(object{"$defs": object{"x y": schema}, "$ref": "#/$defs/x%20y"})
		if err != nil {
			t.Fatal(err)
		}
		moved := compiled(whole)
		if moved == nil {
			t.Fatalf("the schema is none any more: %s", whole)
		}
		if before, after := alone.Validate(value), moved.Validate(value); (before == nil) != (after == nil) {
			t.Errorf("%s: alone %v, moved %v: %s", instance, before, after, whole)
		}
	})
}

// compiled is nil for what is no schema.
func compiled(text []byte) *validator.Schema {
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	c := validator.NewCompiler()
	c.UseLoader(validator.SchemeURLLoader{}) // loads nothing
	if err := c.AddResource("manifest:///config_schema", doc); err != nil {
		return nil
	}
	s, err := c.Compile("manifest:///config_schema")
	if err != nil {
		return nil
	}
	return s
}
