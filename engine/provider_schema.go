package engine

import (
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// maxSchemaErrors bounds what is said of one config.
const maxSchemaErrors = 20

// schemaErrors turns the tree of a validator into one ConfigError for each wrong key, at most maxSchemaErrors.
func (p *provider) schemaErrors(invalid *jsonschema.ValidationError) error {
	printer := message.NewPrinter(language.English)
	schema := schemaTexts{p.schemaLeaves()}
	var out []error
	var walk func(*jsonschema.ValidationError)
	walk = func(v *jsonschema.ValidationError) {
		for _, c := range v.Causes {
			if walk(c); len(out) >= maxSchemaErrors {
				return
			}
		}
		if len(v.Causes) > 0 {
			return
		}
		at := jsonpointer.Join("/config", v.InstanceLocation...)
		switch k := v.ErrorKind.(type) {
		case *kind.AdditionalProperties:
			for _, name := range k.Properties {
				out = append(out, p.wrong(jsonpointer.Join(at, name), "the plugin has no such setting", oneOf("settings", schema.settings())))
			}
		case *kind.Required:
			for _, name := range k.Missing {
				out = append(out, p.wrong(jsonpointer.Join(at, name), "the setting is missing", schema.describe(name)))
			}
		default:
			problem := v.ErrorKind.LocalizedString(printer)
			name := ""
			if len(v.InstanceLocation) > 0 {
				name = v.InstanceLocation[0]
			}
			out = append(out, p.wrong(at, problem, schema.describe(name)))
		}
	}
	walk(invalid)
	return errors.Join(out[:min(len(out), maxSchemaErrors)]...)
}

// schemaTexts are the texts of a plugin's schema, flattened.
type schemaTexts struct{ leaves []abi.Leaf }

// settings returns the top-level names of the plugin's schema.
func (s schemaTexts) settings() []string {
	var names []string
	for _, l := range s.leaves {
		if rest, ok := strings.CutPrefix(l.Path, "/properties/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			name = jsonpointer.Unescape(name)
			if len(names) == 0 || names[len(names)-1] != name {
				names = append(names, name)
			}
		}
	}
	return append(names, plainHTTPKey)
}

// describe returns the schema's own description of a setting.
func (s schemaTexts) describe(name string) string {
	at := jsonpointer.Join("/properties", name, "description")
	for _, l := range s.leaves {
		if l.Path == at {
			return l.Value
		}
	}
	return "a value that the plugin's schema allows"
}
