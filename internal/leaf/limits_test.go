package leaf_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/leaf"
)

// checkError fails if an error is not of the package's own type.
func checkError(t *testing.T, err error) {
	t.Helper()
	if e := (*leaf.Error)(nil); err != nil && !errors.As(err, &e) {
		t.Errorf("error is a %T: %v", err, err)
	}
}

func TestLimits(t *testing.T) {
	const form, multi = "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"
	part := "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
	tests := []struct {
		name, contentType, body string
		opts                    leaf.Options
		kind                    leaf.Kind // "" for none
	}{
		{"as many JSON values as allowed", "", `[1,2,3]`, leaf.Options{MaxLeaves: 3}, ""},
		{"one JSON value too many", "", `[1,2,3]`, leaf.Options{MaxLeaves: 2}, leaf.KindTooManyLeaves},
		{"JSON values under repeated names count", "", `{"a":1,"a":2,"a":3}`, leaf.Options{MaxLeaves: 2}, leaf.KindTooManyLeaves},
		{"one XML element too many", "", `<r><a/><b/></r>`, leaf.Options{MaxLeaves: 2}, leaf.KindTooManyLeaves},
		{"one XML attribute too many", "", `<r a="" b=""/>`, leaf.Options{MaxLeaves: 2}, leaf.KindTooManyLeaves},
		{"one form field too many", form, `a&b&c`, leaf.Options{MaxLeaves: 2}, leaf.KindTooManyLeaves},
		{"one part too many", multi, part + part + part + "--B--", leaf.Options{MaxLeaves: 2}, leaf.KindTooManyLeaves},
		{"JSON as deep as allowed", "", `{"a":[1]}`, leaf.Options{MaxDepth: 2}, ""},
		{"JSON too deep", "", `{"a":[[]]}`, leaf.Options{MaxDepth: 2}, leaf.KindTooDeep},
		{"JSON far too deep", "", strings.Repeat("[", 1<<20), leaf.Options{}, leaf.KindTooDeep},
		{"XML as deep as allowed", "", `<r><a/></r>`, leaf.Options{MaxDepth: 2}, ""},
		{"XML too deep", "", strings.Repeat("<a>", 1000), leaf.Options{}, leaf.KindTooDeep},
		{"a body that is too large", "", `[1]`, leaf.Options{MaxBytes: 2}, leaf.KindTooLarge},
		{"a long name over many values", "", `{"` + strings.Repeat("n", 100_000) + `":[` + strings.Repeat("1,", 5000) + `1]}`, leaf.Options{}, leaf.KindTooLarge},
		{"a long name over many elements", "", `<r><` + strings.Repeat("n", 100_000) + `>` + strings.Repeat("<a/>", 5000) + `</` + strings.Repeat("n", 100_000) + `></r>`, leaf.Options{}, leaf.KindTooLarge},
		{"many texts just short enough to be passed by value", "", `[` + strings.Repeat(`"`+strings.Repeat("x", 4096)+`",`, 600) + `1]`, leaf.Options{}, leaf.KindTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := leaf.Flatten(tt.contentType, []byte(tt.body), tt.opts)
			var e *leaf.Error
			if tt.kind == "" {
				if err != nil {
					t.Error(err)
				}
			} else if !errors.As(err, &e) || e.Kind != tt.kind {
				t.Errorf("error is %v, want %s", err, tt.kind)
			} else if e.Limit == "" || !strings.Contains(err.Error(), e.Limit) {
				t.Errorf("%v does not name its limit", err)
			}
		})
	}
	t.Run("a query that is too large", func(t *testing.T) {
		_, err := leaf.FlattenQuery("a=1", leaf.Options{MaxBytes: 2})
		if e := (*leaf.Error)(nil); !errors.As(err, &e) || e.Kind != leaf.KindTooLarge {
			t.Error(err)
		}
	})
}

func TestNoErrorHoldsContent(t *testing.T) {
	const marker = "MARKER"
	bodies := map[string]string{
		"multipart/form-data; boundary=" + marker: "--" + marker + "\r\n" + marker + "\r\n\r\n" + marker + "\r\n--" + marker + "--",
		"multipart/form-data; boundary=B":         "--B\r\nContent-Disposition: form-data; " + marker + "\r\n\r\n" + marker + "\r\n--B--",
		"application/json":                        `{"` + marker + `":["` + marker + `"]}`,
		"text/xml":                                `<` + marker + ` a="` + marker + `"><b><c/></b></` + marker + `>`,
		"application/x-www-form-urlencoded":       marker + "=" + marker + "&b=" + marker,
	}
	for contentType, body := range bodies {
		_, err := leaf.Flatten(contentType, []byte(body), leaf.Options{MaxDepth: 1, MaxLeaves: 1})
		checkError(t, err)
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: %v", contentType, err)
		}
	}
}
