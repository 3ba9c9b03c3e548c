package edit

import (
	"math"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Bounds of what is compared, with all aliases followed.
const (
	maxNodes = 100_000
	maxDepth = 64
)

// tree makes values of nodes: maps, lists, texts, numbers, booleans and nil, in which what is the same is equal however it is written.
type tree struct{ nodes int }

func valueOf(n *yaml.Node) (any, error) {
	t := tree{}
	return t.value(n, 0)
}

func (t *tree) value(n *yaml.Node, depth int) (any, error) {
	if t.nodes++; t.nodes > maxNodes || depth > maxDepth {
		return nil, unclear(n.Line, "the text unfolds into too much")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return t.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, inner := range n.Content {
			v, err := t.value(inner, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				return nil, unclear(key.Line, "a key is not a plain word")
			}
			v, err := t.value(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			name := key.Value
			for _, twice := m[name]; twice; _, twice = m[name] {
				name += "\x00" // no key of a configuration: both count
			}
			m[name] = v
		}
		return m, nil
	default:
		return scalar(n), nil
	}
}

// odd is a value that no configuration can have, as it is written.
type odd struct{ tag, value string }

func scalar(n *yaml.Node) any {
	var v any
	if n.Decode(&v) != nil {
		return odd{n.Tag, n.Value}
	}
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case int:
		return int64(v)
	case int64:
		return v
	case float64:
		if whole := int64(v); math.Abs(v) < 1<<53 && float64(whole) == v {
			return whole // a form cannot tell 1.0 from 1
		}
		if math.IsNaN(v) {
			return odd{"!!float", "nan"}
		}
		return v
	case uint64:
		return v
	default: // dates are texts to a configuration
		return n.Value
	}
}

// empty reports whether a value is none to the program: a section without settings, or nothing.
func empty(v any) bool {
	m, isMap := v.(map[string]any)
	return v == nil || isMap && len(m) == 0
}

// pruned is a value without what is as if it were not there. It is for settings of the program, not for those of plugins.
func pruned(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for key, inner := range m {
		if inner = pruned(inner); !empty(inner) {
			out[key] = inner
		}
	}
	return out
}

// prunedProvider is pruned for a provider, whose config is the plugin's own business.
func prunedProvider(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		if v == nil {
			return map[string]any{}
		}
		return v
	}
	out := make(map[string]any, len(m))
	for key, inner := range m {
		if key != "config" {
			inner = pruned(inner)
		}
		if !empty(inner) {
			out[key] = inner
		}
	}
	return out
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
