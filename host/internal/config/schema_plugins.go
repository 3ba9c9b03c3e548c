package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// SchemaWith returns the JSON Schema (2020-12) of a configuration file for these plugins and no others, indented: a provider's
// config and secrets, and a front door's clients, are those of its plugin. It does not know what variables, flags and the
// console's file add.
//
// All references in it are pointers from its root, so that editors can follow them. If a plugin's own schema cannot be
// moved into another one, its config is not checked, and unchecked says why.
func SchemaWith(plugins []*abi.Descriptor) (text []byte, unchecked []error, err error) {
	s, err := fileSchema()
	if err != nil {
		return nil, nil, err
	}
	allowEmpty(s)
	p := pluginSchemas{
		provider: within(s, "properties", "providers", "additionalProperties"),
		door:     within(s, "properties", "front_doors", "additionalProperties"),
		defs:     object{},
	}
	if p.provider == nil || p.door == nil {
		return nil, nil, fmt.Errorf("config schema: there are no providers or front doors")
	}
	providers, doors := object{}, object{}
	var names []any
	for _, d := range plugins {
		names = append(names, d.Name)
		providers[d.Name] = p.addProvider(d)
		if len(d.FrontDoors) > 0 {
			doors[d.Name] = p.addDoor(d)
		}
	}
	p.defs["provider"] = p.anyProvider(names)
	named := within(s, "properties", "providers")
	named["properties"] = providers
	named["additionalProperties"] = object{"allOf": []any{
		object{"type": "object", "required": []any{"plugin"}, "properties": object{"plugin": object{"type": "string"}}},
		reference("provider"),
	}}
	opened := within(s, "properties", "front_doors")
	opened["properties"], opened["additionalProperties"] = doors, false
	s["$defs"] = p.defs
	text, err = json.MarshalIndent(s, "", "  ")
	return text, p.unchecked, err
}

// pluginSchemas collects what plugins add to the schema.
type pluginSchemas struct {
	provider, door object // as they are without plugins
	defs           object
	unchecked      []error
}

// anyProvider returns the schema of a provider that names its plugin. addProvider handles providers without "plugin".
func (p *pluginSchemas) anyProvider(names []any) object {
	s := clone(p.provider)
	plugin := within(s, "properties", "plugin")
	delete(plugin, "minLength")
	plugin["enum"] = append(slices.Clip(names), nil)
	var each []any
	for _, name := range names {
		each = append(each, object{
			"if":   object{"type": "object", "required": []any{"plugin"}, "properties": object{"plugin": object{"const": name}}},
			"then": reference("provider-" + name.(string)),
		})
	}
	if len(each) > 0 {
		s["allOf"] = each
	}
	return s
}

// addProvider adds the schema of a plugin's providers, and returns that of the provider with the plugin's name.
func (p *pluginSchemas) addProvider(d *abi.Descriptor) object {
	config, empty := p.config(d, "config-"+d.Name, false)
	s := object{"properties": object{"config": config, "secrets": secretsSchema(d)}}
	var required []any
	if !empty {
		required = append(required, "config")
	}
	if len(manifest.SecretSets(d)) > 0 {
		required = append(required, "secrets")
	}
	if required == nil {
		s["type"] = []any{"object", "null"}
	} else {
		s["type"], s["required"] = "object", required
	}
	p.defs["provider-"+d.Name] = s
	return object{
		"description": described(d),
		"if":          object{"type": "object", "required": []any{"plugin"}, "properties": object{"plugin": object{"type": "string"}}},
		"then":        reference("provider"),
		"else":        object{"allOf": []any{reference("provider"), reference("provider-" + d.Name)}},
	}
}

func described(d *abi.Descriptor) string {
	return strings.TrimSpace(d.Name + " " + d.Version + ": " + d.Description)
}

// addDoor returns the schema of a plugin's front door.
func (p *pluginSchemas) addDoor(d *abi.Descriptor) object {
	name := "config-" + d.Name
	if requiresEndpoint(d) {
		name = "door-" + name
	}
	config, empty := p.config(d, name, true)
	s := clone(p.door)
	s["description"] = "Answers as " + described(d)
	properties := within(s, "properties")
	properties["config"] = config
	within(properties, "clients")["items"] = clientSchema(d)
	if !empty {
		s["required"] = append(s["required"].([]any), "config")
	}
	return s
}
