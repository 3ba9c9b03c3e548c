package manifest_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/internal/manifest"
)

// doubled returns a schema that applies its innermost one 2^levels times, by a keyword that takes a list, or once by $ref.
func doubled(keyword string, levels int) string {
	var b strings.Builder
	b.WriteString(`{"$ref":"#/$defs/l0","$defs":{`)
	for i := range levels {
		if keyword == "$ref" {
			fmt.Fprintf(&b, `"l%d":{"$ref":"#/$defs/l%d"},`, i, i+1)
			continue
		}
		fmt.Fprintf(&b, `"l%d":{"%s":[{"$ref":"#/$defs/l%d"},{"$ref":"#/$defs/l%d"}]},`, i, keyword, i+1, i+1)
	}
	fmt.Fprintf(&b, `"l%d":{"type":"object"}}}`, levels)
	return b.String()
}

// nested returns a config of some levels of an object within its member "a".
func nested(levels int) string {
	return strings.Repeat(`{"a":`, levels) + `1` + strings.Repeat(`}`, levels)
}

func list(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }

// Each of these would keep the validator busy for minutes or longer, or take gigabytes.
func TestASchemaIsRefusedWhoseUseHasNoBound(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ schema, config, says string }{
		//attack-each:supply-bounds
		"doubled allOf":  {schema: doubled("allOf", 60), says: "steps"},
		"doubled anyOf":  {schema: doubled("anyOf", 60), says: "steps"},
		"doubled oneOf":  {schema: doubled("oneOf", 60), says: "steps"},
		"doubled not":    {schema: strings.ReplaceAll(doubled("allOf", 60), `{"$ref"`, `{"not":{},"$ref"`), says: "steps"},
		"doubled if":     {schema: strings.NewReplacer(`allOf":[`, `if":`, `},{`, `},"then":{`, `}]`, `}`).Replace(doubled("allOf", 60)), says: "steps"},
		"an older draft": {schema: strings.Replace(doubled("allOf", 60), `{"$ref":"#/$defs/l0",`, `{"$schema":"http://json-schema.org/draft-07/schema#","allOf":[{"$ref":"#/$defs/l0"}],`, 1), says: "steps"},
		"a tree that doubles at each level of the config": {
			schema: `{"$ref":"#/$defs/t","$defs":{"t":{"properties":{"a":{"allOf":[{"$ref":"#/$defs/t"},{"$ref":"#/$defs/t"}]}}}}}`, config: nested(40), says: "steps"},
		"names that are doubled": {schema: strings.Replace(doubled("allOf", 60), `{"$ref"`, `{"propertyNames":{"$ref":"#/$defs/l0"},"$comment"`, 1), config: `{"a":1}`, says: "steps"},
		"what is not evaluated otherwise": {
			schema: strings.Replace(doubled("allOf", 60), `{"$ref"`, `{"unevaluatedProperties":{"$ref":"#/$defs/l0"},"$comment"`, 1), config: `{"a":1}`, says: "steps"},
		"dependent schemas": {schema: strings.Replace(doubled("allOf", 60), `{"$ref"`, `{"dependentSchemas":{"a":{"$ref":"#/$defs/l0"}},"$comment"`, 1), config: `{"a":1}`, says: "steps"},
		"a dynamic reference": {
			schema: `{"$dynamicAnchor":"t","properties":{"a":{"allOf":[{"$dynamicRef":"#t"},{"$dynamicRef":"#t"}]}}}`, config: nested(40), says: "steps"},
		"a recursive reference": {
			schema: `{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"properties":{"a":{"allOf":[{"$recursiveRef":"#"},{"$recursiveRef":"#"}]}}}`,
			config: nested(40), says: "steps"},
		"a dynamic anchor that is there twice": {schema: `{"$defs":{"a":{"$dynamicAnchor":"t"},"b":{"$id":"b","$dynamicAnchor":"t"}}}`, says: "twice"},
		"a recursive anchor within":            {schema: `{"$schema":"https://json-schema.org/draft/2019-09/schema","$defs":{"b":{"$id":"b","$recursiveAnchor":true}}}`, says: "only the whole schema"},
		"the language's own schema":            {schema: `{"properties":{"a":{"$ref":"https://json-schema.org/draft/2020-12/schema"}}}`, says: "only refer to itself"},
		"the language's own schema by parts":   {schema: `{"$id":"https://json-schema.org/draft/","properties":{"a":{"$ref":"2020-12/schema"}}}`, says: "only refer to itself"},
		"a circle":                             {schema: `{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}`, says: "refers to itself"},
		"a long chain":                         {schema: doubled("$ref", 110), says: "follow upon"},
		"a long list that must be unique":      {schema: `{"properties":{"a":{"allOf":` + list(500, `{"uniqueItems":true}`) + `}}}`, config: `{"a":` + list(1_000, `"x"`) + `}`, says: "steps"},
		"a long enumeration of a long list":    {schema: `{"properties":{"a":{"items":{"enum":` + list(1_000, `1`) + `}}}}`, config: `{"a":` + list(5_000, `"x"`) + `}`, says: "steps"},
		"a pattern and a long text":            {schema: `{"properties":{"a":{"pattern":"(a?){1000}b"}}}`, config: `{"a":"` + strings.Repeat("a", 100_000) + `"}`, says: "steps"},
		"patterns of names":                    {schema: `{"patternProperties":{"(a?){1000}b":{}}}`, config: `{"` + strings.Repeat("a", 100_000) + `":1}`, says: "steps"},
		"patterns that repeat":                 {schema: `{"pattern":"(` + strings.Repeat("a?", 100) + `){1000}"}`, says: "repeat too much"},
		"patterns that repeat together":        {schema: `{"allOf":[{"pattern":"(a?){1000}b"},{"pattern":"(a?){1000}c"},{"pattern":"(a?){1000}d"},{"pattern":"(a?){1000}e"},{"pattern":"(a?){1000}f"}]}`, says: "repeat too much"},
		"a long pattern":                       {schema: `{"pattern":"` + strings.Repeat("a", 5_000) + `"}`, says: "bytes"},
		"a number of a million digits":         {schema: `{"minimum":1e1000000}`, says: "number"},
		"a number of a million places":         {schema: `{"multipleOf":1e-1000000}`, says: "number"},
		"many digits":                          {schema: `{"const":` + strings.Repeat("9", 1_000) + `}`, says: "number"},
		"many values":                          {schema: `{"enum":` + list(5_000, "1") + `}`, says: "too many values"},
		"many bytes":                           {schema: `{"description":"` + strings.Repeat("x", 70_000) + `"}`, says: "bytes"},
		"many levels":                          {schema: strings.Repeat(`{"not":`, 40) + `{}` + strings.Repeat(`}`, 40), says: "deep"},
		"a long key":                           {schema: `{"properties":{"` + strings.Repeat("x", 200) + `":{}}}`, says: "key"},
		//attack-each:
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema, err := manifest.CompileSchema([]byte(tt.schema), false)
			if err == nil {
				config := tt.config
				if config == "" {
					config = `{}`
				}
				err = schema.Validate(decoded(t, config))
			}
			var refused *manifest.SchemaError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the error is %.200v, want one that says %q", err, tt.says)
			}
		})
	}
}

