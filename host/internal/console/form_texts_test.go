package console

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// spoken has texts in two languages, and some that a language lacks.
const spoken = `{
	"type": "object", "additionalProperties": false, "title": "Example",
	"x-i18n": {"zh": {"title": "示例", "description": "示例云身份证识别", "secrets": {"key": "应用密钥"}}},
	"$defs": {"speed": {"enum": ["fast", "exact", 3], "title": "Speed", "x-i18n": {"zh": {"title": "速度", "enum": {"fast": "快速", "3": "三级"}}}}},
	"properties": {
		"speed": {"$ref": "#/$defs/speed", "default": "fast", "description": "How it reads.", "x-i18n": {"zh": {"description": "识别方式。"}}},
		"other": {"$ref": "#/$defs/speed", "title": "Other speed", "x-i18n": {"zh-CN": {"title": "另一速度", "enum": {"fast": "更快"}}}},
		"grade": {"oneOf": [{"const": 1, "title": "Standard", "x-i18n": {"zh": {"title": "标准版"}}}, {"const": 2, "title": "Premium"}]},
		"list": {"type": "array", "items": {"enum": ["fast", "exact"], "x-i18n": {"zh": {"enum": {"fast": "快速"}}}}},
		"plain": {"type": "string", "title": "Plain", "description": "As it is.", "x-i18n": {"ja": {"title": "平文"}, "zh": {"title": ""}}},
		"bare": {"type": "boolean", "x-i18n": {"zh": {"title": "开关"}}}
	}
}`

// shown is a control as a page shows it.
type shown struct{ Label, Key, Help, Hint, Unset, Options string }

// show returns the controls of a form in a language, by name.
func show(t *testing.T, d *abi.Descriptor, w *words, values url.Values) (map[string]shown, *formView) {
	t.Helper()
	v := newForm(d, w.Lang).view(&visitor{speaker: &speaker{words: w}}, values, nil)
	out := make(map[string]shown)
	for _, x := range v.fields {
		var options []string
		for _, o := range x.Options {
			options = append(options, o.Label)
		}
		out[x.Name] = shown{x.Label, x.Key, x.Help, x.Hint, x.Unset, strings.Join(options, ", ")}
	}
	return out, v
}

func TestFormShowsTextsInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	pages, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	d := &abi.Descriptor{
		Name: "x", Description: "Example ID card OCR", ConfigSchema: abi.RawJSON(spoken), Secrets: []abi.SecretSpec{{Name: "key", Description: "the key"}, {Name: "code", Description: "the code"}},
	}
	for i, want := range []struct {
		title, description, lang string
		fields                   map[string]shown
	}{
		{"Example", "Example ID card OCR", "en", map[string]shown{
			"config/speed": {"Speed", "speed", "How it reads.", "", "Not set (fast)", "fast, exact, 3"},
			"config/other": {"Other speed", "other", "", "", "Not set", "fast, exact, 3"},
			"config/grade": {"grade", "", "", "", "Not set", "Standard, Premium"},
			"config/list":  {"list", "", "", "One per line; allowed: fast, exact", "Not set", ""},
			"config/plain": {"Plain", "plain", "As it is.", "", "Not set", ""},
			"config/bare":  {"bare", "", "", "", "Not set", "Yes, No"},
			"secrets/key":  {"key", "", "the key", "", "Not set", ""},
			"secrets/code": {"code", "", "the code", "", "Not set", ""},
		}},
		{"示例", "示例云身份证识别", "zh", map[string]shown{
			"config/speed": {"速度", "speed", "识别方式。", "", "未设置（默认：快速）", "快速, exact, 三级"},
			"config/other": {"另一速度", "other", "", "", "未设置", "更快, exact, 3"},
			"config/grade": {"grade", "", "", "", "未设置", "标准版, Premium"},
			"config/list":  {"list", "", "", "每行一个；可选：fast（快速）, exact", "未设置", ""},
			"config/plain": {"Plain", "plain", "As it is.", "", "未设置", ""},
			"config/bare":  {"开关", "bare", "", "", "未设置", "是, 否"},
			"secrets/key":  {"key", "", "应用密钥", "", "未设置", ""},
			"secrets/code": {"code", "", "the code", "", "未设置", ""},
		}},
	} {
		got, v := show(t, d, pages.words[i], url.Values{})
		for name, field := range want.fields {
			if diff := cmp.Diff(field, got[name]); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", want.lang, name, diff)
			}
		}
		if v.Texts.Title != want.title || v.Texts.Description != want.description || v.Texts.DescriptionLang != want.lang {
			t.Errorf("%s: the plugin is %+v", want.lang, v.Texts)
		}
	}
}

func TestFormTakesTheSameValuesInEveryLanguage(t *testing.T) {
	t.Parallel()
	d := &abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(spoken)}
	p := config.Provider{Plugin: "x", Config: map[string]any{"speed": "fast", "other": int64(3), "grade": int64(1), "list": []any{"exact", "fast"}, "bare": true}}
	english, chinese := newForm(d, "en"), newForm(d, "zh-Hans")
	values := chinese.fill(p)
	if diff := cmp.Diff(english.fill(p), values); diff != "" {
		t.Errorf("values in English and Chinese (-, +):\n%s", diff)
	}
	again, wrong := english.take(values)
	if diff := cmp.Diff(p, again); diff != "" || len(wrong) > 0 {
		t.Errorf("%v (-want +got):\n%s", wrong, diff)
	}
}

