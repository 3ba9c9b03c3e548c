package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Bounds of a config schema. The compiler of schemas compares every schema with every other one, and gives each a name that is as long
// as the keys around it.
const (
	maxSchemaBytes    = abi.MaxManifestBytes / 4
	maxSchemaValues   = 4_000
	maxSchemaDepth    = 32
	maxSchemaKey      = 128
	maxSchemaNumber   = 40
	maxPatternBytes   = 4_000  // of all patterns together
	maxPatternProgram = 10_000 // their instructions
	maxCauseBytes     = 1_000  // of the compiler's words: it names each wrong value
)

// schemaURL is what the schema is called in errors. A relative name would become a path on this machine.
const schemaURL = "manifest:///config_schema"

// Schema is the compiled schema of a provider's config. It is safe for concurrent use.
type Schema struct{ compiled *jsonschema.Schema }

// SchemaError says why a config schema cannot be used, or why it may not be applied to a config.
type SchemaError struct {
	// Reason says what is wrong, and what would be right.
	Reason string
	// Err is the cause, or nil.
	Err error
}

// Error says why.
func (e *SchemaError) Error() string {
	if e.Err != nil {
		cause := e.Err.Error()
		if len(cause) > maxCauseBytes {
			cause = strings.ToValidUTF8(cause[:maxCauseBytes], "") + "…"
		}
		return e.Reason + ": " + cause
	}
	return e.Reason
}

// Unwrap returns Err.
func (e *SchemaError) Unwrap() error { return e.Err }

// CompileSchema compiles the schema of a provider's config, at most 64 KiB of JSON with 4,000 values in 32 levels. door compiles it for
// a front door, whose config needs no endpoint. The schema is complete by itself: nothing that it refers to is fetched or read from
// disk. A failure is a [*SchemaError].
func CompileSchema(text []byte, door bool) (*Schema, error) {
	if len(text) > maxSchemaBytes {
		return nil, &SchemaError{Reason: fmt.Sprintf("has %d bytes, at most %d are allowed", len(text), maxSchemaBytes)}
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, &SchemaError{Reason: "is not JSON", Err: err}
	}
	if _, ok := document.(map[string]any); !ok {
		return nil, &SchemaError{Reason: "must be a JSON Schema as an object"}
	}
	size := schemaSize{anchors: map[string]bool{}}
	if err := size.measure(document, 0); err != nil {
		return nil, err
	}
	if door {
		WaiveEndpoint(document)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.UseLoader(noLoader{})
	expressions := &patterns{known: map[string]*pattern{}}
	compiler.UseRegexpEngine(expressions.compile)
	if err = compiler.AddResource(schemaURL, document); err == nil {
		var compiled *jsonschema.Schema
		if compiled, err = compiler.Compile(schemaURL); err == nil {
			err = checkWithin(compiled)
		}
		if err == nil {
			return &Schema{compiled}, nil
		}
	}
	if expressions.tooMuch != nil {
		return nil, expressions.tooMuch
	}
	return nil, &SchemaError{Reason: "is no good JSON Schema", Err: err}
}

var errOutside = errors.New("a manifest's schema may only refer to itself (#/$defs/…)")

type noLoader struct{}

func (noLoader) Load(url string) (any, error) { return nil, fmt.Errorf("%s: %w", url, errOutside) }

// schemaSize counts what a schema consists of.
type schemaSize struct {
	values  int
	anchors map[string]bool // dynamic ones
}

func (s *schemaSize) measure(v any, depth int) error {
	s.values++
	switch {
	case s.values > maxSchemaValues:
		return &SchemaError{Reason: fmt.Sprintf("has too many values, at most %d are allowed", maxSchemaValues)}
	case depth > maxSchemaDepth:
		return &SchemaError{Reason: fmt.Sprintf("is nested too deeply, at most %d levels are allowed", maxSchemaDepth)}
	}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if err := s.key(key, inner, depth); err != nil {
				return err
			}
			if err := s.measure(inner, depth+1); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range v {
			if err := s.measure(inner, depth+1); err != nil {
				return err
			}
		}
	case fmt.Stringer: // a json.Number; one with a great exponent would be a number of a million digits
		text := v.String()
		_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
		if len(text) > maxSchemaNumber || len(strings.TrimLeft(exponent, "+-0")) > 3 {
			return &SchemaError{Reason: fmt.Sprintf("has a number that is too long, at most %d digits and an exponent of 3 are allowed", maxSchemaNumber)}
		}
	}
	return nil
}

// key checks the key of an object. The target of a reference must not depend on who refers, or the meter would not know it.
func (s *schemaSize) key(key string, v any, depth int) error {
	name, _ := v.(string)
	switch {
	case len(key) > maxSchemaKey:
		return &SchemaError{Reason: fmt.Sprintf("has a key of %d bytes, at most %d are allowed", len(key), maxSchemaKey)}
	case key == "$recursiveAnchor" && depth > 0:
		return &SchemaError{Reason: "has a $recursiveAnchor within, only the whole schema may have one"}
	case key == "$dynamicAnchor" && s.anchors[name]:
		return &SchemaError{Reason: fmt.Sprintf("has the $dynamicAnchor %q twice, so that what refers to it means different schemas at different times; name it once", name)}
	case key == "$dynamicAnchor":
		s.anchors[name] = true
	}
	return nil
}

// patterns compiles the expressions of a schema, each once: the compiler asks for the same one again and again.
type patterns struct {
	known          map[string]*pattern
	bytes, program int // of those that are compiled
	tooMuch        *SchemaError
}

// pattern is an expression that knows how many instructions it has: matching takes at most that many steps for each byte.
type pattern struct {
	*regexp.Regexp
	program int
}

func (p *patterns) compile(text string) (jsonschema.Regexp, error) {
	if known := p.known[text]; known != nil {
		return known, nil
	}
	if p.bytes += len(text); p.bytes > maxPatternBytes {
		return nil, p.fail("has patterns of more than %d bytes together", maxPatternBytes)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if p.program += len(program.Inst); p.program > maxPatternProgram {
		return nil, p.fail("has patterns that repeat too much, at most %d steps together are allowed; repeat less with {n}", maxPatternProgram)
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	p.known[text] = &pattern{compiled, len(program.Inst)}
	return p.known[text], nil
}

func (p *patterns) fail(format string, most int) error {
	p.tooMuch = &SchemaError{Reason: fmt.Sprintf(format, most)}
	return p.tooMuch
}
