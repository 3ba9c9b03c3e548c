package config

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// secretsSchema returns the schema of a provider's secrets for a plugin.
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

// clientSchema returns the schema of a client's credentials for a plugin.
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

// sourceSchema returns the schema of a secret's source.
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

// wholeSets requires all secrets of one of the sets. A key without a value does not count.
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
