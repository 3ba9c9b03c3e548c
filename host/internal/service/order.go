package service

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// KeysInOrder returns a map's keys: those in known as they are listed there, then the others by name.
func KeysInOrder[V any](m map[string]V, known []string) []string {
	position := func(name string) int {
		if i := slices.Index(known, name); i >= 0 {
			return i
		}
		return len(known)
	}
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(position(a), position(b)), strings.Compare(a, b))
	})
}
