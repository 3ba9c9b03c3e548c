package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/manifest"
)

func TestValidateTextsOfLanguages(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("字", manifest.MaxTitle+1)
	for name, c := range map[string]struct {
		schema string
		want   []string // paths below config_schema, each with its problem
	}{
		"of the plugin, its secrets and its settings": {schema: `{"x-i18n": {"zh": {"title": "示例", "description": "第一行\n第二行", "secrets": {"app_id": "标识", "token": "令牌"}}}, "properties": {
			"mode": {"enum": ["fast", 2, true], "x-i18n": {"zh": {"title": "模式", "enum": {"fast": "快", "2": "二", "true": "是"}}}}}}`},
		"alone":                        {schema: `{"type": "object", "additionalProperties": false, "x-i18n": {"zh": {"title": "示例"}}}`},
		"of unknown languages":         {schema: `{"x-i18n": {"tlh": {"title": "x"}, "zh-Hant-TW": {}, "fil": {"title": "x"}}}`},
		"that a later version may add": {schema: `{"x-i18n": {"zh": {"placeholder": 1}}}`},
		"of a value that a reference names": {schema: `{"properties": {"a": {"$ref": "#/$defs/b", "x-i18n": {"zh": {"enum": {"x": "甲"}}}}},
			"$defs": {"b": {"enum": ["x"]}}}`},
		"in a property of that name, and in data": {schema: `{"properties": {"x-i18n": {"type": "string"}}, "default": {"x-i18n": 1}, "examples": [{"x-i18n": 1}]}`},

		"that are no object":              {`{"x-i18n": "zh"}`, []string{"x-i18n: must be an object"}},
		"of a language that is no object": {`{"x-i18n": {"zh": "示例"}}`, []string{"x-i18n.zh: must be an object"}},
		"of no language":                  {`{"x-i18n": {"Chinese": {}, "zh_CN": {}}}`, []string{"x-i18n.Chinese: must be a language tag such as zh or en", "x-i18n.zh_CN: must be a language tag such as zh or en"}},
		"of other types":                  {`{"x-i18n": {"zh": {"title": 1, "description": ["x"], "secrets": {"app_id": true}}}}`, []string{"x-i18n.zh.title: must be a string", "x-i18n.zh.description: must be a string", "x-i18n.zh.secrets.app_id: must be a string"}},
		"of secrets that are no object":   {`{"x-i18n": {"zh": {"secrets": []}}}`, []string{"x-i18n.zh.secrets: must be an object"}},
		"of an unknown secret":            {`{"x-i18n": {"zh": {"secrets": {"app_key": "x"}}}}`, []string{"x-i18n.zh.secrets.app_key: is not declared in secrets"}},
		"of secrets below the root":       {`{"items": {"x-i18n": {"zh": {"secrets": {"app_id": "x"}}}}}`, []string{"items.x-i18n.zh.secrets: belongs into the root of the schema"}},
		"of values":                       {`{"$defs": {"a": {"enum": ["x"], "x-i18n": {"zh": {"enum": {"x": 1, "y": "乙"}}}}}}`, []string{"$defs.a.x-i18n.zh.enum.x: must be a string", "$defs.a.x-i18n.zh.enum.y: is no value of the enum"}},
		"in a list":                       {`{"anyOf": [{}, {"x-i18n": 1}]}`, []string{"anyOf[1].x-i18n: must be an object"}},
		"that are long": {`{"properties": {"a": {"x-i18n": {"zh": {"title": "` + long + `", "description": "` + strings.Repeat("字", manifest.MaxDescription+1) + `"}}}}}`,
			[]string{"properties.a.x-i18n.zh.title: has 101 characters; at most 100 are allowed", "properties.a.x-i18n.zh.description: has 1001 characters; at most 1000 are allowed"}},
		"of two lines": {`{"x-i18n": {"zh": {"title": "一\n二"}}}`, []string{"x-i18n.zh.title: must be one line"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := manifest.Parse(good(t))
			if err != nil {
				t.Fatal(err)
			}
			d.ConfigSchema = []byte(c.schema)
			var got []string
			for _, p := range manifest.Problems(manifest.Validate(d)) {
				got = append(got, strings.TrimPrefix(p.Path, "config_schema.")+": "+p.Reason)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
