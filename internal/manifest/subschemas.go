package manifest

import (
	"iter"
	"maps"
	"slices"
	"strconv"
)

// Keywords that hold schemas: one, a list of them, or some by name (JSON Schema 2020-12, core chapter 10).
var (
	oneSchema   = []string{"additionalProperties", "unevaluatedProperties", "propertyNames", "items", "unevaluatedItems", "contains", "not", "if", "then", "else", "contentSchema"}
	listSchemas = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	mapSchemas  = []string{"properties", "patternProperties", "dependentSchemas", "$defs"}
)

// Subschemas returns the schemas directly inside a schema of decoded JSON, each with its keys from there: a keyword, and a
// name or an index for keywords that hold several schemas.
func Subschemas(schema map[string]any) iter.Seq2[[]string, any] {
	return func(yield func([]string, any) bool) {
		for _, keyword := range oneSchema {
			if inner, there := schema[keyword]; there && !yield([]string{keyword}, inner) {
				return
			}
		}
		for _, keyword := range listSchemas {
			list, _ := schema[keyword].([]any)
			for i, inner := range list {
				if !yield([]string{keyword, strconv.Itoa(i)}, inner) {
					return
				}
			}
		}
		for _, keyword := range mapSchemas {
			named, _ := schema[keyword].(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(named)) {
				if !yield([]string{keyword, name}, named[name]) {
					return
				}
			}
		}
	}
}
