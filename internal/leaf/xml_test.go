package leaf_test

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

func TestXML(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string // nil: not XML
	}{
		{"the root's name is left out", `<r><a>1</a></r>`, []string{`/a string "1"`}},
		{"a root with nothing but text has an empty path", `<r> ok </r>`, []string{` string "ok"`}},
		{"attributes have an at sign, and their element's text stands beside them", `<r v="1"><a b="2">3</a><c d="4"/></r>`, []string{`/@v string "1"`, `/a/@b string "2"`, `/a string "3"`, `/c/@d string "4"`, `/c string ""`}},
		{"an element that repeats is numbered like an array, even with others in between", `<r><a>1</a><b/><a><c>2</c></a></r>`, []string{`/a/0 string "1"`, `/b string ""`, `/a/1/c string "2"`}},
		{"text is trimmed, and joined over CDATA and comments", "<r><a>\n x &amp; <![CDATA[<y>]]><!-- no --> &#x6837;\n</a></r>", []string{`/a string "x & <y> 样"`}},
		{"white space between elements is no text, anything else is", "<r>\n <a>1</a> t </r>", []string{` string "t"`, `/a string "1"`}},
		{"prefixes and namespaces are left out", `<s:r xmlns:s="urn:x" xmlns="urn:y"><s:a s:b="1" b="2">3</s:a></s:r>`, []string{`/a/@b/0 string "1"`, `/a/@b/1 string "2"`, `/a string "3"`}},
		{"a document type is skipped", `<!DOCTYPE r [<!ELEMENT r ANY>]><r><a>1</a></r>`, []string{`/a string "1"`}},
		{"an entity of a document type does not exist", `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>`, nil},
		{"an element that is not closed", `<r><a>1</r>`, nil},
		{"two roots", `<r/><r/>`, nil},
		{"text after the root", `<r/>x`, nil},
		{"no root", `<?xml version="1.0"?>`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := leaf.Flatten("application/xml", []byte(tt.body), leaf.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if isXML := got.Format == abi.BodyFormatXML; isXML != (tt.want != nil) {
				t.Errorf("format is %s", got.Format)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzAnyBodyGivesGoodLeaves(f *testing.F) {
	for _, contentType := range []string{"", "application/json", "text/xml; charset=gbk", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"} {
		for _, body := range []string{
			`<r a="1"><b>x</b><b/><![CDATA[y]]></r>`, `<?xml version="1.0" encoding="gbk"?><r>` + "\xd1\xf9</r>", `<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>`,
			`a=1&a=2&%ff=%00`, `{"a":[{}]}`, "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--",
		} {
			f.Add(contentType, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		got, err := leaf.Flatten(contentType, body, leaf.Options{Inbound: len(body)%2 == 0, MaxInline: 16})
		checkError(t, err)
		paths := map[string]bool{}
		for _, l := range got.Leaves {
			if !utf8.ValidString(l.Path) || !utf8.ValidString(l.Value) || !utf8.ValidString(l.Filename) {
				t.Errorf("a leaf is not UTF-8: %+v", l)
			}
			if l.Handle != 0 && l.Size != uint64(len(got.Blobs[l.Handle-1])) {
				t.Errorf("leaf %q and its blob do not fit", l.Path)
			}
			if paths[l.Path] {
				t.Errorf("path %q twice", l.Path)
			}
			paths[l.Path] = true
		}
	})
}
