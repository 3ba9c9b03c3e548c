package declarative

import (
	"reflect"
	"strings"
)

// shape is how a struct is written as a mapping: its keys in the order of its fields, those of embedded structs too.
type shape struct {
	keys     []string
	fields   []reflect.StructField
	required []bool
}

// shapes remembers what reflection says, which takes long.
type shapes map[reflect.Type]*shape

func (s shapes) of(t reflect.Type) *shape {
	if known := s[t]; known != nil {
		return known
	}
	out := new(shape)
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("json")
		if f.Anonymous || tag == "" {
			continue
		}
		name, _, optional := strings.Cut(tag, ",")
		out.keys = append(out.keys, name)
		out.fields = append(out.fields, f)
		out.required = append(out.required, !optional)
	}
	s[t] = out
	return out
}

// keys are those of a role.
func (s *shape) ofRole(role string) []string {
	var out []string
	for i, f := range s.fields {
		if f.Tag.Get("role") == role {
			out = append(out, s.keys[i])
		}
	}
	return out
}

// chosen returns the keys of a role that are set in what a pointer leads to.
func (s shapes) chosen(v any, role string) []string {
	value := reflect.ValueOf(v).Elem()
	shape := s.of(value.Type())
	var out []string
	for i, f := range shape.fields {
		if f.Tag.Get("role") != role {
			continue
		}
		field := value.FieldByIndex(f.Index)
		if m, ok := field.Addr().Interface().(interface{ isSet() bool }); ok && m.isSet() || !ok && !field.IsZero() {
			out = append(out, shape.keys[i])
		}
	}
	return out
}
