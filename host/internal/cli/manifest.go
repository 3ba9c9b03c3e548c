package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// documents lists the documents that a plugin reads: "cn.idcard: front, back; gives portrait".
func documents(d *abi.Descriptor) []string {
	var out []string
	for _, doc := range d.Documents {
		s := doc.Document
		if len(doc.Sides) > 0 {
			s += ": " + join(doc.Sides)
		}
		if len(doc.Extras) > 0 {
			s += "; gives " + strings.Join(doc.Extras, ", ")
		}
		out = append(out, s)
	}
	return out
}

func orNone(hosts []string) []string {
	if len(hosts) == 0 {
		return []string{"no host"}
	}
	return hosts
}

// secrets lists the secrets with their uses.
func secrets(d *abi.Descriptor) []string {
	var out []string
	for _, s := range d.Secrets {
		line := s.Name + ": " + strings.Join(s.Uses, ", ")
		if s.Captured {
			line += "; captured from an answer, not configured"
		}
		if len(s.Hosts) > 0 {
			line += "; only to " + strings.Join(s.Hosts, ", ")
		}
		if s.Description != "" {
			line += " (" + s.Description + ")"
		}
		out = append(out, line)
	}
	for _, set := range d.SecretSets {
		out = append(out, "set: "+strings.Join(set.Names, " + "))
	}
	return out
}

// settings lists the settings in the manifest's schema: "region: one of ap-beijing, ap-guangzhou; default ap-beijing".
func settings(d *abi.Descriptor) []string {
	var schema struct {
		Properties map[string]struct {
			Type        any    `json:"type"`
			Enum        []any  `json:"enum"`
			Default     any    `json:"default"`
			Description string `json:"description"`
		} `json:"properties"`
		Required []string `json:"required"`
	}
	if len(d.ConfigSchema) == 0 {
		return nil
	}
	if json.Unmarshal(d.ConfigSchema, &schema) != nil {
		return []string{"invalid schema"} // the manifest's problems say why
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		line := name
		switch {
		case len(p.Enum) > 0:
			line += ": one of " + listed(p.Enum)
		case p.Type != nil:
			line += ": " + strings.Trim(fmt.Sprint(p.Type), "[]")
		}
		if p.Default != nil {
			line += fmt.Sprintf("; default %v", p.Default)
		}
		if slices.Contains(schema.Required, name) {
			line += "; required"
		}
		if p.Description != "" {
			line += " (" + p.Description + ")"
		}
		out = append(out, line)
	}
	return out
}

func listed(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

// limits lists the limits of pictures.
func limits(l *abi.ImageLimits) []string {
	if l == nil {
		return nil
	}
	var out []string
	add := func(set bool, format string, args ...any) {
		if set {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	add(len(l.Formats) > 0, "formats %s", join(l.Formats))
	add(l.MinSide > 0, "shortest side at least %d px", l.MinSide)
	add(l.MaxSide > 0, "longest side at most %d px", l.MaxSide)
	add(l.MaxBytes > 0, "at most %d bytes", l.MaxBytes)
	add(l.MaxEncodedBytes > 0, "at most %d bytes as %s", l.MaxEncodedBytes, l.Encoding)
	add(len(l.Inputs) > 0, "given as %s", strings.Join(l.Inputs, " or "))
	add(l.Soft, "these limits are only advice")
	return out
}

func frontDoors(d *abi.Descriptor) []string {
	var out []string
	for _, f := range d.FrontDoors {
		out = append(out, f.Method+" "+f.Path)
	}
	return out
}

// imports groups imports by module, in the order of the file: "env: now, log".
func imports(names []string) []string {
	var modules []string
	functions := make(map[string][]string)
	for _, name := range names {
		module, function, _ := strings.Cut(name, ".")
		if functions[module] == nil {
			modules = append(modules, module)
		}
		if !slices.Contains(functions[module], function) {
			functions[module] = append(functions[module], function)
		}
	}
	for i, module := range modules {
		modules[i] = module + ": " + strings.Join(functions[module], ", ")
	}
	return modules
}

func join[T fmt.Stringer](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.String()
	}
	return strings.Join(names, ", ")
}
