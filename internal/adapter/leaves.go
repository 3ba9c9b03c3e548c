package adapter

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Leaves are the scalars of a flattened body by JSON pointer. Answers are short: a look-up walks over them.
type Leaves []abi.Leaf

// Leaf finds the leaf at a pointer, or nil if there is none.
func (ls Leaves) Leaf(pointer string) *abi.Leaf {
	for i := range ls {
		if ls[i].Path == pointer {
			return &ls[i]
		}
	}
	return nil
}

// Text returns the text at a pointer, or "" if there is none, and for null. Numbers and booleans come as written.
func (ls Leaves) Text(pointer string) string {
	if l := ls.Leaf(pointer); l != nil {
		return l.Value
	}
	return ""
}

// First returns the first text that is not empty.
func (ls Leaves) First(pointers ...string) string {
	for _, p := range pointers {
		if s := ls.Text(p); s != "" {
			return s
		}
	}
	return ""
}

// Has reports whether there is anything at a pointer or below it.
func (ls Leaves) Has(pointer string) bool {
	for i := range ls {
		if rest, ok := strings.CutPrefix(ls[i].Path, pointer); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// Int returns the whole number at a pointer, given as a number or as a text.
func (ls Leaves) Int(pointer string) (n int64, ok bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(ls.Text(pointer)), 10, 64)
	return n, err == nil
}

// Float returns the number at a pointer, given as a number or as a text.
func (ls Leaves) Float(pointer string) (f float64, ok bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(ls.Text(pointer)), 64)
	return f, err == nil
}

// Bool returns the truth value at a pointer, written true, "true" or 1, and whether there was one.
func (ls Leaves) Bool(pointer string) (b, ok bool) {
	switch ls.Text(pointer) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

// Below returns the leaves below a pointer, with the pointer removed from their paths.
func (ls Leaves) Below(pointer string) Leaves {
	below := func(l *abi.Leaf) (rest string, ok bool) {
		rest, ok = strings.CutPrefix(l.Path, pointer)
		return rest, ok && rest != "" && rest[0] == '/'
	}
	n := 0
	for i := range ls {
		if _, ok := below(&ls[i]); ok {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make(Leaves, 0, n)
	for _, l := range ls {
		if rest, ok := below(&l); ok {
			l.Path = rest
			out = append(out, l)
		}
	}
	return out
}

// Extras returns the texts whose first name is not among the known ones, for what a vendor says beyond its document. An
// extra's name is its pointer without the first slash.
func (ls Leaves) Extras(known ...string) []abi.Extra {
	var out []abi.Extra
	for _, l := range ls {
		name := strings.TrimPrefix(l.Path, "/")
		first, _, _ := strings.Cut(name, "/")
		if l.Value != "" && !slices.Contains(known, first) {
			out = append(out, abi.Extra{Name: name, Value: l.Value})
		}
	}
	return out
}
