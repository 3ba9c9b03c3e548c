package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

func schema(t *testing.T) (text []byte, compiled *jsonschema.Schema) {
	t.Helper()
	text, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err = c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	return text, compiled
}

func TestSchemaAcceptsEveryExampleOfTheDocumentation(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, compiled := schema(t)
	blocks := strings.Split(string(guide), "```yaml\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("the documentation shows no example")
	}
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if err := compiled.Validate(v); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
	}
}

func TestSettingsAreAllDocumented(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := schema(t)
	var root property
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	root.walk("", func(path string, p property) {
		if p.Description == "" {
			t.Errorf("%s has no description", path)
		}
		if p.leaf() && !strings.Contains(string(guide), "`"+path+"`") {
			t.Errorf("docs/configuration.md says nothing of `%s`", path)
		}
	})
}

// property is what the test needs of a schema.
type property struct {
	Description string
	Properties  map[string]property
	// Additional is the schema of what has a name of the user's choice, or a boolean.
	Additional json.RawMessage `json:"additionalProperties"`
}

// named is the schema of what has a name of the user's choice.
func (p property) named() (inner property, ok bool) {
	return inner, json.Unmarshal(p.Additional, &inner) == nil && len(inner.Properties) > 0
}

func (p property) leaf() bool {
	_, named := p.named()
	return !named && len(p.Properties) == 0
}

func (p property) walk(path string, visit func(string, property)) {
	if inner, ok := p.named(); ok {
		inner.walk(path+".NAME", visit)
		return
	}
	for key, inner := range p.Properties {
		at := strings.TrimPrefix(path+"."+key, ".")
		visit(at, inner)
		inner.walk(at, visit)
	}
}

func TestSchemaAllowsAsMuchMemoryAsTheRuntime(t *testing.T) {
	t.Parallel()
	_, compiled := schema(t)
	for pages, want := range map[uint32]bool{65535: true, 65536: false} {
		v := map[string]any{"limits": map[string]any{"wasm": map[string]any{"memory_pages": json.Number(fmt.Sprint(pages))}}}
		if err := compiled.Validate(v); (err == nil) != want {
			t.Errorf("the schema says of %d pages: %v", pages, err)
		}
		r, err := wasm.New(wasm.Config{MemoryPages: pages})
		if (err == nil) != want {
			t.Errorf("the runtime says of %d pages: %v", pages, err)
		}
		if err == nil {
			if err := r.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}
