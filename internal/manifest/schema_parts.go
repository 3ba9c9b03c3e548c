package manifest

import (
	"fmt"
	"iter"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sameSchemas lists the schemas that a schema may apply to its own value. In a schema that [CompileSchema] accepts, the target of a
// reference does not depend on who refers.
func sameSchemas(s *jsonschema.Schema) iter.Seq[*jsonschema.Schema] {
	return func(yield func(*jsonschema.Schema) bool) {
		dynamic := new(jsonschema.DynamicRef)
		if s.DynamicRef != nil {
			dynamic = s.DynamicRef
		}
		for _, one := range []*jsonschema.Schema{s.Ref, s.RecursiveRef, dynamic.Ref, s.Not, s.If, s.Then, s.Else} {
			if one != nil && !yield(one) {
				return
			}
		}
		for _, list := range [][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
			for _, one := range list {
				if !yield(one) {
					return
				}
			}
		}
		for _, one := range s.DependentSchemas {
			if !yield(one) {
				return
			}
		}
		for _, dependency := range s.Dependencies {
			if one, ok := dependency.(*jsonschema.Schema); ok && !yield(one) {
				return
			}
		}
	}
}

// itemSchemas lists the schemas that a schema may apply to the item at an index.
func itemSchemas(s *jsonschema.Schema, index int) iter.Seq[*jsonschema.Schema] {
	return func(yield func(*jsonschema.Schema) bool) {
		list, _ := s.Items.([]*jsonschema.Schema)
		one, _ := s.Items.(*jsonschema.Schema)
		additional, _ := s.AdditionalItems.(*jsonschema.Schema)
		some := []*jsonschema.Schema{one, additional, s.Items2020, s.Contains, s.UnevaluatedItems}
		for _, prefix := range [][]*jsonschema.Schema{list, s.PrefixItems} {
			if index < len(prefix) {
				some = append(some, prefix[index])
			}
		}
		for _, inner := range some {
			if inner != nil && !yield(inner) {
				return
			}
		}
	}
}

// memberSchemas lists the schemas that a schema may apply to the member of a name.
func memberSchemas(s *jsonschema.Schema, name string) iter.Seq[*jsonschema.Schema] {
	return func(yield func(*jsonschema.Schema) bool) {
		additional, _ := s.AdditionalProperties.(*jsonschema.Schema)
		for _, one := range []*jsonschema.Schema{s.Properties[name], additional, s.UnevaluatedProperties} {
			if one != nil && !yield(one) {
				return
			}
		}
		for _, one := range s.PatternProperties {
			if !yield(one) {
				return
			}
		}
	}
}

// allSchemas lists the schemas directly within a schema, and those it refers to.
func allSchemas(s *jsonschema.Schema) iter.Seq[*jsonschema.Schema] {
	return func(yield func(*jsonschema.Schema) bool) {
		some := []*jsonschema.Schema{s.PropertyNames, s.ContentSchema}
		list, _ := s.Items.([]*jsonschema.Schema)
		some = append(append(some, list...), s.PrefixItems...)
		for one := range sameSchemas(s) {
			some = append(some, one)
		}
		for one := range itemSchemas(s, len(some)) { // behind every prefix
			some = append(some, one)
		}
		for one := range memberSchemas(s, "") {
			some = append(some, one)
		}
		for _, one := range s.Properties {
			some = append(some, one)
		}
		for _, one := range some {
			if one != nil && !yield(one) {
				return
			}
		}
	}
}

// checkWithin looks through all that can be reached from a schema. It fails if that is not part of the schema: the language's own schemas
// need no loader, and mean different schemas at different times.
func checkWithin(root *jsonschema.Schema) error {
	seen := map[*jsonschema.Schema]bool{root: true}
	for open := []*jsonschema.Schema{root}; len(open) > 0; {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		if !strings.HasPrefix(s.Location, schemaURL+"#") {
			return fmt.Errorf("%s: %w", s.Location, errOutside)
		}
		for inner := range allSchemas(s) {
			if !seen[inner] {
				seen[inner] = true
				open = append(open, inner)
			}
		}
	}
	return nil
}
