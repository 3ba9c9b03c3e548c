package config_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

// strange has manifests whose schemas refer to themselves in every way that JSON Schema knows, or look at keys they do not name.
var strange = map[string]string{
	"pointing": manifestWith("pointing", `{"type": "object", "properties": {"a": {"$ref": "#/$defs/word"}, "b": {"$ref": "#/properties/a"}}, "additionalProperties": false,
		"$defs": {"word": {"type": "string", "maxLength": 3}}}`),
	"anchored": manifestWith("anchored", `{"properties": {"a": {"$ref": "#word"}, "t": {"$ref": "#tree"}}, "additionalProperties": false,
		"$defs": {"w": {"$anchor": "word", "type": "string", "maxLength": 3}, "t": {"$dynamicAnchor": "tree", "type": "object", "properties": {"down": {"$dynamicRef": "#tree"}}, "additionalProperties": false}}}`),
	"identified": manifestWith("identified", `{"$id": "https://plugins.example/identified/config", "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
		"properties": {"a": {"$ref": "word"}, "b": {"$ref": "https://plugins.example/identified/word#/properties/deep~1er"}, "c": {"$ref": "word#short"}}, "additionalProperties": false,
		"$defs": {"x": {"$id": "word", "type": "string", "maxLength": 3, "properties": {"deep/er": {"type": "integer"}}, "$defs": {"s": {"$anchor": "short", "maxLength": 1}}}}}`),
	"recursive": manifestWith("recursive", `{"type": "object", "properties": {"inner": {"$ref": "#"}, "n": {"type": "integer"}}, "additionalProperties": false}`),
	"counting":  manifestWith("counting", `{"type": "object", "maxProperties": 1, "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}`),
	"composed": manifestWith("composed", `{"type": "object", "required": ["mode"], "properties": {"mode": {"enum": ["a", "b"]}},
		"allOf": [{"if": {"properties": {"mode": {"const": "b"}}}, "then": {"required": ["level"], "properties": {"level": {"type": "integer"}}}}], "unevaluatedProperties": false}`),
	"elsewhere": manifestWith("elsewhere", `{"type": "object", "properties": {"a": {"$ref": "#/x-words/short"}}, "x-words": {"short": {"$ref": "#/x-words/word"}, "word": {"type": "string", "maxLength": 3}}}`),
	"data":      manifestWith("data", `{"type": "object", "properties": {"$ref": {"type": "string"}, "kind": {"const": {"$ref": "#/nowhere"}}}, "additionalProperties": false}`),
	"older":     manifestWith("older", `{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}`),
	"open":      manifestWith("open", ""),
}

