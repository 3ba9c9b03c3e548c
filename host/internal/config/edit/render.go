package edit

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mapping of one key. A nil value means that the key shall go.
func mapping(key string, value *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{text(key), value}}
}

// get is the value under a key; named is true also where it is nil.
func get(m *yaml.Node, key string) (value *yaml.Node, named bool) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1], true
		}
	}
	return nil, false
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// text is a text as a person writes it: in quotes only where it needs them.
func text(s string) *yaml.Node {
	var n yaml.Node
	if err := n.Encode(s); err != nil {
		n.SetString(s)
	}
	return &n
}

func plainKey(key *yaml.Node) *yaml.Node {
	bare := *key
	bare.HeadComment, bare.FootComment = "", "" // these lines stay where they are
	return &bare
}

// written makes a node of JSON what a person would write: quotes only where needed, short lists in one line. Of a provider's own settings,
// those that say nothing are left out.
func written(n *yaml.Node, depth int) (*yaml.Node, error) {
	switch n.Kind {
	case yaml.MappingNode:
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			below := depth
			if depth >= 0 {
				below++
			}
			if depth == 0 && key == "config" {
				below = -1 // the plugin's own business
			}
			v, err := written(n.Content[i+1], below)
			if err != nil {
				return nil, err
			}
			if depth >= 0 && (isNull(v) || v.Kind != yaml.ScalarNode && len(v.Content) == 0) {
				continue
			}
			out.Content = append(out.Content, text(key), v)
		}
		return out, nil
	case yaml.SequenceNode:
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.Content {
			v, err := written(item, -1)
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, v)
		}
		if !slices.ContainsFunc(out.Content, func(v *yaml.Node) bool { return v.Kind != yaml.ScalarNode }) {
			out.Style = yaml.FlowStyle
		}
		return out, nil
	default:
		if n.ShortTag() == "!!str" {
			return text(n.Value), nil
		}
		bare := *n
		bare.Style = 0
		return &bare, nil
	}
}

// merged is the wanted value, written as the present one is as far as they are equal.
func (d *document) merged(have, want *yaml.Node, l level) *yaml.Node {
	if have.Kind != yaml.MappingNode || len(have.Content) == 0 || want.Kind != yaml.MappingNode {
		a, errA := valueOf(have)
		b, errB := valueOf(want)
		if errA == nil && errB == nil && same(a, b) {
			return have
		}
		return want
	}
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: have.Style}
	for i := 0; i+1 < len(have.Content); i += 2 {
		key, value := have.Content[i], have.Content[i+1]
		wanted, named := get(want, key.Value)
		switch {
		case !named && l.partial > 0:
			out.Content = append(out.Content, key, value)
		case wanted != nil:
			out.Content = append(out.Content, key, d.merged(value, wanted, l.below(key.Value)))
		}
	}
	for i := 0; i+1 < len(want.Content); i += 2 {
		if _, there := get(have, want.Content[i].Value); !there && want.Content[i+1] != nil {
			out.Content = append(out.Content, want.Content[i], want.Content[i+1])
		}
	}
	return out
}

// flow is a value in one line.
func flow(n *yaml.Node) (string, error) {
	out, err := encode(inOneLine(n), 2)
	return strings.TrimSuffix(out, "\n"), err
}

func inOneLine(n *yaml.Node) *yaml.Node {
	bare := *n
	bare.HeadComment, bare.LineComment, bare.FootComment = "", "", ""
	switch {
	case n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode:
		bare.Style |= yaml.FlowStyle
	case isNull(n) && n.Value == "":
		bare.Value = "null"
	case n.Kind == yaml.ScalarNode && bare.Style == 0 && n.ShortTag() == "!!str" && strings.Contains(n.Value, ":"):
		bare.Style = yaml.DoubleQuotedStyle // it needs quotes there, and these are the common ones
	}
	bare.Content = make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		bare.Content[i] = inOneLine(inner)
	}
	return &bare
}

// lines are the entries of a mapping, each in lines of its own.
func (d *document) lines(indent int, m *yaml.Node) (string, error) {
	out, err := encode(m, d.step())
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for line := range strings.Lines(out) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			b.WriteString(strings.Repeat(" ", indent) + line)
		}
		b.WriteString(d.eol)
	}
	return b.String(), nil
}

// step is by how much the text indents.
func (d *document) step() int {
	if d.root != nil && d.root.Kind == yaml.MappingNode {
		for i := 1; i < len(d.root.Content); i += 2 {
			if inner := d.root.Content[i]; isBlock(inner) && inner.Column > 1 {
				return min(inner.Column-1, 8)
			}
		}
	}
	return 2
}

func encode(n *yaml.Node, step int) (string, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(step)
	if err := e.Encode(n); err != nil {
		return "", unclear(0, "the change cannot be written as YAML")
	}
	if err := e.Close(); err != nil {
		return "", unclear(0, "the change cannot be written as YAML")
	}
	return b.String(), nil
}
