package config

import (
	"maps"
	"slices"
	"strings"
)

// layer is what one source sets: the file, one variable or one flag.
type layer struct {
	tree   map[string]any
	places map[string]place // by joined path
}

// place is where a setting stands: its key and its value.
type place struct {
	file                             string
	keyLine, keyColumn, line, column int
}

func newLayer() *layer {
	return &layer{tree: make(map[string]any), places: make(map[string]place)}
}

// join makes a path a map's key. No key of a configuration holds a zero byte.
func join(path []string) string { return strings.Join(path, "\x00") }

// layers in rising order of precedence.
type layers []*layer

// placeOf is where the setting at a path stands or, where it is absent, the closest one inside or around it that is set.
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

// problem places a problem at the value of a setting.
func (ls layers) problem(path []string, what, want string) Problem {
	at, _ := ls.placeOf(path)
	return Problem{File: at.file, Line: at.line, Column: at.column, Key: showKey(path), Problem: what, Want: want}
}

// problemAtKey places a problem at the key of a setting.
func (ls layers) problemAtKey(path []string, what, want string) Problem {
	at, _ := ls.placeOf(path)
	return Problem{File: at.file, Line: at.keyLine, Column: at.keyColumn, Key: showKey(path), Problem: what, Want: want}
}
