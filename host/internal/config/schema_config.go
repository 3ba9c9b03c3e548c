package config

import (
	"fmt"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// plainHTTPKey is a setting that the engine adds to those of every plugin.
const plainHTTPKey = "allow_plain_http"

// config returns the schema of a plugin's config, under a name of its own, and whether it may be empty.
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
		// Such a schema cannot be applied to the config without that key.
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

// ownConfig returns the schema in a manifest, moved to the name.
func ownConfig(d *abi.Descriptor, name string, door bool) (s object, recursive bool, err error) {
	if len(d.ConfigSchema) == 0 {
		return object{"type": "object", "additionalProperties": false}, false, nil
	}
	if s, err = parseSchema(d.ConfigSchema); err != nil {
		return nil, false, err
	}
	if door {
		manifest.WaiveEndpoint(s)
	}
	recursive, err = relocate(s, "#/$defs/"+name)
	return s, recursive, err
}

func requiresEndpoint(d *abi.Descriptor) bool {
	s, err := parseSchema(d.ConfigSchema)
	if err != nil {
		return false
	}
	required, _ := s["required"].([]any)
	return slices.Contains(required, any(manifest.EndpointKey))
}

// takesNothing reports whether a plugin's config may be empty.
func takesNothing(d *abi.Descriptor, door bool) bool {
	if len(d.ConfigSchema) == 0 {
		return true
	}
	schema, err := manifest.CompileSchema(d.ConfigSchema, door)
	return err != nil || schema.Validate(object{}) == nil
}

func plainHTTPSchema() object {
	return object{"type": "boolean", "default": false, "description": "Lets http go further than this machine."}
}

// plain reports whether a property can be added to a schema without changing what else it accepts: whether only its own
// properties look at the keys of the whole config.
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
