package manifest

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// schemaURL is the schema's name in errors. A relative name would become a path on this machine.
const schemaURL = "manifest:///config_schema"

// configSchema compiles the schema, and checks its texts in other languages. A schema is complete by itself: nothing that it
// refers to is fetched or read from disk.
func (c *checker) configSchema(d *abi.Descriptor) {
	if len(d.ConfigSchema) == 0 {
		return
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.ConfigSchema))
	if err != nil {
		c.add("config_schema", "is not JSON: %v", err)
		return
	}
	if _, ok := document.(map[string]any); !ok {
		c.add("config_schema", "must be a JSON Schema as an object")
		return
	}
	c.texts("config_schema", document, d)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(schemaURL, document); err != nil {
		c.add("config_schema", "is no good JSON Schema: %v", err)
		return
	}
	if _, err := compiler.Compile(schemaURL); err != nil {
		c.add("config_schema", "is no good JSON Schema: %v", err)
	}
}

var errOutside = errors.New("a manifest's schema may only refer to itself (#/$defs/…)")

type noLoader struct{}

func (noLoader) Load(url string) (any, error) { return nil, fmt.Errorf("%s: %w", url, errOutside) }
