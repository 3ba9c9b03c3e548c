package sdk_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
)

func TestFlattenJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       map[string]string // nil if the text is not JSON
	}{
		{"an object", ` {"a": "1", "b": {"c": 2.50}} `, map[string]string{"/a": "1", "/b/c": "2.50"}},
		{"an array", `[{"a": true}, null]`, map[string]string{"/0/a": "true", "/1": ""}},
		{"a scalar", `"x"`, map[string]string{"": "x"}},
		{"escapes", `{"\u59d3\u540d": "\ud83d\ude00\n\/\"", "x": "\ud83d"}`, map[string]string{"/姓名": "😀\n/\"", "/x": "\uFFFD"}},
		{"half a surrogate pair before another escape", `{"x": "\ud83d\u0041"}`, map[string]string{"/x": "\uFFFDA"}},
		{"names that a pointer escapes", `{"a/b~c": 1}`, map[string]string{"/a~1b~0c": "1"}},
		{"the last of two members with the same name", `{"a": {"b": 1}, "ab": 2, "a": 3}`, map[string]string{"/ab": "2", "/a": "3"}},
		{"an empty object and an empty array", `{"a": {}, "b": []}`, map[string]string{"/a": "", "/b": ""}},
		{"a sentence", `识别失败`, nil},
		{"nothing", ` `, nil},
		{"text after the value", `{} {}`, nil},
		{"cut off", `{"a": "b`, nil},
		{"cut off in an escape", `"\`, nil},
		{"a trailing comma", `{"a": 1,}`, nil},
		{"a number with a leading zero", `01`, nil},
		{"a signed escape", `"\u+041"`, nil},
		{"a line break in a string", "\"a\nb\"", nil},
		{"nesting over the limit", strings.Repeat("[", 65) + strings.Repeat("]", 65), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leaves, ok := sdk.FlattenJSON(tt.text)
			if ok != (tt.want != nil) {
				t.Fatalf("ok is %v", ok)
			}
			if !ok {
				return
			}
			got := map[string]string{}
			for _, l := range leaves {
				got[l.Path] = l.Value
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
