package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// namePattern is the pattern of the names of providers and routes. A variable's name can express them (see envPath).
const namePattern = `^[a-z0-9]+([-_][a-z0-9]+)*$`

// MaxNameLength is the greatest length of the name of a provider, route or tenant.
const MaxNameLength = 63

var nameForm = regexp.MustCompile(namePattern)

// ValidName reports whether a name is possible for a provider, route or tenant.
func ValidName(name string) bool { return len(name) <= MaxNameLength && nameForm.MatchString(name) }

// schemaName is the name of the schema for the compiler.
const schemaName = "ocrmux.schema.json"

// Schema returns the JSON Schema (2020-12) of a configuration file without the settings of plugins, indented. See [SchemaWith].
func Schema() ([]byte, error) {
	s, err := fileSchema()
	if err != nil {
		return nil, err
	}
	allowEmpty(s)
	return json.MarshalIndent(s, "", "  ")
}

// settingsSchema returns the schema of merged settings, in which every key has a value (see fillEmpty).
func settingsSchema() ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true}
	s := r.Reflect(&File{})
	s.Title = "ocrmux configuration"
	for _, named := range []string{"providers", "routes", "tenants"} {
		property, ok := s.Properties.Get(named)
		if !ok {
			return nil, fmt.Errorf("config schema: there is no property %q", named)
		}
		longest := uint64(MaxNameLength)
		property.PropertyNames = &jsonschema.Schema{Pattern: namePattern, MaxLength: &longest}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	tree, err := parseSchema(text)
	if err != nil {
		return nil, err
	}
	boundNumbers(tree)
	return json.Marshal(tree)
}

// fileSchema returns the schema of merged settings as a tree.
func fileSchema() (object, error) {
	text, err := settingsSchema()
	if err != nil {
		return nil, err
	}
	return parseSchema(text)
}

func compileSchema() (*validator.Schema, error) {
	text, err := settingsSchema()
	if err != nil {
		return nil, err
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource(schemaName, doc); err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	return c.Compile(schemaName)
}

// schemaAt returns the schema of the value at a path, or nil if any value is allowed.
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
