package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/ocrmux/ocrmux/internal/spell"
)

// validate returns the problems of merged settings by the schema.
func validate(schema *validator.Schema, tree map[string]any, from layers) []Problem {
	var invalid *validator.ValidationError
	if err := schema.Validate(tree); err == nil {
		return nil
	} else if !errors.As(err, &invalid) {
		return []Problem{{Problem: "the settings cannot be validated: " + err.Error()}}
	}
	c := checker{schema: schema, from: from}
	c.collect(invalid)
	return c.problems
}

type checker struct {
	schema   *validator.Schema
	from     layers
	problems []Problem
}

// collect turns the leaves of an error tree into problems.
func (c *checker) collect(e *validator.ValidationError) {
	path := e.InstanceLocation
	switch k := e.ErrorKind.(type) {
	case *kind.PropertyNames:
		c.add(c.from.problemAtKey(append(named(e.SchemaURL), k.Property), "is not a possible name",
			fmt.Sprintf("write lower-case letters and digits, with single - or _ between them, at most %d", MaxNameLength)))
		return
	case *kind.AdditionalProperties:
		for _, key := range slices.Sorted(slices.Values(k.Properties)) {
			c.add(c.from.problemAtKey(append(slices.Clip(path), key), "there is no such setting", c.known(path, key)))
		}
		return
	case *kind.OneOf:
		c.add(c.oneOf(path, k))
		return
	}
	for _, cause := range e.Causes {
		c.collect(cause)
	}
	if len(e.Causes) == 0 {
		what, want := c.explain(path, e.ErrorKind)
		c.add(c.from.problem(path, what, want))
	}
}

func (c *checker) add(p Problem) { c.problems = append(c.problems, p) }

// known suggests settings for a mistyped one.
func (c *checker) known(path []string, typed string) string {
	s := schemaAt(c.schema, path)
	if s == nil {
		return ""
	}
	names := slices.Sorted(maps.Keys(s.Properties))
	if near := spell.Nearest(typed, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "known are " + strings.Join(names, ", ")
}

// explain says what is wrong with a value and what would be right. It shows a value only if it cannot be a secret.
func (c *checker) explain(path []string, k validator.ErrorKind) (what, want string) {
	if isSecret(path) {
		return "is not a place where the secret is found", "write \"env:NAME\" for an environment variable or \"file:PATH\" for a file; a secret itself does not belong here"
	}
	if isKeyHash(path) {
		return "is not the hash of a key", "\"sha256:\" and 64 hexadecimal digits, as ocrmux key new prints it; a key itself does not belong here"
	}
	switch k := k.(type) {
	case *kind.Type:
		return fmt.Sprintf("is %s", article(k.Got)), "write " + c.wanted(path, k.Want)
	case *kind.Enum:
		words := make([]string, len(k.Want))
		for i, w := range k.Want {
			words[i] = fmt.Sprint(w)
		}
		want = "one of " + strings.Join(words, ", ")
		if got, ok := k.Got.(string); ok {
			if near := spell.Nearest(got, words); near != "" {
				want += fmt.Sprintf("; did you mean %s?", near)
			}
			return fmt.Sprintf("is %q", got), want
		}
		return "is none of the known words", want
	case *kind.Pattern:
		return fmt.Sprintf("is %q", k.Got), cmp.Or(c.example(path), fmt.Sprintf("a text of the form %s", k.Want))
	case *kind.Required:
		return "lacks " + strings.Join(k.Missing, ", "), c.described(path, k.Missing)
	case *kind.Minimum:
		return "is too small", "at least " + k.Want.RatString()
	case *kind.Maximum:
		return "is too large", "at most " + k.Want.RatString()
	case *kind.MinItems:
		return "is empty", "at least one"
	case *kind.MinLength:
		return "is empty", "a text"
	case *kind.UniqueItems:
		return fmt.Sprintf("has the same at %d and %d", k.Duplicates[0]+1, k.Duplicates[1]+1), "each once"
	default:
		return "is not valid", ""
	}
}

// named returns the path of the setting whose keys are names, by the place of their schema. The validator's own path is not
// reliable: it changes while the validator goes on.
func named(schemaURL string) []string {
	_, pointer, _ := strings.Cut(schemaURL, "#/properties/")
	section, _, _ := strings.Cut(pointer, "/")
	return []string{section}
}

// oneOf returns the problem of a mapping that must have exactly one of some settings.
func (c *checker) oneOf(path []string, k *kind.OneOf) Problem {
	var names []string
	if s := schemaAt(c.schema, path); s != nil {
		for _, alternative := range s.OneOf {
			names = append(names, alternative.Required...)
		}
	}
	what := "has none of "
	if len(k.Subschemas) > 0 {
		what = "has more than one of "
	}
	return c.from.problem(path, what+strings.Join(names, ", "), "exactly one of them")
}

// described returns the descriptions of settings.
func (c *checker) described(path, names []string) string {
	var out []string
	for _, name := range names {
		if s := schemaAt(c.schema, append(slices.Clip(path), name)); s != nil && s.Description != "" {
			out = append(out, name+": "+strings.TrimSuffix(s.Description, "."))
		}
	}
	return strings.Join(out, "; ")
}

// isSecret reports whether a path is that of a secret's source, where the secret itself may be by mistake.
func isSecret(path []string) bool {
	return len(path) >= 4 && path[0] == "providers" && path[2] == "secrets" ||
		len(path) >= 2 && path[0] == "state" && path[1] == "password" ||
		len(path) >= 3 && path[0] == "plugins" && path[1] == "trusted_keys"
}

// isKeyHash reports whether a path is that of the hash of a tenant's key, where the key itself may be by mistake.
func isKeyHash(path []string) bool {
	return len(path) >= 4 && path[0] == "tenants" && path[2] == "keys"
}

func (c *checker) wanted(path []string, types []string) string {
	if s := schemaAt(c.schema, path); s != nil && len(s.Examples) > 0 {
		return c.example(path)
	}
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = article(t)
	}
	return strings.Join(words, " or ")
}

func (c *checker) example(path []string) string {
	s := schemaAt(c.schema, path)
	if s == nil || len(s.Examples) == 0 {
		return ""
	}
	words := make([]string, len(s.Examples))
	for i, e := range s.Examples {
		words[i] = fmt.Sprintf("%q", e)
	}
	return "something like " + strings.Join(words, " or ")
}

// article returns the name of a JSON type in YAML's terms.
func article(jsonType string) string {
	switch jsonType {
	case "object":
		return "a mapping"
	case "array":
		return "a list"
	case "integer":
		return "a whole number"
	case "boolean":
		return "true or false"
	case "string":
		return "a text"
	case "null":
		return "empty"
	default:
		return "a " + jsonType
	}
}
