package config

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// namePattern is how providers and routes are called: what a variable's name can express, too (see envPath).
const namePattern = `^[a-z0-9]+([-_][a-z0-9]+)*$`

const maxNameLength = 63

// Schema is the JSON Schema (2020-12) of a configuration file, indented.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true}
	s := r.Reflect(&File{})
	s.Title = "ocrmux configuration"
	for _, named := range []string{"providers", "routes", "tenants"} {
		property, ok := s.Properties.Get(named)
		if !ok {
			return nil, fmt.Errorf("config schema: there is no property %q", named)
		}
		longest := uint64(maxNameLength)
		property.PropertyNames = &jsonschema.Schema{Pattern: namePattern, MaxLength: &longest}
	}
	return json.MarshalIndent(s, "", "  ")
}

func compileSchema() (*validator.Schema, error) {
	text, err := Schema()
	if err != nil {
		return nil, err
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	const name = "ocrmux.schema.json"
	c := validator.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	return c.Compile(name)
}

// schemaAt is the schema of the value at a path, or nil where anything may stand.
func schemaAt(s *validator.Schema, path []string) *validator.Schema {
	for _, key := range path {
		if s == nil {
			return nil
		}
		if property, ok := s.Properties[key]; ok {
			s = property
			continue
		}
		items, isList := s.Items2020, s.Items2020 != nil
		if isList {
			s = items
			continue
		}
		s, _ = s.AdditionalProperties.(*validator.Schema)
	}
	return s
}