func manifestWith(name, schema string) string {
	m := map[string]any{"name": name, "version": "1.0.0", "abi": map[string]any{"major": 1}, "documents": []any{map[string]any{"document": "cn.idcard", "sides": []any{"front"}}}}
	if schema != "" {
		m["config_schema"] = json.RawMessage(schema)
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

const (
	accepted = iota
	// refused is what the schema refuses, and so does config.Check.
	refused
	// otherwise is what only config.Check refuses: no schema can say it.
	otherwise
)

var filesAndVerdicts = []struct {
	name, file string
	verdict    int
}{
	{"an empty file", "", accepted},
	{"sections without anything", "plugins:\nproviders:\nroutes:\nmoney:\nlimits: {picture: , timeout: }\nlog: {level: }\n", accepted},
	{"a provider without anything", "providers:\n  local:\n", accepted},
	{"keys without values", "providers: {local: {plugin: , config: , secrets: , labels: , fit: , price: {per_call: }, limits: {breaker: , rate: }}}\n", accepted},
	{"a provider by its own name", "providers: {jumdata: {secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", accepted},
	{"a provider by another name", "providers: {two: {plugin: jumdata, secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", accepted},
	{"a provider by the name of another plugin", "providers: {wapi: {plugin: local, config: {threads: 2}}}\n", accepted},
	{"one that needs secrets without any", "providers: {jumdata: }\n", refused},
	{"one that needs secrets with an empty section", "providers: {jumdata: {secrets: }}\n", refused},
	{"half of the secrets", "providers: {jumdata: {secrets: {app_id: 'env:ID'}}}\n", refused},
	{"half of the secrets, the other half empty", "providers: {jumdata: {secrets: {app_id: 'env:ID', app_secret: }}}\n", refused},
	{"half of another set", "providers: {duguang: {secrets: {app_key: 'env:KEY'}}}\n", refused},
	{"the smaller set", "providers: {duguang: {secrets: {app_code: 'env:KEY'}}}\n", accepted},
	{"the larger set", "providers: {duguang: {secrets: {app_key: 'env:KEY', app_secret: 'env:KEY'}}}\n", accepted},
	{"both sets", "providers: {duguang: {secrets: {app_code: 'env:KEY', app_key: 'env:KEY', app_secret: 'env:KEY'}}}\n", accepted},
	{"a secret that there is not", "providers: {jumdata: {secrets: {app_id: 'env:ID', app_sceret: 'env:KEY', app_secret: 'env:KEY'}}}\n", refused},
	{"a secret that is captured", "providers: {baidu: {secrets: {client_id: 'env:ID', client_secret: 'env:KEY', access_token: 'env:KEY'}}}\n", refused},
	{"a secret as it is", "providers: {jumdata: {secrets: {app_id: 'env:ID', app_secret: hunter2}}}\n", refused},
	{"an identifier as it is", "providers: {jumdata: {secrets: {app_id: demo, app_secret: 'env:KEY'}}}\n", refused},
	{"secrets for a plugin without", "providers: {local: {secrets: {key: 'env:KEY'}}}\n", refused},
	{"a variable that is not set", "providers: {jumdata: {secrets: {app_id: 'env:NOT_SET', app_secret: 'env:KEY'}}}\n", otherwise},
	{"a setting that is missing", "providers: {wapi: {config: {}, secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", refused},
	{"a config that is missing", "providers: {wapi: {secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", refused},
	{"a config that is empty", "providers: {wapi: {config: , secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", refused},
	{"a setting that is there", "providers: {wapi: {config: {endpoint: 'https://w.example'}, secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", accepted},
	{"a setting that there is not", "providers: {local: {config: {thraeds: 2}}}\n", refused},
	{"a setting of another plugin", "providers: {wapi: {plugin: local, config: {endpoint: 'https://w.example'}}}\n", refused},
	{"a word that there is not", "providers: {jumdata: {config: {upload: sideways}, secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", refused},
	{"a number over its bound", "providers: {local: {config: {threads: 65}}}\n", refused},
	{"a text for a number", "providers: {local: {config: {threads: '2'}}}\n", refused},
	{"a setting without a value", "providers: {local: {config: {threads: }}}\n", refused},
	{"plain http", "providers: {local: {config: {allow_plain_http: true, threads: 2}}}\n", accepted},
	{"plain http as a text", "providers: {local: {config: {allow_plain_http: 'on'}}}\n", refused},
	{"an endpoint that is none", "providers: {jumdata: {config: {endpoint: 'ftp://x.example'}, secrets: {app_id: 'env:ID', app_secret: 'env:KEY'}}}\n", otherwise},
	{"a plugin that there is not", "providers: {x: {plugin: jumdta}}\n", refused},
	{"a name that is no plugin's", "providers: {x: {}}\n", refused},
	{"a name that is no plugin's, and nothing", "providers: {x: }\n", refused},
	{"a name that cannot be", "providers: {X: {plugin: local}}\n", refused},
	{"a mistyped key", "providers: {local: {labls: [a]}}\n", refused},
	{"a provider that is a list", "providers: {local: []}\n", refused},
	{"the rest of a provider", "providers: {local: {labels: [a], fit: false, price: {per_call: '0.01', free_calls: 3}, limits: {concurrency: 2, rate: 20/s, breaker: {off: true}}}}\n", accepted},
	{"a file of a provider", "providers: {acme: {secrets: {app_key: 'env:ID', app_secret: 'env:KEY'}}}\n", accepted},
	{"a route to nobody", "providers: {local: }\nroutes: {default: {providers: [x]}}\n", otherwise},
	{"a route without providers", "providers: {local: }\nroutes: {default: {providers: }}\n", refused},
	{"a budget without period", "providers: {local: }\nmoney: {budgets: [{provider: local, calls: 3}]}\n", refused},
	{"a budget of two", "providers: {local: }\nmoney: {budgets: [{provider: local, route: default, per: day, calls: 3}]}\n", refused},
	{"a budget with an empty key", "providers: {local: }\nmoney: {budgets: [{provider: local, per: day, calls: 3, amount: }]}\n", refused},
	{"a date without quotes", "providers: {local: {price: {packages: [{id: a, calls: 3, price: '1', expires: 2026-12-31}]}}}\n", accepted},
	{"a front door", "providers: {local: }\nfront_doors: {jumdata: {clients: [{app_id: demo, app_secret: 'env:KEY', tenant: bank}]}}\n", accepted},
	{"a front door's identifier from a variable", "providers: {local: }\nfront_doors: {jumdata: {clients: [{app_id: 'env:ID', app_secret: 'env:KEY'}]}}\n", accepted},
	{"a front door's secret as it is", "providers: {local: }\nfront_doors: {jumdata: {clients: [{app_id: demo, app_secret: hunter2}]}}\n", refused},
	{"a front door without clients", "providers: {local: }\nfront_doors: {jumdata: {clients: []}}\n", refused},
	{"a front door without anything", "providers: {local: }\nfront_doors: {jumdata: }\n", refused},
	{"half of a client", "providers: {local: }\nfront_doors: {jumdata: {clients: [{app_id: demo}]}}\n", refused},
	{"a client's credential that there is not", "providers: {local: }\nfront_doors: {jumdata: {clients: [{app_id: demo, app_secret: 'env:KEY', x: y}]}}\n", refused},
	{"a front door without endpoint", "providers: {local: }\nfront_doors: {wapi: {clients: [{app_id: demo, app_secret: 'env:KEY'}]}}\n", accepted},
	{"a front door with settings", "providers: {local: }\nfront_doors: {wapi: {route: default, config: {max_skew_seconds: 5, allow_plain_http: true}, clients: [{app_id: demo, app_secret: 'env:KEY'}]}}\n", accepted},
	{"a front door with a wrong setting", "providers: {local: }\nfront_doors: {wapi: {config: {max_skew_seconds: -5}, clients: [{app_id: demo, app_secret: 'env:KEY'}]}}\n", refused},
	{"a front door of a plugin that has none", "providers: {local: }\nfront_doors: {local: {clients: [{}]}}\n", refused},
	{"a front door of no plugin", "providers: {local: }\nfront_doors: {x: {clients: [{}]}}\n", refused},
	{"a front door to no route", "providers: {local: }\nfront_doors: {jumdata: {route: x, clients: [{app_id: demo, app_secret: 'env:KEY'}]}}\n", otherwise},
	{"a reference to a definition", "providers: {pointing: {config: {a: abc, b: abc, allow_plain_http: true}}}\n", accepted},
	{"a reference to a definition that refuses", "providers: {pointing: {config: {a: abcd}}}\n", refused},
	{"a reference to a reference that refuses", "providers: {pointing: {config: {b: abcd}}}\n", refused},
	{"a reference to an anchor", "providers: {anchored: {config: {a: abc, t: {down: {down: {}}}}}}\n", accepted},
	{"a reference to an anchor that refuses", "providers: {anchored: {config: {a: abcd}}}\n", refused},
	{"a dynamic reference that refuses", "providers: {anchored: {config: {t: {down: {up: {}}}}}}\n", refused},
	{"references to an identifier", "providers: {identified: {config: {a: abc, b: 3, c: x}}}\n", accepted},
	{"a reference to an identifier that refuses", "providers: {identified: {config: {a: abcd}}}\n", refused},
	{"a reference below an identifier that refuses", "providers: {identified: {config: {b: x}}}\n", refused},
	{"a reference to an identifier's anchor that refuses", "providers: {identified: {config: {c: xy}}}\n", refused},
	{"a reference to the whole", "providers: {recursive: {config: {inner: {inner: {n: 1}}}}}\n", accepted},
	{"a reference to the whole, and plain http", "providers: {recursive: {config: {allow_plain_http: true, inner: {inner: {n: 1}}}}}\n", accepted},
	{"plain http further down", "providers: {recursive: {config: {inner: {allow_plain_http: true}}}}\n", refused},
	{"a reference to the whole that refuses", "providers: {recursive: {config: {inner: {inner: {n: x}}}}}\n", refused},
	{"keys by a pattern", "providers: {counting: {config: {x1: 1}}}\n", accepted},
	{"keys by a pattern, and plain http", "providers: {counting: {config: {x1: 1, allow_plain_http: false}}}\n", accepted},
	{"too many keys", "providers: {counting: {config: {x1: 1, x2: 2}}}\n", refused},
	{"an alternative", "providers: {composed: {config: {mode: b, level: 2, allow_plain_http: true}}}\n", accepted},
	{"an alternative that refuses", "providers: {composed: {config: {mode: b}}}\n", refused},
	{"a key that no alternative has", "providers: {composed: {config: {mode: a, x: 2}}}\n", refused},
	{"a reference to where no schema is expected", "providers: {elsewhere: {config: {a: abc}}}\n", accepted},
	{"a reference to where no schema is expected that refuses", "providers: {elsewhere: {config: {a: abcd}}}\n", refused},
	{"a setting that looks like a reference", "providers: {data: {config: {$ref: x, kind: {$ref: '#/nowhere'}}}}\n", accepted},
	{"a plugin without settings", "providers: {open: {config: {}}}\n", accepted},
	{"a setting for a plugin without", "providers: {open: {config: {a: 1}}}\n", refused},
	{"a schema of an older kind", "providers: {older: {config: {a: x}}}\n", accepted},
	{"a schema of an older kind is not looked at", "providers: {older: {config: {a: 1}}}\n", otherwise},
}

// The schema that editors use and the program itself are of one opinion, wherever a schema can have one.
func TestSchemaWithPluginsAcceptsAndRefusesWhatTheProgramDoes(t *testing.T) {
	t.Parallel()
	dir := pluginFolder(t, strange)
	text, unchecked, err := config.SchemaWith(descriptors(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if len(unchecked) != 1 || !strings.Contains(unchecked[0].Error(), "plugin older ") {
		t.Errorf("not looked at: %v, want older alone", unchecked)
	}
	schema := compileText(t, text)
	for _, c := range filesAndVerdicts {
		t.Run(c.name, func(t *testing.T) {
			var v any
			if err := yaml.Unmarshal([]byte(c.file), &v); err != nil {
				t.Fatal(err)
			}
			schemaErr := schema.Validate(asJSON(t, v))
			path := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := config.Check(t.Context(), config.Sources{
				Path:    path,
				Environ: []string{"ID=id-4711", "KEY=key", "OCRMUX_PLUGINS__LOCK=off", "OCRMUX_PLUGINS__DIR=" + dir},
			})
			if err != nil {
				t.Fatal(err)
			}
			if (schemaErr != nil) != (c.verdict == refused) {
				t.Errorf("the schema says %v", schemaErr)
			}
			if (len(report.Problems) > 0) != (c.verdict != accepted) {
				t.Errorf("the program says %v", report.Problems)
			}
			for _, p := range report.Problems {
				if p.Line == 0 || p.Key == "" || p.Problem == "" || p.Want == "" {
					t.Errorf("without line, key, problem or cure: %+v", p)
				}
			}
		})
	}
}

// asJSON is a YAML value as JSON has it; dates are texts, as editors read them.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.ReplaceAll(string(text), "T00:00:00Z", ""))
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaReferencesArePointersFromItsRoot(t *testing.T) {
	t.Parallel()
	text, _, err := config.SchemaWith(descriptors(t, pluginFolder(t, strange)))
	if err != nil {
		t.Fatal(err)
	}
	for _, keyword := range []string{`"$id"`, `"$anchor"`, `"$dynamicAnchor"`, `"$dynamicRef"`} {
		if strings.Contains(string(text), keyword) {
			t.Errorf("the schema has %s", keyword)
		}
	}
}
