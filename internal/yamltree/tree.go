package yamltree

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of a document, all its aliases followed.
const (
	MaxBytes = 512 << 10
	MaxNodes = 50_000
	MaxDepth = 48
)

// Kind says what a node is.
type Kind int

// Kinds of nodes. A Null is a key without a value, or null.
const (
	Null Kind = iota
	Text
	Number
	Bool
	List
	Mapping
)

// String returns the kind in words.
func (k Kind) String() string {
	return [...]string{"nothing", "a text", "a number", "true or false", "a list", "a mapping"}[k]
}

// Node is a value of a document. Nodes do not change.
type Node struct {
	Kind         Kind
	Line, Column int
	// Scalar is a Text, Number or Bool as it is written.
	Scalar string
	// Items of a List, values of a Mapping. Keys of a Mapping are in the order of their values, each once.
	Items []*Node
	Keys  []*Node
}

// Get returns the value under a key of a mapping, or nil if there is none.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i, k := range n.Keys {
		if k.Scalar == key {
			return n.Items[i]
		}
	}
	return nil
}

// Problem returns a problem at this node.
func (n *Node) Problem(format string, args ...any) Problem {
	return Problem{Line: n.Line, Column: n.Column, Text: fmt.Sprintf(format, args...)}
}

// Read reads a document. Beside problems, it gives the tree as far as it could be read, never nil.
func Read(text []byte) (*Node, []Problem) {
	empty := &Node{Line: 1, Column: 1}
	if len(text) > MaxBytes {
		return empty, []Problem{{Text: fmt.Sprintf("the file has %d bytes, want at most %d", len(text), MaxBytes)}}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return empty, []Problem{syntax(err)}
	}
	if len(doc.Content) == 0 {
		return empty, []Problem{{Text: "the file is empty"}}
	}
	var r reader
	return r.node(doc.Content[0], 1), r.problems
}

type reader struct {
	nodes    int
	problems []Problem
}

func (r *reader) node(from *yaml.Node, depth int) *Node {
	n := &Node{Line: from.Line, Column: from.Column}
	r.nodes++
	switch {
	case r.nodes > MaxNodes:
		if r.nodes == MaxNodes+1 {
			r.problems = append(r.problems, n.Problem("the file unfolds into more than %d values, aliases followed", MaxNodes))
		}
		return n
	case depth > MaxDepth:
		r.problems = append(r.problems, n.Problem("is nested too deeply, want at most %d levels", MaxDepth))
		return n
	}
	switch from.Kind {
	case yaml.AliasNode:
		return r.node(from.Alias, depth+1) // one within its own anchor ends at the depth
	case yaml.ScalarNode:
		r.scalar(n, from)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range from.Content {
			n.Items = append(n.Items, r.node(item, depth+1))
		}
	case yaml.MappingNode:
		n.Kind = Mapping
		seen := make(map[string]bool, len(from.Content)/2)
		for i := 0; i+1 < len(from.Content); i += 2 {
			r.member(n, from.Content[i], from.Content[i+1], seen, depth)
		}
	}
	return n
}

func (r *reader) member(n *Node, key, value *yaml.Node, seen map[string]bool, depth int) {
	k := &Node{Kind: Text, Line: key.Line, Column: key.Column, Scalar: key.Value}
	switch {
	case key.Kind != yaml.ScalarNode:
		r.problems = append(r.problems, k.Problem("a key is not a plain word"))
	case key.Tag == "!!merge":
		r.problems = append(r.problems, k.Problem("merge keys (<<) are not read, want an alias for a whole value"))
	case seen[key.Value]:
		r.problems = append(r.problems, k.Problem("%s is there twice, want one of the two", show(key.Value)))
	default:
		seen[key.Value] = true
		n.Keys = append(n.Keys, k)
		n.Items = append(n.Items, r.node(value, depth+1))
	}
}

func (r *reader) scalar(n *Node, from *yaml.Node) {
	n.Scalar = from.Value
	switch from.ShortTag() {
	case "!!null":
		n.Kind = Null
	case "!!bool":
		n.Kind = Bool
	case "!!int", "!!float":
		n.Kind = Number
	case "!!str", "!!timestamp": // dates are texts
		n.Kind = Text
	default:
		n.Kind = Text
		r.problems = append(r.problems, n.Problem("has the tag %s, want a plain value", show(from.Tag)))
	}
}

// show quotes a part of a file, short enough for a message.
func show(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}

// syntax returns a problem of a text that is not YAML.
func syntax(err error) Problem {
	const hint = "; check indentation, quotes and brackets"
	var typeError *yaml.TypeError
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.As(err, &typeError) {
		text = strings.Join(typeError.Errors, "; ")
	}
	p := Problem{Text: "is not YAML: " + text + hint}
	if m := regexp.MustCompile(`^line ([0-9]+): `).FindStringSubmatch(text); m != nil {
		p.Line, _ = strconv.Atoi(m[1]) // digits by the pattern
		p.Column = 1
		p.Text = "is not YAML: " + text[len(m[0]):] + hint
	}
	return p
}
