package yamltree

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// Bounds of a document, with all aliases followed, where [Limits] does not say otherwise.
const (
	MaxBytes  = 512 << 10
	maxValues = 50_000
	maxDepth  = 48
)

// maxProblems bounds what is said of one document.
const maxProblems = 100

// Limits bound a document, and its texts and keys with all aliases followed. A zero field means the default: [MaxBytes], 50,000
// values, 48 levels.
type Limits struct {
	Bytes, Values, Depth int
}

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
	Kind Kind
	// Line and Column count from 1. A value that is written as an alias has the place of the alias.
	Line, Column int
	// Scalar is a Text, Number or Bool as it is written.
	Scalar string
	// Value of a scalar: nil, a string, a bool, or a finite number as an int, int64, uint64 or float64. Dates are strings.
	Value any
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

// Read reads a document. An empty one is a Null. Besides problems, Read returns the tree as far as it could be read, never nil.
func Read(text []byte, limits Limits) (*Node, []Problem) {
	empty := &Node{Line: 1, Column: 1}
	limits = Limits{cmp.Or(limits.Bytes, MaxBytes), cmp.Or(limits.Values, maxValues), cmp.Or(limits.Depth, maxDepth)}
	if len(text) > limits.Bytes {
		return empty, []Problem{{Cause: TooLong, Text: fmt.Sprintf("the file has %d bytes", len(text)), Want: fmt.Sprintf("at most %d", limits.Bytes)}}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return empty, []Problem{syntax(text, err)}
	}
	if len(doc.Content) == 0 {
		return empty, nil
	}
	r := reader{limits: limits}
	return r.node(doc.Content[0]), r.problems
}

type reader struct {
	limits   Limits
	path     []string // of the current node
	values   int
	bytes    int // of texts and keys
	problems []Problem
}

// fail reports a problem at a node, with the path of the current node.
func (r *reader) fail(at *Node, cause Cause, text, want string) {
	if len(r.problems) >= maxProblems {
		return
	}
	r.problems = append(r.problems, Problem{Cause: cause, Path: slices.Clone(r.path), Line: at.Line, Column: at.Column, Text: text, Want: want})
}

func (r *reader) node(from *yaml.Node) *Node {
	n := &Node{Line: from.Line, Column: from.Column}
	r.values++
	switch {
	case r.values > r.limits.Values:
		if r.values == r.limits.Values+1 {
			r.fail(n, TooManyValues, "the file unfolds into too many values", fmt.Sprintf("at most %d, aliases followed", r.limits.Values))
		}
		return n
	case len(r.path) > r.limits.Depth: // an alias within its own anchor ends here
		path := r.path
		r.path = path[:1]
		r.fail(n, TooDeep, "is nested too deeply", fmt.Sprintf("at most %d levels", r.limits.Depth))
		r.path = path
		return n
	}
	if from.Kind == yaml.AliasNode {
		from = from.Alias
	}
	if !r.weigh(n, from) {
		return n
	}
	switch from.Kind {
	case yaml.ScalarNode:
		r.scalar(n, from)
	case yaml.SequenceNode:
		n.Kind = List
		for i, item := range from.Content {
			n.Items = append(n.Items, r.inner(strconv.Itoa(i), item))
		}
	case yaml.MappingNode:
		n.Kind = Mapping
		seen := make(map[string]bool, len(from.Content)/2)
		for i := 0; i+1 < len(from.Content); i += 2 {
			r.member(n, from.Content[i], from.Content[i+1], seen)
		}
	}
	return n
}

// weigh counts the bytes of a node, its keys included, and is false when they are too many: a long text may have many aliases.
func (r *reader) weigh(n *Node, from *yaml.Node) bool {
	before := r.bytes
	r.bytes += len(from.Value)
	if from.Kind == yaml.MappingNode {
		for i := 0; i < len(from.Content); i += 2 {
			r.bytes += len(from.Content[i].Value)
		}
	}
	if before <= r.limits.Bytes && r.bytes > r.limits.Bytes {
		r.fail(n, TooLong, "the file unfolds into too long a text", fmt.Sprintf("at most %d bytes, aliases followed", r.limits.Bytes))
	}
	return r.bytes <= r.limits.Bytes
}

// inner reads a value inside the current node.
func (r *reader) inner(key string, from *yaml.Node) *Node {
	r.path = append(r.path, key)
	n := r.node(from)
	r.path = r.path[:len(r.path)-1]
	return n
}

func (r *reader) member(n *Node, key, value *yaml.Node, seen map[string]bool) {
	k := &Node{Kind: Text, Line: key.Line, Column: key.Column, Scalar: key.Value}
	switch {
	case key.Kind != yaml.ScalarNode:
		r.fail(k, BadKey, "a key is not a plain word", "a text")
	case key.Tag == "!!merge":
		r.fail(k, MergeKey, "merge keys (<<) are not read", "write the settings out, or use an alias for a whole value")
	case seen[key.Value]:
		r.path = append(r.path, key.Value)
		r.fail(k, DuplicateKey, "is set twice", "keep one of the two")
		r.path = r.path[:len(r.path)-1]
	default:
		seen[key.Value] = true
		n.Keys = append(n.Keys, k)
		n.Items = append(n.Items, r.inner(key.Value, value))
	}
}

var plainTags = []string{"!!null", "!!bool", "!!int", "!!float", "!!str", "!!timestamp"}

func (r *reader) scalar(n *Node, from *yaml.Node) {
	n.Scalar = from.Value
	if err := from.Decode(&n.Value); err != nil || !slices.Contains(plainTags, from.ShortTag()) {
		r.fail(n, BadTag, "the value does not fit its tag", "a plain value")
	}
	switch v := n.Value.(type) {
	case string:
		n.Kind = Text
	case time.Time:
		n.Kind, n.Value = Text, n.Scalar
	case bool:
		n.Kind = Bool
	case int, int64, uint64:
		n.Kind = Number
	case float64:
		n.Kind = Number
		if math.IsNaN(v) || math.IsInf(v, 0) {
			r.fail(n, NotFinite, "is not a finite number", "a number")
		}
	}
}