func TestFormIgnoresTextsOfOtherTypesAndBoundsLongOnes(t *testing.T) {
	t.Parallel()
	pages, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("长", 2*manifest.MaxDescription)
	for name, schema := range map[string]string{
		"other types": `{"title": "T", "x-i18n": {"zh": {"title": 1, "description": {}, "secrets": {"key": []}}}, "properties": {"a": {"enum": ["b"], "title": "A", "x-i18n": {"zh": {"title": ["x"], "enum": "b"}}}}}`,
		"no object":   `{"title": "T", "x-i18n": ["zh"], "properties": {"a": {"enum": ["b"], "title": "A", "x-i18n": {"zh": "A"}}}}`,
		"null":        `{"title": "T", "x-i18n": null, "properties": {"a": {"enum": ["b"], "title": "A", "x-i18n": {"zh": null}}}}`,
		"data":        `{"title": "T", "properties": {"a": {"enum": ["b"], "title": "A", "default": {"x-i18n": {"zh": {"title": "x"}}}}}}`,
	} {
		d := &abi.Descriptor{Name: "x", Description: "D", ConfigSchema: abi.RawJSON(schema), Secrets: []abi.SecretSpec{{Name: "key", Description: "K"}}}
		got, v := show(t, d, pages.words[1], url.Values{})
		if a := got["config/a"]; a.Label != "A" || a.Options != "b" || v.Texts.Title != "T" || v.Texts.Description != "D" || got["secrets/key"].Help != "K" {
			t.Errorf("%s: %+v, %+v", name, got, v.Texts)
		}
	}
	d := &abi.Descriptor{Name: "x", Description: "D", Secrets: []abi.SecretSpec{{Name: "key"}}, ConfigSchema: abi.RawJSON(strings.ReplaceAll(
		`{"x-i18n": {"zh": {"title": "L", "description": "L", "secrets": {"key": "L"}}}, "properties": {"a": {"enum": ["b"], "x-i18n": {"zh": {"title": "L", "description": "L", "enum": {"b": "L"}}}}}}`, "L", long))}
	got, v := show(t, d, pages.words[1], url.Values{})
	for _, short := range []string{v.Texts.Title, got["config/a"].Label, got["config/a"].Options} {
		if n := utf8.RuneCountInString(short); n != manifest.MaxTitle+1 {
			t.Errorf("a title has %d characters", n)
		}
	}
	for _, text := range []string{v.Texts.Description, got["config/a"].Help, got["secrets/key"].Help} {
		if n := utf8.RuneCountInString(text); n != manifest.MaxDescription+1 {
			t.Errorf("a description has %d characters", n)
		}
	}
}

func TestFormOfASchemaForTextsAloneHasNoSettings(t *testing.T) {
	t.Parallel()
	pages, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	d := &abi.Descriptor{Name: "x", ConfigSchema: abi.RawJSON(`{"type": "object", "additionalProperties": false, "x-i18n": {"zh": {"title": "示例"}}}`)}
	if _, v := show(t, d, pages.words[1], url.Values{}); v.Settings != nil || v.Texts.Title != "示例" {
		t.Errorf("the form is %+v", v)
	}
	// What a file has there by mistake is shown, and not lost.
	values := newForm(d, "zh-Hans").fill(config.Provider{Config: map[string]any{"mode": "x"}})
	_, v := show(t, d, pages.words[1], values)
	if v.Settings == nil || v.Settings.Rest == nil || !strings.Contains(v.Settings.Rest.Value, "mode") {
		t.Errorf("the form is %+v", v)
	}
}

func TestLanguageOfTextsIsTheClosest(t *testing.T) {
	t.Parallel()
	for languages, want := range map[string]string{
		`{"zh": {"title": "a"}, "zh-Hans": {"title": "b"}}`:    "b",
		`{"zh-Hant": {"title": "a"}, "zh": {"title": "b"}}`:    "b",
		`{"zho": {"title": "a"}, "zh-CN": {"title": "b"}}`:     "b",
		`{"en": {"title": "a"}, "z": {"title": "b"}, "zh": 1}`: "own",
	} {
		root, err := readSchema([]byte(`{"title": "own", "x-i18n": ` + languages + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := root.titleIn("zh-Hans"); got != want {
			t.Errorf("%s gives %q", languages, got)
		}
	}
}

func TestShippedPluginsHaveTextsInChinese(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../plugins/*/manifest.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("the plugins are %v, %v", files, err)
	}
	examples, err := filepath.Glob("../../../examples/*/manifest.json")
	if err != nil || len(examples) < 4 {
		t.Fatalf("the examples are %v, %v", examples, err)
	}
	for _, file := range append(files, examples...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := manifest.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		f := newForm(d, "zh-Hans")
		texts := map[string]string{"title": f.texts.Title, "description": f.texts.Description}
		for _, s := range d.Secrets {
			texts["secret "+s.Name] = f.texts.secret(s)
		}
		for _, m := range f.settings.members {
			if m.name != plainHTTP { // the console's own
				texts["title of "+m.name], texts["description of "+m.name] = m.title, m.description
			}
		}
		for name, text := range texts {
			if tongueOf(text) != "zh" {
				t.Errorf("%s: %s is %q", file, name, text)
			}
		}
	}
}
