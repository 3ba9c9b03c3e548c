package config

import (
	"slices"
	"strconv"

	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// A document is bounded with all its aliases followed, so that a small file cannot unfold into a huge one.
const (
	maxValues = 100_000
	maxDepth  = 64
)

// reader turns the tree of a YAML document into a layer.
type reader struct {
	file  string
	flat  bool // the text is a variable's: lines and columns mean nothing
	layer *layer
}

// readYAML reads a document whose root is the setting at base. The layer has everything that could be read, even if there are
// problems.
func readYAML(text []byte, file string, base []string, flat bool) (*layer, []Problem) {
	r := &reader{file: file, flat: flat, layer: newLayer()}
	root, wrong := yamltree.Read(text, yamltree.Limits{Bytes: maxFileBytes, Values: maxValues, Depth: max(1, maxDepth-len(base))})
	var problems []Problem
	for _, p := range wrong {
		problems = append(problems, r.problem(p, base))
	}
	value := r.value(root, root, base)
	if len(base) == 0 {
		tree, ok := value.(map[string]any)
		if ok {
			r.layer.tree = tree
		} else if value != nil {
			p := root.Problem("the file holds no settings")
			p.Want = "write keys and values, such as \"plugins: {dir: ./plugins}\""
			problems = append(problems, r.problem(p, nil))
		}
		return r.layer, problems
	}
	tree := r.layer.tree
	for _, key := range base[:len(base)-1] {
		inner := make(map[string]any)
		tree[key], tree = inner, inner
	}
	tree[base[len(base)-1]] = value
	return r.layer, problems
}

// value returns a node as JSON could hold it, and records its place and those of everything in it.
func (r *reader) value(key, n *yamltree.Node, path []string) any {
	at := place{file: r.file}
	if !r.flat {
		at.keyLine, at.keyColumn, at.line, at.column = key.Line, key.Column, n.Line, n.Column
	}
	r.layer.places[join(path)] = at
	switch n.Kind {
	case yamltree.Mapping:
		m := make(map[string]any, len(n.Items))
		for i, item := range n.Items {
			m[n.Keys[i].Scalar] = r.value(n.Keys[i], item, append(slices.Clip(path), n.Keys[i].Scalar))
		}
		return m
	case yamltree.List:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = r.value(item, item, append(slices.Clip(path), strconv.Itoa(i)))
		}
		return list
	default:
		return n.Value
	}
}

// problem returns a problem of the document as one of the configuration.
func (r *reader) problem(p yamltree.Problem, base []string) Problem {
	out := Problem{File: r.file, Line: p.Line, Column: p.Column, Key: yamltree.ShowPath(slices.Concat(base, p.Path)), Problem: p.Text, Want: p.Want}
	if r.flat {
		out.Line, out.Column = 0, 0
		if p.Cause == yamltree.Syntax {
			out.Problem, out.Want = "is not YAML", "quote the value if it is meant as a text"
		}
	}
	return out
}
