package manifest

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// configSchema checks that the schema can be compiled and applied to a config, and checks its texts in other languages.
func (c *checker) configSchema(d *abi.Descriptor) {
	if len(d.ConfigSchema) == 0 {
		return
	}
	if _, err := CompileSchema(d.ConfigSchema, false); err != nil {
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
