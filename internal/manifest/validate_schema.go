package manifest

import (
	"bytes"
	"errors"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// configSchema checks that the schema can be compiled and applied, and checks its texts in other languages.
func (c *checker) configSchema(d *abi.Descriptor) {
	if len(d.ConfigSchema) == 0 {
		return
	}
	schema, err := CompileSchema(d.ConfigSchema, false)
	var tooMuch *SchemaError
	if err == nil && errors.As(schema.Validate(map[string]any{}), &tooMuch) { // other configs are judged when they are there
		err = tooMuch
	}
	if err != nil {
		c.add("config_schema", "%v", err)
		return
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.ConfigSchema))
	if err != nil {
		c.add("config_schema", "is not JSON: %v", err)
		return
	}
	c.texts("config_schema", document, d)
}
