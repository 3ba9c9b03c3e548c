package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is bounded with all its aliases followed, so that a small file cannot unfold into a huge one, nor an alias
// that stands in its own anchor into an endless one.
const (
	maxNodes = 100_000
	maxDepth = 64
)

// reader turns a YAML document into a layer and collects what no configuration may hold.
type reader struct {
	file     string
	flat     bool // the text is a variable's: lines and columns mean nothing
	layer    *layer
	nodes    int
	problems []Problem
}

// readYAML reads a document whose root is the setting at base. What it can make of a wrong document is in the layer, too.
func readYAML(text []byte, file string, base []string, flat bool) (*layer, []Problem) {
	r := &reader{file: file, flat: flat, layer: newLayer()}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return r.layer, []Problem{r.syntax(text, err, base)}
	}
	root := &doc
	if doc.Kind == yaml.DocumentNode {
		root = doc.Content[0]
	}
	if len(base) == 0 {
		r.layer.places[""] = r.place(root, root)
		switch v := r.value(root, nil).(type) {
		case map[string]any:
			r.layer.tree = v
		case nil:
		default:
			r.problem(root, nil, "the file holds no settings", "write keys and values, such as \"plugins: {dir: ./plugins}\"")
		}
		return r.layer, r.problems
	}
	r.layer.places[join(base)] = r.place(root, root)
	tree := r.layer.tree
	for _, key := range base[:len(base)-1] {
		inner := make(map[string]any)
		tree[key], tree = inner, inner
	}
	tree[base[len(base)-1]] = r.value(root, base)
	return r.layer, r.problems
}

// value converts a node to what JSON can hold.
func (r *reader) value(n *yaml.Node, path []string) any {
	if r.nodes++; r.nodes > maxNodes {
		if r.nodes == maxNodes+1 {
			r.problem(n, path, "the file unfolds into too many values", fmt.Sprintf("at most %d, aliases followed", maxNodes))
		}
		return nil
	}
	if len(path) > maxDepth {
		r.problem(n, path[:1], "is nested too deeply", fmt.Sprintf("at most %d levels", maxDepth))
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.mapping(n, path)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			at := append(slices.Clip(path), strconv.Itoa(i))
			r.layer.places[join(at)] = r.place(item, item)
			list = append(list, r.value(item, at))
		}
		return list
	case yaml.AliasNode:
		return r.value(n.Alias, path)
	case yaml.ScalarNode:
		return r.scalar(n, path)
	default:
		return nil
	}
}

func (r *reader) mapping(n *yaml.Node, path []string) any {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := append(slices.Clip(path), key.Value)
		_, twice := m[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.problem(key, path, "a key is not a plain word", "a text")
			continue
		case key.Tag == "!!merge":
			r.problem(key, path, "merge keys (<<) are not read", "write the settings out, or use an alias for a whole value")
			continue
		case twice:
			r.problem(key, at, "is set twice", "keep one of the two")
			continue
		}
		r.layer.places[join(at)] = r.place(key, value)
		m[key.Value] = r.value(value, at)
	}
	return m
}

func (r *reader) scalar(n *yaml.Node, path []string) any {
	var v any
	if err := n.Decode(&v); err != nil {
		r.problem(n, path, "the value does not fit its tag", "a plain value")
		return nil
	}
	switch v := v.(type) {
	case nil, bool, string, int, int64, uint64:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			r.problem(n, path, "is not a finite number", "a number")
			return nil
		}
		return v
	default: // dates are texts to a configuration
		return n.Value
	}
}

func (r *reader) place(key, value *yaml.Node) place {
	if r.flat {
		return place{file: r.file}
	}
	return place{file: r.file, keyLine: key.Line, keyColumn: key.Column, line: value.Line, column: value.Column}
}

func (r *reader) problem(n *yaml.Node, path []string, what, want string) {
	p := r.place(n, n)
	r.problems = append(r.problems, Problem{File: p.file, Line: p.line, Column: p.column, Key: showKey(path), Problem: what, Want: want})
}

// syntax is a problem of a text that is not YAML. The parser's words are shown only where they quote nothing of the text,
// which may hold a secret.
func (r *reader) syntax(source []byte, err error, base []string) Problem {
	p := Problem{File: r.file, Key: showKey(base), Problem: "is not YAML", Want: "check indentation, quotes and brackets"}
	if r.flat {
		p.Want = "quote the value if it is meant as a text"
		return p
	}
	p.Line, p.Column = 1, 1 // the parser leaves out the first line
	var typeError *yaml.TypeError
	text := err.Error()
	if m := regexp.MustCompile(`unknown anchor '(.*)' referenced`).FindStringSubmatch(text); m != nil {
		p.Problem, p.Want = p.Problem+": an alias (*) names an anchor (&) that is not above it", "quote a text that begins with *"
		before, _, _ := strings.Cut(string(source), "*"+m[1])
		p.Line = strings.Count(before, "\n") + 1
		return p
	}
	if errors.As(err, &typeError) || strings.Contains(text, "anchor") {
		return p
	}
	text = strings.TrimPrefix(text, "yaml: ")
	if m := regexp.MustCompile(`^line ([0-9]+): `).FindStringSubmatch(text); m != nil {
		p.Line, _ = strconv.Atoi(m[1]) // digits by the pattern
		text = text[len(m[0]):]
	}
	p.Problem += ": " + text
	return p
}
