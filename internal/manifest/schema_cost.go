package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Bounds of applying a schema to a config. The validator has none of its own: a schema of 60 levels of doubled allOf is applied 2^60
// times. So the work is counted before it is done, by going once over each pair of a schema and a value that can meet.
const (
	maxSteps     = 1_000_000 // a tenth of a microsecond each
	stepsOfCheck = 10        // for one schema at one value
	maxChain     = 100       // schemas at the same value, each within or named by the one before
)

// Validate applies the schema to a config, which is decoded JSON. It returns a [*jsonschema.ValidationError] if the config is wrong, and
// a [*SchemaError] if applying the schema would take more than a million steps, about a tenth of a second.
func (s *Schema) Validate(config any) error {
	m := meter{known: map[meeting]work{}}
	if err := m.judge(s.compiled, config); err != nil {
		return err
	}
	return s.compiled.Validate(config)
}

// meter counts what a validator does at most: every alternative tried, every keyword applied.
type meter struct {
	known  map[meeting]work
	reason string // why the schema may not be applied
}

// meeting is a schema at a value.
type meeting struct {
	schema *jsonschema.Schema
	at     *value
}

// work is what a meeting takes.
type work struct {
	steps int // 0 while it is being counted
	chain int // schemas at the same value, this one included
}

func (m *meter) judge(s *jsonschema.Schema, config any) error {
	m.meet(s, valueOf(config))
	if m.reason != "" {
		return &SchemaError{Reason: m.reason}
	}
	return nil
}

func (m *meter) meet(s *jsonschema.Schema, v *value) work {
	if s == nil || m.reason != "" {
		return work{}
	}
	at := meeting{s, v}
	if known, ok := m.known[at]; ok {
		if known.steps == 0 {
			m.reason = "a schema in it refers to itself without a step into the config"
		}
		return known
	}
	m.known[at] = work{}
	total := work{stepsOfCheck + m.own(s, v), 1}
	for same := range sameSchemas(s) {
		inner := m.meet(same, v)
		total.steps += inner.steps
		total.chain = max(total.chain, inner.chain+1)
		if total.steps > maxSteps || m.reason != "" {
			break
		}
	}
	for i, item := range v.items {
		for inner := range itemSchemas(s, i) {
			total.steps += m.meet(inner, item).steps
		}
		if total.steps > maxSteps || m.reason != "" {
			break
		}
	}
	for _, member := range v.members {
		for inner := range memberSchemas(s, member.name) {
			total.steps += m.meet(inner, member.value).steps
		}
		total.steps += m.meet(s.PropertyNames, member.key).steps
		if total.steps > maxSteps || m.reason != "" {
			break
		}
	}
	switch {
	case m.reason != "":
	case total.steps > maxSteps:
		m.reason = fmt.Sprintf("applying it takes more than %d steps; nest and double allOf, anyOf, oneOf and $ref less", maxSteps)
	case total.chain > maxChain:
		m.reason = fmt.Sprintf("more than %d schemas in it follow upon each other at the same value; use fewer $ref and allOf within each other", maxChain)
	}
	m.known[at] = total
	return total
}

// own is what a schema's own keywords take at a value, without the schemas in it.
func (m *meter) own(s *jsonschema.Schema, v *value) int {
	steps := len(s.Required) + len(v.items) + len(v.members) + len(v.text)/32
	for _, required := range s.DependentRequired {
		steps += 1 + len(required)
	}
	for _, dependency := range s.Dependencies {
		required, _ := dependency.([]string)
		steps += 1 + len(required)
	}
	if s.Const != nil {
		steps += v.size
	}
	if s.Enum != nil {
		for _, item := range s.Enum.Values {
			steps += min(v.size, valueOf(item).size)
		}
	}
	if s.UniqueItems {
		steps += 20 * v.size // up to 20 items are compared in pairs, more are sorted by their hash
	}
	if s.Pattern != nil {
		steps += matching(s.Pattern, v.text)
	}
	for expression := range s.PatternProperties {
		for _, member := range v.members {
			steps += matching(expression, member.name)
		}
	}
	return steps
}

// matching is what an expression takes.
func matching(expression jsonschema.Regexp, text string) int {
	program := 1_000 // of the language's own schemas
	if p, ok := expression.(*pattern); ok {
		program = p.program
	}
	return 1 + program*(len(text)+1)/4
}

// value is a value of a config.
type value struct {
	text    string // of a string
	items   []*value
	members []member
	size    int // values in it, a long text or number counting as more
}

type member struct {
	name  string
	key   *value // the name as a value
	value *value
}

func valueOf(v any) *value {
	out := &value{size: 1}
	switch v := v.(type) {
	case string:
		out.text, out.size = v, 1+len(v)/32
	case json.Number:
		out.size = 4 + len(v)/32
	case []any:
		for _, item := range v {
			inner := valueOf(item)
			out.items = append(out.items, inner)
			out.size += inner.size
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inner := valueOf(v[name])
			out.members = append(out.members, member{name, valueOf(name), inner})
			out.size += inner.size + 1 + len(name)/32
		}
	}
	return out
}
