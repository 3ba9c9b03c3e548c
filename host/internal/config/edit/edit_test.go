package edit_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/config/edit"
)

// commented is a file as people write it.
const commented = `# yaml-language-server: $schema=ocrmux.schema.json
plugins: {dir: ./plugins}   # beside the program

# Vendors, the cheapest first.
providers:
  # our first account
  jumdata:
    config:  {endpoint: "https://api.jumdata.com"}   # not the test one
    secrets: {app_id: "env:JUMDATA_APP_ID", app_secret: "file:/run/secrets/jumdata"}
    price:
      per_call: "0.042"   # since May

  second:
    plugin: 'jumdata'
    labels: [residency:cn, "cheap"]
    secrets:
      # of the second contract
      app_id: env:SECOND_ID
      app_secret: env:SECOND_SECRET
    # until the end of the year
    fit: false
  local: {}
  # tencent: not yet

routes:
  default: {providers: [jumdata, local]}
`

func jumdata(changed func(p *config.Provider)) config.Provider {
	p := config.Provider{
		Config: map[string]any{"endpoint": "https://api.jumdata.com"}, Secrets: map[string]config.Source{"app_id": "env:JUMDATA_APP_ID", "app_secret": "file:/run/secrets/jumdata"},
		Price: config.Price{PerCall: "0.042"},
	}
	changed(&p)
	return p
}

func second(changed func(p *config.Provider)) config.Provider {
	no := false
	p := config.Provider{
		Plugin: "jumdata", Labels: []string{"residency:cn", "cheap"}, Fit: &no,
		Secrets: map[string]config.Source{"app_id": "env:SECOND_ID", "app_secret": "env:SECOND_SECRET"},
	}
	changed(&p)
	return p
}

