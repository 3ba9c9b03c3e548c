package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/abi/manifest"
)

// Keys of a provider's config that mean something to every plugin.
const (
	endpointKey  = "endpoint"
	plainHTTPKey = "allow_plain_http"
)

// SchemaWith is the JSON Schema (2020-12) of a configuration file for these plugins and no others, indented: a provider's config
// and secrets, and a front door's clients, are those of its plugin. It describes a file that stands for itself: what variables and
// flags add, it cannot know.
//
// All references in it are pointers from its root, so that editors can follow them. Where a plugin's own schema cannot be moved
// into another one, its config is not looked at, and unchecked says why.
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

// anyProvider is a provider of any plugin. It leaves to addProvider what no "plugin" means.
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

// addProvider adds what a plugin's providers are, and gives the schema of the one with the plugin's own name.
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

// addDoor gives the schema of a plugin's front door.
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

// secretsSchema is what a plugin's manifest wants of a provider's secrets.
func secretsSchema(d *abi.Descriptor) object {
	properties := object{}
	for _, spec := range d.Secrets {
		if !spec.Captured {
			properties[spec.Name] = sourceSchema(spec, true)
		}
	}
	s := object{"type": []any{"object", "null"}, "description": "Where each secret of the plugin is found.", "properties": properties, "additionalProperties": false}
	if sets := manifest.SecretSets(d); len(sets) > 0 {
		s["type"], s["anyOf"] = "object", wholeSets(sets)
	}
	return s
}

// clientSchema is what a plugin's manifest wants of a client's credentials.
func clientSchema(d *abi.Descriptor) object {
	properties := object{clientTenant: object{"type": "string", "minLength": 1, "description": "Tenant on whose behalf the client calls."}}
	for _, spec := range d.Secrets {
		switch {
		case spec.Captured:
		case spec.Identifier:
			properties[spec.Name] = object{"type": "string", "minLength": 1, "description": spec.Description}
		default:
			properties[spec.Name] = sourceSchema(spec, false)
		}
	}
	s := object{"type": "object", "properties": properties, "additionalProperties": false}
	if sets := manifest.SecretSets(d); len(sets) > 0 {
		s["anyOf"] = wholeSets(sets)
	}
	return s
}

// sourceSchema is where a secret is found.
func sourceSchema(spec abi.SecretSpec, orEmpty bool) object {
	source := Source("").JSONSchema()
	s := object{"type": source.Type, "pattern": source.Pattern, "examples": source.Examples}
	if spec.Description != "" {
		s["description"] = spec.Description
	}
	if orEmpty {
		s["type"] = []any{source.Type, "null"}
	}
	return s
}

// wholeSets wants one of the sets whole. A key without a value is not there.
func wholeSets(sets []abi.SecretSet) []any {
	var out []any
	for _, set := range sets {
		properties, names := object{}, []any{}
		for _, name := range set.Names {
			properties[name] = object{"type": "string"}
			names = append(names, name)
		}
		out = append(out, object{"required": names, "properties": properties})
	}
	return out
}

// config is the schema of a plugin's config, under a name of its own, and whether it may be empty.
func (p *pluginSchemas) config(d *abi.Descriptor, name string, door bool) (s object, empty bool) {
	own, recursive, err := ownConfig(d, name, door)
	if err != nil {
		if !door { // said once
			p.unchecked = append(p.unchecked, fmt.Errorf("the config of plugin %s is not looked at: its schema cannot be part of another one: %w", d.Name, err))
		}
		return object{"type": []any{"object", "null"}}, true
	}
	switch {
	case recursive || !plain(own):
		if own, _, err = ownConfig(d, name+"-own", door); err != nil {
			return object{"type": []any{"object", "null"}}, true // it has been moved once already
		}
		p.defs[name+"-own"] = own
		// What is left when a key is taken away cannot be said of such a schema.
		p.defs[name] = object{
			"if":   object{"type": "object", "required": []any{plainHTTPKey}},
			"then": object{"properties": object{plainHTTPKey: plainHTTPSchema()}},
			"else": reference(name + "-own"),
		}
	default:
		if within(own, "properties") == nil {
			own["properties"] = object{}
		}
		within(own, "properties")[plainHTTPKey] = plainHTTPSchema()
		p.defs[name] = own
	}
	settings := object{"type": "object", "allOf": []any{reference(name)}}
	if !takesNothing(d, door) {
		return settings, false
	}
	return object{"anyOf": []any{settings, object{"type": "null"}}}, true
}

// ownConfig is the schema in a manifest, moved to the name.
func ownConfig(d *abi.Descriptor, name string, door bool) (s object, recursive bool, err error) {
	if len(d.ConfigSchema) == 0 {
		return object{"type": "object", "additionalProperties": false}, false, nil
	}
	if s, err = parseSchema(d.ConfigSchema); err != nil {
		return nil, false, err
	}
	if door {
		waiveEndpoint(s)
	}
	recursive, err = relocate(s, "#/$defs/"+name)
	return s, recursive, err
}

// waiveEndpoint does what the engine does for front doors, which call nobody.
func waiveEndpoint(s object) {
	if required, ok := s["required"].([]any); ok {
		s["required"] = slices.DeleteFunc(required, func(name any) bool { return name == endpointKey })
	}
}

func requiresEndpoint(d *abi.Descriptor) bool {
	s, err := parseSchema(d.ConfigSchema)
	if err != nil {
		return false
	}
	required, _ := s["required"].([]any)
	return slices.Contains(required, any(endpointKey))
}

// takesNothing reports whether a plugin's config may be empty.
func takesNothing(d *abi.Descriptor, door bool) bool {
	if len(d.ConfigSchema) == 0 {
		return true
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(d.ConfigSchema))
	if err != nil {
		return true
	}
	if s, ok := doc.(object); ok && door {
		waiveEndpoint(s)
	}
	c := validator.NewCompiler()
	c.UseLoader(validator.SchemeURLLoader{}) // loads nothing
	if err := c.AddResource("manifest:///config_schema", doc); err != nil {
		return true
	}
	compiled, err := c.Compile("manifest:///config_schema")
	return err != nil || compiled.Validate(object{}) == nil
}

func plainHTTPSchema() object {
	return object{"type": "boolean", "default": false, "description": "Lets http go further than this machine."}
}

// plain reports whether one more property makes a schema accept what it accepts without that key: whether nothing in it looks at
// the keys of the whole config but its own properties.
func plain(s object) bool {
	if _, taken := within(s, "properties")[plainHTTPKey]; taken {
		return false
	}
	return indifferent(s, true)
}

// indifferent reports whether a schema of the whole config does not look at keys it does not name.
func indifferent(v any, root bool) bool {
	s, ok := v.(object)
	if !ok {
		return v != false
	}
	for _, keyword := range []string{"$ref", "patternProperties", "propertyNames", "minProperties", "maxProperties", "const", "enum", "not", "oneOf"} {
		if _, there := s[keyword]; there {
			return false
		}
	}
	for _, keyword := range []string{"additionalProperties", "unevaluatedProperties"} {
		if _, there := s[keyword]; there && !root {
			return false
		}
	}
	for _, keyword := range []string{"if", "then", "else"} {
		if inner, there := s[keyword]; there && !indifferent(inner, false) {
			return false
		}
	}
	for _, keyword := range []string{"allOf", "anyOf"} {
		list, _ := s[keyword].([]any)
		if slices.ContainsFunc(list, func(inner any) bool { return !indifferent(inner, false) }) {
			return false
		}
	}
	for _, inner := range within(s, "dependentSchemas") {
		if !indifferent(inner, false) {
			return false
		}
	}
	return true
}
