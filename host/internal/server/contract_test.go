package server_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// contract is the API as /openapi.json describes it.
type contract struct {
	compiler *jsonschema.Compiler
	paths    map[string]map[string]operation
}

type operation struct {
	OperationID string `json:"operationId"`
	Responses   map[string]struct {
		Content map[string]json.RawMessage `json:"content"`
	} `json:"responses"`
}

func promised(t testing.TB, b *bench) *contract {
	t.Helper()
	a := b.ask(t, get(t, b, "/openapi.json"))
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{compiler: jsonschema.NewCompiler()}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	var spec struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]operation
	}
	if err := json.Unmarshal([]byte(a.body), &spec); err != nil || spec.OpenAPI != "3.1.0" {
		t.Fatalf("%v, OpenAPI %s", err, spec.OpenAPI)
	}
	c.paths = spec.Paths
	return c
}

// schema returns the schema of a part of the document.
func (c *contract) schema(t testing.TB, path ...string) *jsonschema.Schema {
	t.Helper()
	var pointer strings.Builder
	for _, p := range path {
		pointer.WriteString("/" + url.PathEscape(jsonpointer.Escape(p)))
	}
	s, err := c.compiler.Compile("openapi.json#" + pointer.String())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hold fails the test if an answer does not match the contract.
func (c *contract) hold(t testing.TB, r *http.Request, a answer) {
	t.Helper()
	path, op := c.find(r)
	what := fmt.Sprintf("%s %s: %d", r.Method, r.URL.Path, a.status)
	if op == nil {
		if a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: nothing is promised there", what)
		}
		path = ""
	}
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s: Content-Type %v", what, err)
		return
	}
	schema := []string{"components", "schemas", "Problem"}
	if path != "" {
		status := fmt.Sprint(a.status)
		if _, ok := op.Responses[status].Content[kind]; !ok {
			t.Errorf("%s: %s is not promised", what, kind)
			return
		}
		schema = []string{"paths", path, strings.ToLower(r.Method), "responses", status, "content", kind, "schema"}
	}
	if kind == "text/plain" {
		return
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err == nil {
		err = c.schema(t, schema...).Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v in\n%s", what, err, a.body)
	}
	if kind == "application/problem+json" {
		var p problem
		if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Status != a.status || p.Type != "urn:ocrmux:failure:"+p.Kind || p.Title == "" || p.Detail == "" {
			t.Errorf("%s: %v, %s", what, err, a.body)
		}
	}
}

// find returns the operation of a request.
func (c *contract) find(r *http.Request) (string, *operation) {
	for path, methods := range c.paths {
		want, got := strings.Split(path, "/"), strings.Split(r.URL.Path, "/")
		same := len(want) == len(got)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == got[i] || strings.HasPrefix(want[i], "{") && got[i] != ""
		}
		if op, ok := methods[strings.ToLower(r.Method)]; same && ok {
			return path, &op
		}
	}
	return "", nil
}

// problem is the part of a problem that tests check.
type problem struct {
	Type, Title, Detail, Kind, Fault, Provider string
	Status                                     int
	Attempts                                   []map[string]any
}

// caller is a caller of the HTTP API who checks the contract.
type caller struct {
	*bench
	*contract
	key string
}

func (b *bench) caller(t testing.TB, key string) *caller {
	t.Helper()
	return &caller{bench: b, contract: promised(t, b), key: key}
}

// as returns a caller with another key.
func (c *caller) as(key string) *caller { return &caller{c.bench, c.contract, key} }

// send returns the answer after checking the contract.
func (c *caller) send(t testing.TB, r *http.Request) answer {
	t.Helper()
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	a := c.ask(t, r)
	c.hold(t, r, a)
	return a
}

func (c *caller) get(t testing.TB, path string) answer {
	t.Helper()
	return c.send(t, get(t, c.bench, path))
}

// post sends a body, with headers in pairs.
func (c *caller) post(t testing.TB, path, kind string, body []byte, headers ...string) answer {
	t.Helper()
	return c.send(t, c.request(t, path, kind, body, headers...))
}

func (c *caller) request(t testing.TB, path, kind string, body []byte, headers ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", cmp.Or(kind, "application/json"))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func get(t testing.TB, b *bench, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// says returns the English text of a code.
func says(code message.Code, pairs ...any) string { return message.New(code, pairs...).String() }

// refusedAs fails the test unless an answer is a problem of a kind.
func (a answer) refusedAs(t testing.TB, what string, status int, kind, detail string) {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != status || p.Kind != kind || !strings.Contains(p.Detail, detail) {
		t.Errorf("%s: %d %s; want %d, %s, %q", what, a.status, a.body, status, kind, detail)
	}
}

// into decodes an answer of 200.
func into[T any](t testing.TB, a answer) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d: %v in %s", a.status, err, a.body)
	}
	return v
}

func itoa(n int) string { return fmt.Sprint(n) }