func TestASchemaOfAnHonestSizeIsApplied(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		schema, config string
		wrong          bool
	}{
		"a few doublings":        {schema: doubled("allOf", 10), config: `{}`},
		"a few doublings, wrong": {schema: doubled("anyOf", 10), config: `[]`, wrong: true},
		"a tree":                 {schema: `{"properties":{"a":{"$ref":"#"}},"additionalProperties":false}`, config: strings.Replace(nested(40), "1", "{}", 1)},
		"regions":                {schema: `{"properties":{"a":{"items":{"enum":` + list(3_000, `"x"`) + `}}}}`, config: `{"a":` + list(100, `"x"`) + `}`},
		"a reference to a word":  {schema: `{"properties":{"a":{"$ref":"#word"}},"$defs":{"w":{"$anchor":"word","maxLength":3}}}`, config: `{"a":"long"}`, wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema, err := manifest.CompileSchema([]byte(tt.schema), false)
			if err != nil {
				t.Fatal(err)
			}
			var wrong *jsonschema.ValidationError
			if err := schema.Validate(decoded(t, tt.config)); errors.As(err, &wrong) != tt.wrong || err != nil && !tt.wrong {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestValidateRefusesASchemaThatCannotBeAppliedToAnyConfig(t *testing.T) {
	t.Parallel()
	d, err := manifest.Parse(good(t))
	if err != nil {
		t.Fatal(err)
	}
	d.ConfigSchema = []byte(doubled("allOf", 60))
	if err := manifest.Validate(d); err == nil || !strings.Contains(err.Error(), "config_schema: applying it takes more than 1000000 steps") {
		t.Errorf("the error is %v", err)
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
