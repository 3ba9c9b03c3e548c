package server

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// newRegistry returns a registry that makes schemas of Go types. Types that are words in JSON list their words.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	for t, alias := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[abi.Side]():        reflect.TypeFor[words[abi.Side]](),
		reflect.TypeFor[abi.Billed]():      reflect.TypeFor[words[abi.Billed]](),
		reflect.TypeFor[abi.Fault]():       reflect.TypeFor[words[abi.Fault]](),
		reflect.TypeFor[abi.FailureKind](): reflect.TypeFor[words[abi.FailureKind]](),
		reflect.TypeFor[abi.SignalState](): reflect.TypeFor[words[abi.SignalState]](),
		reflect.TypeFor[engine.Outcome]():  reflect.TypeFor[words[engine.Outcome]](),
		reflect.TypeFor[idcard.State]():    reflect.TypeFor[words[idcard.State]](),
		reflect.TypeFor[route.Policy]():    reflect.TypeFor[words[route.Policy]](),
		reflect.TypeFor[catalog.State]():   reflect.TypeFor[words[catalog.State]](),
		reflect.TypeFor[catalog.Kind]():    reflect.TypeFor[words[catalog.Kind]](),
		reflect.TypeFor[money.Scope]():     reflect.TypeFor[words[money.Scope]](),
		reflect.TypeFor[money.Amount]():    reflect.TypeFor[amount](),
	} {
		r.RegisterTypeAlias(t, alias)
	}
	return r
}

// words makes the schema of a type with a few values.
type words[T any] struct{}

// Schema lists the values.
func (words[T]) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	var zero T
	switch any(zero).(type) {
	case abi.Side:
		s.Enum = numbered(abi.SideFront, abi.SideBack)
	case abi.Billed:
		s.Enum = numbered(abi.BilledUnknown, abi.BilledYes)
	case abi.Fault:
		s.Enum = numbered(abi.FaultCaller, abi.FaultNetwork)
	case abi.FailureKind:
		s.Enum = numbered(abi.FailureKindInvalidRequest, abi.FailureKindInternal)
	case abi.SignalState:
		s.Enum = numbered(abi.SignalStateNotChecked, abi.SignalStateYes)
	case engine.Outcome:
		s.Enum = []any{engine.Recognized, engine.Failed, engine.Skipped, engine.Stopped}
	case idcard.State:
		s.Enum = []any{idcard.Pass.String(), idcard.Fail.String(), idcard.NotChecked.String()}
	case route.Policy:
		for _, p := range route.Policies() {
			s.Enum = append(s.Enum, p)
		}
	case catalog.State:
		s.Enum = []any{catalog.Ready, catalog.Restarting, catalog.Broken, catalog.Closed, engine.NotConfigured}
	case catalog.Kind:
		s.Enum = []any{catalog.WASM, catalog.Process, catalog.Declarative}
	case money.Scope:
		s.Enum = []any{money.ScopeProvider, money.ScopeRoute, money.ScopeTenant}
	}
	return s
}

// numbered returns the words of a type whose values are numbers, from one value to another.
func numbered[T interface {
	~uint32
	String() string
}](from, to T) (names []any) {
	for v := from; v <= to; v++ {
		names = append(names, v.String())
	}
	return names
}

// amount makes the schema of money.
type amount struct{}

// Schema returns the schema of a decimal number in a text.
func (amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^-?[0-9]+(\.[0-9]{1,6})?$`, Examples: []any{"0.042"}}
}

// tidy corrects schemas that huma made: lists in answers are never null, and problems replace huma's errors.
func tidy(r huma.Registry) {
	delete(r.Map(), "ErrorModel")
	delete(r.Map(), "ErrorDetail")
	for _, s := range r.Map() {
		notNull(s)
		if wait := s.Properties["retry_after_ms"]; wait != nil { // a time.Duration in Go
			least := 0.0
			wait.Format, wait.Minimum = "int32", &least
		}
	}
}

func notNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
		notNull(s.Items)
	}
	for _, property := range s.Properties {
		notNull(property)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		notNull(more)
	}
}

// parameter returns a parameter of an operation.
func parameter(in, name, doc string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: in, Description: doc, Schema: schema}
}
