package engine

import (
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// schemaErrors turns the tree of a validator into one ConfigError for each wrong key.
func (p *provider) schemaErrors(invalid *jsonschema.ValidationError) error {
	printer := message.NewPrinter(language.English)
	var out []error
	var walk func(*jsonschema.ValidationError)
	walk = func(v *jsonschema.ValidationError) {
		if len(v.Causes) > 0 {
			for _, c := range v.Causes {
				walk(c)
			}
			return
		}
		at := jsonpointer.Join("/config", v.InstanceLocation...)
		switch k := v.ErrorKind.(type) {
		case *kind.AdditionalProperties:
			for _, name := range k.Properties {
				out = append(out, p.wrong(jsonpointer.Join(at, name), "the plugin has no such setting", oneOf("settings", p.settings())))
			}
		case *kind.Required:
			for _, name := range k.Missing {
				out = append(out, p.wrong(jsonpointer.Join(at, name), "the setting is missing", p.describe(name)))
			}
		default:
			problem := v.ErrorKind.LocalizedString(printer)
			name := ""
			if len(v.InstanceLocation) > 0 {
				name = v.InstanceLocation[0]
			}
			out = append(out, p.wrong(at, problem, p.describe(name)))
		}
	}
	walk(invalid)
	return errors.Join(out...)
}

// settings returns the top-level names of the plugin's schema.
func (p *provider) settings() []string {
	var names []string
	for _, l := range p.schemaLeaves() {
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
func (p *provider) describe(name string) string {
	at := jsonpointer.Join("/properties", name, "description")
	for _, l := range p.schemaLeaves() {
		if l.Path == at {
			return l.Value
		}
	}
	return "a value that the plugin's schema allows"
}
