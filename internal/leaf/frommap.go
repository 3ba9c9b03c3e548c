package leaf

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// FromMap flattens a configuration, as YAML or JSON decodes it, in the order of its names. Texts of any length are given by
// value, and an empty map at the top gives no leaf at all.
//
// Maps need keys of a string kind or of another kind that fmt prints; times and other encoding.TextMarshalers are strings.
// A value may not contain itself.
func FromMap(m map[string]any) []abi.Leaf {
	if len(m) == 0 {
		return nil
	}
	unlimited := Options{MaxInline: math.MaxInt, MaxLeaves: math.MaxInt, MaxTotal: math.MaxInt}
	b := newBuilder(unlimited, 0)
	b.value(reflect.ValueOf(m))
	return b.leaves
}

func (b *builder) value(v reflect.Value) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if _, ok := v.Interface().(encoding.TextMarshaler); ok && !v.IsNil() {
			break
		}
		v = v.Elem() // the zero Value of a nil
	}
	if !v.IsValid() {
		b.mustInline(abi.LeafTypeNull, "")
		return
	}
	switch x := v.Interface().(type) {
	case json.Number:
		b.mustInline(abi.LeafTypeNumber, x.String())
		return
	case encoding.TextMarshaler:
		if text, err := x.MarshalText(); err == nil {
			b.mustInline(abi.LeafTypeString, string(text))
			return
		}
	}
	switch v.Kind() {
	case reflect.Map:
		b.mapping(v)
	case reflect.Slice, reflect.Array:
		b.sequence(v)
	case reflect.Bool:
		b.mustInline(abi.LeafTypeBool, strconv.FormatBool(v.Bool()))
	case reflect.Float32, reflect.Float64:
		b.float(v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b.mustInline(abi.LeafTypeNumber, strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		b.mustInline(abi.LeafTypeNumber, strconv.FormatUint(v.Uint(), 10))
	default:
		b.mustInline(abi.LeafTypeString, fmt.Sprint(v))
	}
}

func (b *builder) mapping(v reflect.Value) {
	if v.Len() == 0 {
		b.mustInline(abi.LeafTypeEmptyObject, "")
		return
	}
	names := make(map[string]reflect.Value, v.Len())
	sorted := make([]string, 0, v.Len())
	for key, value := range v.Seq2() {
		name := fmt.Sprint(key)
		names[name] = value
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range slices.Compact(sorted) {
		mark := b.enter([]byte(name))
		b.value(names[name])
		b.leave(mark)
	}
}

func (b *builder) sequence(v reflect.Value) {
	if v.Len() == 0 {
		b.mustInline(abi.LeafTypeEmptyArray, "")
		return
	}
	for i := range v.Len() {
		mark := b.enterIndex(i)
		b.value(v.Index(i))
		b.leave(mark)
	}
}

// float writes a number as JSON would; what JSON cannot say becomes a string.
func (b *builder) float(v reflect.Value) {
	text, err := json.Marshal(v.Interface())
	if err != nil {
		b.mustInline(abi.LeafTypeString, fmt.Sprint(v))
		return
	}
	b.mustInline(abi.LeafTypeNumber, string(text))
}

// mustInline adds a leaf to a builder that has no limits and so cannot fail.
func (b *builder) mustInline(t abi.LeafType, text string) { _ = b.inline(t, []byte(text)) }
