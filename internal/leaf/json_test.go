package leaf_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

func TestJSON(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"slashes and tildes in names are escaped as RFC 6901 says", `{"a/b":{"~":1},"":2}`, []string{`/a~1b/~0 number "1"`, `/ number "2"`}},
		{"escapes are decoded", `{"a":"\"\\\/\b\f\n\r\tA\u6837"}`, []string{`/a string "\"\\/\b\f\n\r\tA样"`}},
		{"escapes in names are decoded", `{"\u59d3\u540d":{"\/":"\/"}}`, []string{`/姓名/~1 string "/"`}},
		{"a surrogate pair is one character", `["\ud840\udc0b"]`, []string{`/0 string "𠀋"`}},
		{"a lone surrogate is U+FFFD", `["\ud840","\udc0b\ud840\udc0b","\ud840\u0041"]`, []string{`/0 string "�"`, `/1 string "�𠀋"`, `/2 string "�A"`}},
		{"the last of a repeated name wins, with all below it", `{"a":{"x":1,"y":2},"b":3,"a":{"x":4}}`, []string{`/b number "3"`, `/a/x number "4"`}},
		{"a name repeats if it is the same after its escapes", `{"a":1,"\u0061":2}`, []string{`/a number "2"`}},
		{"a name that repeats inside what is replaced is replaced too", `{"a":{"x":1,"x":2},"a":5,"a":{"x":6}}`, []string{`/a/x number "6"`}},
		{"numbers stay as written", `[0,-0,1.50,1E400,123456789012345678901234567890]`, []string{`/0 number "0"`, `/1 number "-0"`, `/2 number "1.50"`, `/3 number "1E400"`, `/4 number "123456789012345678901234567890"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := leaf.Flatten("", []byte(tt.body), leaf.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRepeatedNamesInALargeObject(t *testing.T) {
	var body strings.Builder
	body.WriteString(`{"n":0`)
	for round := range 3 {
		for i := range 100 {
			body.WriteString(`,"k` + strconv.Itoa(i) + `":` + strconv.Itoa(round))
		}
	}
	body.WriteString(`}`)
	checkAgainstReference(t, []byte(body.String()))
}

func FuzzJSONIsReadAsEncodingJSONReadsIt(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5,-0,1e9,true,false,null,"x",{},[]],"b":{"c/d":"~"}}`, `"\ud83d\ude00 \ud83d \u0000"`, `{"a":1,"a":{"b":2},"a":{"b":3}}`,
		`[01]`, `[1.]`, `[.5]`, `[+1]`, `[1,]`, `{"a"}`, `{"a":}`, `{,}`, `[tru]`, "[\"\x01\"]", `"\x"`, `"\u12"`, `nul`, `-`, `{"a" : 1 }  x`, "\"12345678\\n1234567\"",
		"\"样本样本样本\"", "[\"\xff\"]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkAgainstReference(t, body) })
}

// checkAgainstReference holds a JSON text against what encoding/json makes of it.
func checkAgainstReference(t *testing.T, body []byte) {
	t.Helper()
	got, err := leaf.Flatten("application/json", body, leaf.Options{MaxDepth: 1 << 20, MaxLeaves: 1 << 20, MaxInline: 64})
	if err != nil {
		return // a limit
	}
	trimmed := bytes.TrimPrefix(body, []byte("\ufeff"))
	reference, valid := decode(trimmed)
	if !utf8.Valid(body) {
		if got.Format != abi.BodyFormatBinary && got.Format != abi.BodyFormatXML {
			t.Fatalf("format is %s for bytes that are not UTF-8", got.Format)
		}
		return
	}
	if isJSON := got.Format == abi.BodyFormatJSON; isJSON != valid {
		t.Fatalf("read as JSON: %t, encoding/json: %t", isJSON, valid)
	}
	if !valid {
		return
	}
	want := map[string]string{}
	flattenReference(want, "", reference)
	have := map[string]string{}
	for _, l := range got.Leaves {
		if _, twice := have[l.Path]; twice {
			t.Errorf("path %q twice", l.Path)
		}
		text := l.Value
		if l.Handle != 0 {
			text = string(got.Blobs[l.Handle-1])
		}
		if l.Size != uint64(len(text)) {
			t.Errorf("size %d, want %d", l.Size, len(text))
		}
		have[l.Path] = l.Type.String() + " " + text
	}
	if diff := cmp.Diff(want, have, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}

func decode(body []byte) (v any, valid bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, errors.Is(err, io.EOF)
}

func flattenReference(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			out[path] = "empty_object "
		}
		for name, member := range v {
			flattenReference(out, path+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), member)
		}
	case []any:
		if len(v) == 0 {
			out[path] = "empty_array "
		}
		for i, item := range v {
			flattenReference(out, path+"/"+strconv.Itoa(i), item)
		}
	case string:
		out[path] = "string " + v
	case json.Number:
		out[path] = "number " + v.String()
	case bool:
		out[path] = "bool " + strconv.FormatBool(v)
	case nil:
		out[path] = "null "
	}
}