func TestOnlyWhatChangesIsChanged(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		provider string
		to       *config.Provider // nil takes it away
		// want is what the old text becomes: pairs of a part and what stands in its place.
		want []string
	}{
		"nothing": {commented, "jumdata", ptr(jumdata(func(*config.Provider) {})), nil},
		"a setting in a line": {commented, "jumdata", ptr(jumdata(func(p *config.Provider) { p.Config["endpoint"] = "https://test.jumdata.com" })),
			[]string{`{endpoint: "https://api.jumdata.com"}   #`, `{endpoint: "https://test.jumdata.com"}   #`}},
		"a setting more in a line": {commented, "jumdata", ptr(jumdata(func(p *config.Provider) { p.Config["upload"] = "base64" })),
			[]string{`{endpoint: "https://api.jumdata.com"}`, `{endpoint: "https://api.jumdata.com", upload: base64}`}},
		"one secret of two in a line": {commented, "jumdata", ptr(jumdata(func(p *config.Provider) { p.Secrets["app_secret"] = "env:KEY" })),
			[]string{`app_secret: "file:/run/secrets/jumdata"`, `app_secret: "env:KEY"`}},
		"a price": {commented, "jumdata", ptr(jumdata(func(p *config.Provider) { p.Price.PerCall = "0.05" })),
			[]string{`"0.042"   #`, `"0.05"   #`}},
		"a section that goes": {commented, "jumdata", ptr(jumdata(func(p *config.Provider) { p.Price = config.Price{} })),
			[]string{"    price:\n      per_call: \"0.042\"   # since May\n", ""}},
		"a section that comes": {commented, "jumdata", ptr(jumdata(func(p *config.Provider) { p.Limits.Rate = "20/s" })),
			[]string{"# since May\n", "# since May\n    limits:\n      rate: 20/s\n"}},
		"one secret of two in lines": {commented, "second", ptr(second(func(p *config.Provider) { p.Secrets["app_id"] = "env:OTHER" })),
			[]string{"env:SECOND_ID", "env:OTHER"}},
		"a secret more in lines": {commented, "second", ptr(second(func(p *config.Provider) { p.Secrets["zone"] = "file:/z" })),
			[]string{"env:SECOND_SECRET\n", "env:SECOND_SECRET\n      zone: file:/z\n"}},
		"a list": {commented, "second", ptr(second(func(p *config.Provider) { p.Labels = []string{"new"} })),
			[]string{`[residency:cn, "cheap"]`, "[new]"}},
		"a list that goes": {commented, "second", ptr(second(func(p *config.Provider) { p.Labels = nil })),
			[]string{"    labels: [residency:cn, \"cheap\"]\n", ""}},
		"a switch": {commented, "second", ptr(second(func(p *config.Provider) { p.Fit = ptr(true) })),
			[]string{"fit: false", "fit: true"}},
		"a word": {commented, "second", ptr(second(func(p *config.Provider) { p.Plugin = "wapi" })),
			[]string{"'jumdata'", "wapi"}},
		"settings of one that has none": {commented, "local", &config.Provider{Config: map[string]any{"threads": 2}},
			[]string{"  local: {}\n", "  local:\n    config:\n      threads: 2\n"}},
		"a new one": {commented, "wapi", &config.Provider{
			Config:  map[string]any{"endpoint": "https://w.example", "max_skew_seconds": 60, "method": "no"},
			Secrets: map[string]config.Source{"app_secret": "file:/w", "app_id": "env:W"}, Labels: []string{"a: b", "c"},
		}, []string{"  local: {}\n", `  local: {}
  wapi:
    config:
      endpoint: https://w.example
      max_skew_seconds: 60
      method: "no"
    secrets:
      app_id: env:W
      app_secret: file:/w
    labels: ['a: b', c]
`}},
		"a new one without anything": {commented, "showapi", &config.Provider{}, []string{"  local: {}\n", "  local: {}\n  showapi: {}\n"}},
		"one that goes":              {commented, "second", nil, []string{commented[strings.Index(commented, "  second:"):strings.Index(commented, "  local:")], ""}},
		"the last one that goes":     {commented, "local", nil, []string{"  local: {}\n", ""}},

		"an empty text":            {"", "a", &config.Provider{Plugin: "local"}, []string{"", "providers:\n  a:\n    plugin: local\n"}},
		"a text of comments":       {"# nothing yet", "a", &config.Provider{Plugin: "local"}, []string{"# nothing yet", "# nothing yet\nproviders:\n  a:\n    plugin: local\n"}},
		"a beginning":              {"---\nlog: {level: info}\n", "a", &config.Provider{}, []string{"info}\n", "info}\nproviders:\n  a: {}\n"}},
		"an end":                   {"log: {level: info}\n...\n", "a", &config.Provider{}, []string{"info}\n", "info}\nproviders:\n  a: {}\n"}},
		"a last line without end":  {"log: {level: info}", "a", &config.Provider{}, []string{"info}", "info}\nproviders:\n  a: {}\n"}},
		"no providers":             {"providers:  # none\nlog: {}\n", "a", &config.Provider{}, []string{"# none\n", "# none\n  a: {}\n"}},
		"no providers in brackets": {"providers: {}  # none\nlog: {}\n", "a", &config.Provider{}, []string{" {}  # none\n", "  # none\n  a: {}\n"}},
		"no providers in a word":   {"providers: null\n", "a", &config.Provider{}, []string{" null\n", "\n  a: {}\n"}},
		"providers in a line":      {"providers: {local: {}} # all\n", "a", &config.Provider{Plugin: "local"}, []string{"{}} #", "{}, a: {plugin: local}} #"}},
		"everything in a line":     {"{providers: {local: }, log: {level: info}}\n", "a", &config.Provider{}, []string{"{local: }", "{local: null, a: {}}"}},
		"a provider without value": {"providers:\n  local:\n  b: {}\n", "local", &config.Provider{Fit: ptr(false)}, []string{"local:\n", "local:\n    fit: false\n"}},
		"other line ends":          {"providers:\r\n  local: {}\r\nlog: {}\r\n", "a", &config.Provider{Plugin: "local"}, []string{"local: {}\r\n", "local: {}\r\n  a:\r\n    plugin: local\r\n"}},
		"a mark at the beginning":  {"\ufeffproviders:\n  local: {}\n", "a", &config.Provider{}, []string{"local: {}\n", "local: {}\n  a: {}\n"}},
		"wide indentation":         {"providers:\n    local: {}\n", "a", &config.Provider{Config: map[string]any{"x": true}}, []string{"local: {}\n", "local: {}\n    a:\n        config:\n            x: true\n"}},
		"characters of many bytes": {"providers: {\"备注\": {labels: [\"身份\"]}, local: {fit: true}}\n", "local", &config.Provider{Fit: ptr(false)}, []string{"fit: true", "fit: false"}},
		"an alias that is replaced": {"providers:\n  a: &a\n    fit: false\n  b: *a # the same\n", "b", &config.Provider{Plugin: "local"},
			[]string{" *a # the same\n", " # the same\n    plugin: local\n"}},
		"a block of text": {"providers:\n  a:\n    config:\n      text: |\n        one\n        # two\n\n    fit: true\n", "a", &config.Provider{Config: map[string]any{"text": "new"}, Fit: ptr(true)},
			[]string{"|\n        one\n        # two\n", "new\n"}},
		"a setting of a plugin that is empty": {"providers:\n  a:\n    config:\n      m: {}\n      n: 1\n", "a", &config.Provider{Config: map[string]any{"m": map[string]any{}}},
			[]string{"      n: 1\n", ""}},
		"a setting of a plugin that becomes empty": {"providers:\n  a:\n    config:\n      m:\n        x: 1\n      n: 1\n", "a", &config.Provider{Config: map[string]any{"m": map[string]any{}, "n": 1}},
			[]string{"      m:\n        x: 1\n", "      m: {}\n"}},
		"the only one that goes": {"providers:\n  a: {}\nlog: {}\n", "a", nil, []string{"  a: {}\n", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := apply(c.text, c.provider, c.to)
			if err != nil {
				t.Fatal(err)
			}
			want := c.text
			for i := 0; i+1 < len(c.want); i += 2 {
				if c.want[i] == "" {
					want = c.want[i+1]
					continue
				}
				if strings.Count(want, c.want[i]) != 1 {
					t.Fatalf("%q is not there once", c.want[i])
				}
				want = strings.Replace(want, c.want[i], c.want[i+1], 1)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func apply(text, provider string, to *config.Provider) (string, error) {
	var out []byte
	var err error
	if to == nil {
		out, err = edit.RemoveProvider([]byte(text), provider)
	} else {
		out, err = edit.SetProvider([]byte(text), provider, *to)
	}
	return string(out), err
}

func ptr[T any](v T) *T { return &v }

func TestAChangeThatCannotBeMadeSafelyIsRefusedWithWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		provider string
		to       *config.Provider
		reason   edit.Reason
		want     string
	}{
		"a text that is no YAML":           {"a: [\n", "a", &config.Provider{}, edit.NotYAML, "line 1: the text is not YAML; check indentation, quotes and brackets"},
		"a text that is a list":            {"- a\n", "a", &config.Provider{}, edit.NotSettings, "line 1: the text holds no settings; keys and values"},
		"two documents":                    {"a: 1\n---\nb: 2\n", "a", &config.Provider{}, edit.NotSettings, "the text holds more than one document; keep the first, without --- between them"},
		"providers that are a list":        {"providers: [a]\n", "a", &config.Provider{}, edit.NotSettings, "providers: is not a mapping; providers by name"},
		"providers twice":                  {"providers: \n  a: {}\nproviders:\n  b: {}\n", "a", &config.Provider{Fit: ptr(true)}, edit.Duplicate, "line 3: a key stands twice; keep one of the two"},
		"the provider twice":               {"providers:\n  a: {}\n  a: {fit: true}\n", "a", &config.Provider{Fit: ptr(false)}, edit.Duplicate, "line 3: providers: a key stands twice; keep one of the two"},
		"a merge key":                      {"x: &x {fit: true}\nproviders:\n  a:\n    <<: *x\n", "a", &config.Provider{Fit: ptr(false)}, edit.MergeKey, "line 4: providers.a: merge keys (<<) are not read; write the settings out"},
		"an anchor that is used":           {"providers:\n  a: &a\n    fit: true\n  b: *a\n", "a", &config.Provider{Fit: ptr(false)}, edit.Shared, ""},
		"an anchor that is used, going":    {"providers:\n  a: &a\n    fit: true\n  b: *a\n", "a", nil, edit.Shared, ""},
		"an anchor within that is used":    {"providers:\n  a:\n    labels: &l [x]\n  b:\n    labels: *l\n", "a", &config.Provider{Labels: []string{"y"}}, edit.Shared, ""},
		"providers that are an alias":      {"x: &x {a: {}}\nproviders: *x\n", "a", &config.Provider{Fit: ptr(false)}, edit.Shared, ""},
		"no such provider":                 {"providers: {a: }\n", "b", nil, edit.Missing, "providers.b: there is no such provider in the text; what variables and flags add is not in the file"},
		"a name that cannot be":            {"", "A b", &config.Provider{}, edit.BadValue, ""},
		"a secret itself":                  {"", "a", &config.Provider{Secrets: map[string]config.Source{"key": "hunter2"}}, edit.BadValue, ""},
		"a config that cannot be written":  {"", "a", &config.Provider{Config: map[string]any{"f": func() {}}}, edit.BadValue, ""},
		"a key that does not begin a line": {"providers:\n  ? a\n  : fit: true\n", "a", &config.Provider{Fit: ptr(false)}, edit.Unclear, ""},
		"odd line breaks":                  {"a: 1\rb: 2\n", "a", &config.Provider{}, edit.Unclear, ""},
		"an alias of itself":               {"providers: &p\n  a: {x: *p}\n", "a", &config.Provider{}, edit.Unclear, ""},
		"no text":                          {"\xff\xfe", "a", &config.Provider{}, edit.NotYAML, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := apply(c.text, c.provider, c.to)
			var wrong *edit.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v, want an *edit.Error", err)
			}
			if wrong.Reason != c.reason || c.want != "" && err.Error() != c.want {
				t.Errorf("got %s: %v, want %s: %s", wrong.Reason, err, c.reason, c.want)
			}
			if wrong.Want == "" || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("says nothing of what to do, or too much: %v", err)
			}
		})
	}
}

func TestProvidersAreThoseOfTheTextAlone(t *testing.T) {
	got, err := edit.Providers([]byte(commented))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]config.Provider{"jumdata": jumdata(func(*config.Provider) {}), "second": second(func(*config.Provider) {}), "local": {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWholeNumbersKeepAllTheirDigits(t *testing.T) {
	const text = "providers:\n  one:\n    config: {id: 9007199254740993, most: 18446744073709551615, share: 0.25, list: [9007199254740993]}\n"
	all, err := edit.Providers([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := all["one"]
	want := map[string]any{"id": int64(9007199254740993), "most": uint64(18446744073709551615), "share": 0.25, "list": []any{int64(9007199254740993)}}
	if diff := cmp.Diff(want, p.Config); diff != "" {
		t.Error(diff)
	}
	p.Config["more"] = true
	after, err := edit.SetProvider([]byte(text), "one", p)
	if err != nil || strings.Count(string(after), "9007199254740993") != 2 || !strings.Contains(string(after), "18446744073709551615") {
		t.Errorf("%v\n%s", err, after)
	}
}
