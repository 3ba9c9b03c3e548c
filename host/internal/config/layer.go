package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// layer has the settings of one source: a file, a variable or a flag.
type layer struct {
	tree   map[string]any
	places map[string]place // by joined path
}

// place is the place of a setting: of its key and of its value.
type place struct {
	file                             string
	keyLine, keyColumn, line, column int
}

func newLayer() *layer {
	return &layer{tree: make(map[string]any), places: make(map[string]place)}
}

// join returns a path as the key of a map. No key of a configuration holds a zero byte.
func join(path []string) string { return strings.Join(path, "\x00") }

// layers are in rising order of precedence.
type layers []*layer

// placeOf returns the place of a setting or, if it is not set, of the closest one inside or around it.
func (ls layers) placeOf(path []string) (place, bool) {
	if p, ok := ls.exactly(path); ok {
		return p, true
	}
	for _, l := range slices.Backward(ls) {
		for _, inner := range slices.Sorted(maps.Keys(l.places)) {
			if strings.HasPrefix(inner, join(path)+"\x00") {
				return l.places[inner], true
			}
		}
	}
	for n := len(path) - 1; n >= 0; n-- {
		if p, ok := ls.exactly(path[:n]); ok {
			return p, true
		}
	}
	return place{}, false
}

func (ls layers) exactly(path []string) (place, bool) {
	for _, l := range slices.Backward(ls) {
		if p, ok := l.places[join(path)]; ok {
			return p, true
		}
	}
	return place{}, false
}

// problem returns a problem placed at the value of a setting.
func (ls layers) problem(path []string, what, want string) Problem {
	at, _ := ls.placeOf(path)
	return Problem{File: at.file, Line: at.line, Column: at.column, Key: yamltree.ShowPath(path), Problem: what, Want: want}
}

// problemAtKey returns a problem placed at the key of a setting.
func (ls layers) problemAtKey(path []string, what, want string) Problem {
	at, _ := ls.placeOf(path)
	return Problem{File: at.file, Line: at.keyLine, Column: at.keyColumn, Key: yamltree.ShowPath(path), Problem: what, Want: want}
}
