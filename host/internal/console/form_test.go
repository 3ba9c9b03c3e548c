package console

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/message"
)

// everything has what a form can express, and what it cannot.
const everything = `{
	"type": "object", "required": ["region", "retry"], "additionalProperties": false,
	"$defs": {"port": {"type": "integer", "minimum": 1, "maximum": 65535}, "circle": {"$ref": "#/$defs/circle"}},
	"properties": {
		"region": {"type": "string", "title": "Region", "minLength": 2, "maxLength": 20, "pattern": "^[a-z-]+$"},
		"port": {"$ref": "#/$defs/port", "default": 443, "description": "Where it listens."},
		"ratio": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1},
		"strict": {"type": "boolean", "default": true},
		"mode": {"enum": ["file", "base64", 3], "default": "file"},
		"grade": {"oneOf": [{"const": 1, "title": "Standard"}, {"const": 2, "title": "Premium"}]},
		"fixed": {"const": "v2"},
		"hosts": {"type": "array", "items": {"type": "string"}},
		"codes": {"type": "array", "items": {"enum": [1, 2, 3]}},
		"retry": {"type": "object", "required": ["times"], "properties": {"times": {"type": "integer"}, "slash/tilde~": {"type": "string"}}},
		"tuple": {"type": "array", "prefixItems": [{"type": "string"}]},
		"free": {},
		"either": {"oneOf": [{"type": "string"}, {"type": "number"}]},
		"circle": {"$ref": "#/$defs/circle"},
		"elsewhere": {"$ref": "https://example.com/schema"}
	}
}`

func TestFormHasAControlForEachSetting(t *testing.T) {
	t.Parallel()
	s := specOf([]byte(everything), "en")
	got := make(map[string]kind)
	var names []string
	for _, m := range s.members {
		got[m.name], names = m.kind, append(names, m.name)
	}
	want := map[string]kind{
		"region": textKind, "port": integerKind, "ratio": numberKind, "strict": flagKind, "mode": choiceKind, "grade": choiceKind, "fixed": choiceKind, "hosts": listKind,
		"codes": listKind, "retry": groupKind, "tuple": rawKind, "free": rawKind, "either": rawKind, "circle": rawKind, "elsewhere": rawKind,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("controls (-want +got):\n%s", diff)
	}
	if names[0] != "region" || names[1] != "port" || s.open {
		t.Errorf("the order is %v, and others may be set: %v", names, s.open)
	}
	if p := s.members[1]; p.least != "1" || p.most != "65535" || p.fallback != json.Number("443") || p.description == "" {
		t.Errorf("the port is %+v", p.spec)
	}
	if !s.members[0].required || s.members[1].required || s.members[5].options[1].label != "Premium" {
		t.Errorf("%+v", s.members)
	}
}

func TestFormOfAnotherSchemaIsOneControl(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{"", "true", "{", `{"type": "object"}`, `{"$ref": "#/$defs/x"}`, `{"oneOf": []}`, strings.Repeat(`{"properties":{"a":`, 200)} {
		if s := specOf([]byte(schema), "en"); s.kind != rawKind {
			t.Errorf("%s gives a %s", schema, s.kind)
		}
	}
}

func TestFormHoldsTheRestAsJSON(t *testing.T) {
	t.Parallel()
	f := newForm(&abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(everything)}, "en")
	p := config.Provider{Plugin: "x", Config: map[string]any{
		"region": "two\nlines", "port": 8080, "ratio": nil, "mode": "other", "hosts": []any{"a", "b\nc"}, "codes": []any{1, 3}, "retry": map[string]any{"times": 3, "more": true},
		"unknown": "kept", "strict": "yes", "free": map[string]any{"deep": []any{1, 2.5}},
	}}
	values := f.fill(p)
	for name, want := range map[string]string{
		"json:config/region": `"two\nlines"`, "config/port": "8080", "json:config/ratio": "null", "json:config/mode": `"other"`, "config/codes": "1\n3",
		"config/retry/times": "3", "rest:config/retry": "{\n  \"more\": true\n}", "rest:config": "{\n  \"unknown\": \"kept\"\n}", "json:config/strict": `"yes"`,
	} {
		if got := values.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	again, wrong := f.take(values)
	if diff := cmp.Diff(asJSON(t, p.Config), asJSON(t, again.Config)); diff != "" || len(wrong) > 0 {
		t.Errorf("%v, (-before +after)\n%s", wrong, diff)
	}
}

func TestFormReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	f := newForm(&abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(everything), Secrets: []abi.SecretSpec{{Name: "key"}, {Name: "token", Captured: true}}}, "en")
	values := url.Values{
		"config/region": {"cn-north"}, "config/port": {" 8443 "}, "config/ratio": {"0.5"}, "config/strict": {"false"}, "config/mode": {`3`}, "config/grade": {"2"},
		"config/hosts": {"a\r\n\r\nb\r\n"}, "config/codes": {"2\r\n1"}, "config/retry/times": {"0"}, "config/retry/slash~1tilde~0": {"x"}, "json:config/free": {`[1, {"a": null}]`},
		"json:config/tuple": {""}, "secrets/key": {" file:/run/secrets/key "}, "secrets/token": {"env:TOKEN"}, "labels": {"residency:cn\nfast"}, "fit": {"false"},
	}
	p, wrong := f.take(values)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	const want = `{"codes":[2,1],"free":[1,{"a":null}],"grade":2,"hosts":["a","b"],"mode":3,"port":8443,"ratio":0.5,"region":"cn-north","retry":{"slash/tilde~":"x","times":0},"strict":false}`
	if diff := cmp.Diff(want, asJSON(t, p.Config)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(map[string]config.Source{"key": "file:/run/secrets/key"}, p.Secrets); diff != "" || !slices.Equal(p.Labels, []string{"residency:cn", "fast"}) || p.Fit == nil || *p.Fit {
		t.Errorf("%s, %v, %v", diff, p.Labels, p.Fit)
	}
}

func TestFormShowsProblemsAtTheirControlsAndKeepsNoSecret(t *testing.T) {
	t.Parallel()
	f := newForm(&abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(everything), Secrets: []abi.SecretSpec{{Name: "key"}}}, "en")
	values := url.Values{
		"config/port": {"1.5"}, "config/ratio": {"NaN"}, "config/strict": {"maybe"}, "config/mode": {`"no"`}, "config/codes": {"1\n9"}, "json:config/free": {"{"}, "rest:config": {`{"port": 1}`},
		"rest:config/retry": {"[]"}, "secrets/key": {"S3CRET itself"},
	}
	_, wrong := f.take(values)
	want := map[string]wrongValue{
		"config/port": errNoInteger, "config/ratio": errNoNumber, "config/strict": errNoOption, "config/mode": errNoOption, "config/codes": errNoOption, "config/free": errNoJSON,
		"rest:config": errTwice, "rest:config/retry": errNoObject, "secrets/key": "configure.no-source",
	}
	if diff := cmp.Diff(want, wrong); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if values.Has("secrets/key") {
		t.Error("the secret is still in the form")
	}
	pages, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range pages.words {
		view := f.view(&visitor{speaker: &speaker{words: words}}, values, wrong)
		view.focus()
		shown := 0
		for _, x := range view.fields {
			if x.Problem != nil {
				shown++
				if strings.HasPrefix(x.Problem.Text, "configure.") {
					t.Errorf("there are no words for %s", x.Problem.Text)
				}
			}
		}
		if shown != len(want) {
			t.Errorf("%d problems are shown, want %d", shown, len(want))
		}
	}
}

func TestFormShowsProblemsOfAConfigurationAtTheirControls(t *testing.T) {
	t.Parallel()
	pages, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{speaker: &speaker{words: pages.words[0]}}
	f := newForm(&abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(everything), Secrets: []abi.SecretSpec{{Name: "key"}}}, "en").view(v, url.Values{}, nil)
	f.place(v, "one", []config.Problem{
		{Key: "providers.one.config.port", Problem: "is too large"}, {Key: `providers.one.config.retry."slash/tilde~"`, Problem: "is bad"}, {Key: "providers.one.config.hosts.3", Problem: "is no host"},
		{Key: "providers.one.config", Problem: "is wrong"}, {Key: "providers.one.secrets", Problem: "secrets are missing"}, {Key: "providers.one.secrets.key", Problem: "is empty"},
		{Key: "providers.one", Problem: "is broken"}, {Key: "providers.two.config.port", Problem: "is another's"}, {Problem: "is nowhere"}, {Key: "providers.one.labels.0", Problem: "is no label"},
	})
	got := make(map[string]string)
	for _, x := range f.fields {
		if x.Problem != nil {
			got[x.Name] = x.Problem.Detail
		}
	}
	want := map[string]string{
		"config/port": "is too large", "config/retry/slash~1tilde~0": "is bad", "config/hosts": "is no host", "config": "is wrong", "secrets/key": "is empty", "labels": "is no label",
	}
	if diff := cmp.Diff(want, got); diff != "" || f.SecretsProblem == nil || len(f.Problems) != 3 {
		t.Errorf("%s; %v, %v", diff, f.SecretsProblem, f.Problems)
	}
}

func TestFormShowsProblemsInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	_, zh := speakers(t)
	v := &visitor{speaker: zh}
	f := newForm(&abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(everything)}, "zh-Hans").view(v, url.Values{}, nil)
	plain := message.New(message.PlainHTTPLeaves)
	f.place(v, "one", []config.Problem{
		{Key: "providers.one.config.port", Problem: plain.String(), Want: "an https address", Reason: plain},
		{Key: "providers.one.config.ratio", Problem: "said so", Reason: message.Text("said so")},
		{Key: "providers.one", Problem: plain.String(), Reason: plain},
	})
	got := make(map[string]problemView)
	for _, x := range f.fields {
		if x.Problem != nil {
			got[x.Name] = *x.Problem
		}
	}
	want := map[string]problemView{
		"config/port":  {zh.Template(message.PlainHTTPLeaves), "an https address"},
		"config/ratio": {zh.T("configure.refused"), "said so"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]problemView{{zh.Template(message.PlainHTTPLeaves), "providers.one"}}, f.Problems); diff != "" {
		t.Errorf("problems above the form (-want +got):\n%s", diff)
	}
}

func TestFormShowsAlternativesOfSecrets(t *testing.T) {
	t.Parallel()
	pages, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	d := &abi.Descriptor{Name: "x", Secrets: []abi.SecretSpec{{Name: "code"}, {Name: "key"}, {Name: "secret"}, {Name: "extra"}}, SecretSets: []abi.SecretSet{{Names: []string{"code"}}, {Names: []string{"key", "secret"}}}}
	f := newForm(d, "zh-Hans").view(&visitor{speaker: &speaker{words: pages.words[0]}}, url.Values{}, nil)
	var got []string
	for _, s := range f.Secrets {
		for _, x := range s.Fields {
			got = append(got, s.Name+": "+x.Label)
		}
	}
	want := []string{"Alternative 1: code: code", "Alternative 2: key + secret: key", "Alternative 2: key + secret: secret", "Further secrets: extra"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestChangedSettingsAreThoseThatDiffer(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	one := config.Provider{
		Config: map[string]any{"timeout": 10, "retry": map[string]any{"times": 1}}, Secrets: map[string]config.Source{"key": "env:KEY"}, Labels: []string{"a"}, Fit: &no,
	}
	for name, c := range map[string]struct {
		before, after *config.Provider
		want          []changedSetting
	}{
		"nothing":                 {&one, &one, nil},
		"what only looks another": {&config.Provider{Config: map[string]any{"n": 1.0}}, &config.Provider{Plugin: "p", Config: map[string]any{"n": int64(1)}}, nil},
		"a new provider":          {nil, &config.Provider{Fit: &yes}, []changedSetting{{"fit", "", "true"}, {"plugin", "", `"p"`}}},
		"a provider that goes":    {&config.Provider{}, nil, []changedSetting{{"plugin", `"p"`, ""}}},
		"what no form has":        {&config.Provider{Price: config.Price{PerCall: "1"}}, &config.Provider{}, nil},
		"more, less and otherwise": {&one, &config.Provider{Config: map[string]any{"timeout": 20, "retry": map[string]any{"times": 1, "wait": "x"}}, Labels: []string{"a", "b"}}, []changedSetting{
			{"config.retry.wait", "", `"x"`}, {"config.timeout", "10", "20"}, {"fit", "false", ""}, {"labels", `["a"]`, `["a","b"]`}, {"secrets.key", `"env:KEY"`, ""},
		}},
	} {
		got, err := changedSettings("p", c.before, c.after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// FuzzForm: any schema gives a form, and any configuration comes out of its form as it went in.
func FuzzForm(f *testing.F) {
	f.Add([]byte(everything), []byte(`{"region": "cn", "port": 1, "retry": {"times": 2, "x": [1]}, "hosts": ["a"], "mode": 3, "either": 1e3, "y": null}`))
	f.Add([]byte(`{"properties": {"": {"type": "object", "properties": {"/": {"enum": [true, "true"]}}}}}`), []byte(`{"": {"/": true}, "json:config": ""}`))
	f.Add([]byte(`{"properties": {"a": {"type": "array", "items": {"oneOf": [{"const": "1"}, {"const": 1}]}}}}`), []byte(`{"a": [1, "1"]}`))
	f.Add([]byte(`{"type": "string"}`), []byte(`{"a": 18446744073709551615, "b": -0.0, "c": 1e300}`))
	pages, err := newPages()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, schema, settings []byte) {
		d := &abi.Descriptor{Name: "x", ConfigSchema: schema, Secrets: []abi.SecretSpec{{Name: "key"}}}
		if len(schema) == 0 {
			d.ConfigSchema = []byte("{}")
		}
		form := newForm(d, "zh-Hans")
		v, err := parseJSON(string(settings))
		m, ok := v.(map[string]any)
		if err != nil || !ok || len(m) == 0 {
			m = map[string]any{}
		}
		values := form.fill(config.Provider{Config: m})
		form.view(&visitor{speaker: &speaker{words: pages.words[1]}}, values, nil)
		p, wrong := form.take(values)
		if len(wrong) > 0 {
			t.Fatalf("%v: %v", values, wrong)
		}
		if len(m) > 0 && !equal(m, p.Config) {
			t.Errorf("%v became %v by %v", m, p.Config, values)
		}
	})
}
