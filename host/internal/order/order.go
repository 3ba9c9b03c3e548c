// Package order lists names in the order in which people know them.
package order

import (
	"maps"
	"slices"
)

// Keys are those of a map: the known ones as they are listed, then the others by name.
func Keys[V any](of map[string]V, known []string) []string {
	var out []string
	for _, name := range known {
		if _, ok := of[name]; ok {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if !slices.Contains(known, name) {
			out = append(out, name)
		}
	}
	return out
}
