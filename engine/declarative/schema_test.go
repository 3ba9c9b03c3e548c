package declarative

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/internal/yamltree"
)

func compiledSchema(t *testing.T) (text []byte, compiled *validator.Schema) {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("provider.json", doc); err != nil {
		t.Fatal(err)
	}
	if compiled, err = c.Compile("provider.json"); err != nil {
		t.Fatal(err)
	}
	return text, compiled
}

// asJSON is a file as a validator of JSON Schema wants it.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	root, problems := yamltree.Read(text, yamltree.Limits{})
	if problems != nil {
		t.Fatal(problems)
	}
	v, err := validator.UnmarshalJSON(bytes.NewReader(root.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// files are the provider files of the repository.
func files(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"testdata/*.provider.yaml", "../../examples/*/*.provider.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		out = append(out, paths...)
	}
	return out
}

func TestTheSchemaAcceptsEveryProviderFile(t *testing.T) {
	_, schema := compiledSchema(t)
	for _, path := range files(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, text)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTheSchemaRefusesAMisspeltKey(t *testing.T) {
	text, err := os.ReadFile("testdata/showapi.provider.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, schema := compiledSchema(t)
	if err := schema.Validate(asJSON(t, bytes.Replace(text, []byte("output: base64"), []byte("output: base46"), 1))); err == nil {
		t.Error("an unknown word is accepted")
	}
	for _, key := range []string{"headers:", "vendor_code:", "abridge:", "secret_sets:", "rest:", "mentions:"} {
		if err := schema.Validate(asJSON(t, bytes.Replace(text, []byte(key), []byte("x"+key), 1))); err == nil {
			t.Errorf("x%s is accepted", key)
		}
	}
}

func TestSchemaAndDecoderKnowTheSameKeys(t *testing.T) {
	text, _ := compiledSchema(t)
	var s struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	seen := make(map[reflect.Type]bool)
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] || typ.PkgPath() != reflect.TypeFor[document]().PkgPath() {
			return
		}
		seen[typ] = true
		if keys := make(shapes).of(typ).keys; len(keys) > 0 {
			got := slices.Sorted(maps.Keys(s.Defs[typ.Name()].Properties))
			slices.Sort(keys)
			if diff := cmp.Diff(keys, got); diff != "" {
				t.Errorf("%s (-decoder +schema):\n%s", typ.Name(), diff)
			}
		}
		for i := range typ.NumField() {
			walk(typ.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[document]())
	if len(seen) < 15 {
		t.Errorf("only %d types were seen", len(seen))
	}
}

func TestTheReferenceNamesEveryKeyAndShowsTheExample(t *testing.T) {
	reference, err := os.ReadFile("../../docs/declarative.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../examples/provider-declarative/acme.provider.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(reference, append([]byte("```yaml\n"), example...)) {
		t.Error("the example is not the one of the repository")
	}
	known := make(shapes)
	for typ := range typesBelow(reflect.TypeFor[document](), make(map[reflect.Type]bool)) {
		for _, key := range known.of(typ).keys {
			if !regexp.MustCompile("`([^`]*[^a-z_`])?" + key + "([^a-z_`][^`]*)?`").Match(reference) {
				t.Errorf("%s of %s is not explained", key, typ.Name())
			}
		}
	}
}
