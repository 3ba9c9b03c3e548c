package leaf_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

func TestForm(t *testing.T) {
	tests := []struct {
		name, query string
		want        []string
	}{
		{"a plus is a space and %2B a plus", "a=1+2%2B3", []string{`/a string "1 2+3"`}},
		{"an equals sign in a value belongs to it", "img=QQ==", []string{`/img string "QQ=="`}},
		{"a field that repeats is numbered like an array", "a=1&b=2&a=3", []string{`/a/0 string "1"`, `/b string "2"`, `/a/1 string "3"`}},
		{"names are escaped", "a%2Fb~=1", []string{`/a~1b~0 string "1"`}},
		{"a semicolon separates nothing", "img=data:image/jpeg;base64,QQ", []string{`/img string "data:image/jpeg;base64,QQ"`}},
		{"empty pairs are skipped, empty names are not", "&&=1&", []string{`/ string "1"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := leaf.FlattenQuery(tt.query, leaf.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzFormIsReadAsNetURLReadsIt(f *testing.F) {
	for _, seed := range []string{"a=1&b=%20+&a=2", "=&==&%", "%zz", "a=%ff&%e6%a0%b7=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if strings.Contains(query, ";") {
			return // refused there, an ordinary character here
		}
		got, err := leaf.FlattenQuery(query, leaf.Options{})
		if err != nil {
			return // a limit
		}
		want, wantErr := url.ParseQuery(query)
		if refused := got.Format == abi.BodyFormatText; refused != (wantErr != nil) {
			t.Fatalf("refused: %t, net/url: %v", refused, wantErr)
		}
		if wantErr != nil {
			return
		}
		have := map[string][]string{}
		for _, l := range got.Leaves {
			text := l.Value
			if l.Handle != 0 {
				text = string(got.Blobs[l.Handle-1])
			}
			name := l.Path[1:]
			if i := strings.IndexByte(name, '/'); i >= 0 {
				name = name[:i] // a number: slashes of the name itself are escaped
			}
			name = jsonpointer.Unescape(name)
			have[name] = append(have[name], text)
		}
		for name := range want {
			if !utf8.ValidString(name) {
				return // becomes U+FFFD, perhaps together with others
			}
		}
		if diff := cmp.Diff(map[string][]string(want), have, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestMultipart(t *testing.T) {
	part := func(head, content string) string { return "--B\r\n" + head + "\r\n\r\n" + content + "\r\n" }
	field := func(name, content string) string {
		return part(`Content-Disposition: form-data; name="`+name+`"`, content)
	}
	tests := []struct {
		name, body string
		want       []string
		reason     string // of the error, if one is wanted
	}{
		{
			name: "jumdata's request has fields by value and a file as a blob",
			body: field("appId", "demo") + field("sign", "ab") +
				part("Content-Disposition: form-data; name=\"file\"; filename=\"C:\\x\\card.jpg\"\r\nContent-Type: image/jpeg", "\xff\xd8\r\n--Bx") + "--B--\r\n",
			want: []string{`/appId string "demo"`, `/sign string "ab"`, `/file string "" blob 1 file card.jpg`},
		},
		{name: "a preamble, an epilogue and white space after a boundary are skipped", body: "hello\r\n" + strings.Replace(field("a", "1"), "--B\r\n", "--B \t\r\n", 1) + "--B--bye", want: []string{`/a string "1"`}},
		{name: "line feeds alone will do", body: "--B\nContent-Disposition: form-data; name=a\n\n1\r\n\n--B--", want: []string{`/a string "1\r\n"`}},
		{name: "an empty file field of a browser is a field without text", body: part(`Content-Disposition: form-data; name="f"; filename=""`, "") + "--B--", want: []string{`/f string ""`}},
		{name: "an empty part may share its line break with the boundary", body: "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n--B--", want: []string{`/a string ""`}},
		{name: "no parts are no leaves", body: "--B--"},
		{name: "a part in GBK is converted", body: part("Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=GBK", "\xd1\xf9\xb1\xbe") + "--B--", want: []string{`/a string "样本"`}},
		{name: "a field that is not UTF-8 is a blob", body: field("a", "\xff\xd8") + "--B--", want: []string{`/a string "" blob 1`}},
		{name: "a field that repeats is numbered like an array", body: field("a", "1") + field("a", "2") + "--B--", want: []string{`/a/0 string "1"`, `/a/1 string "2"`}},
		{name: "a body without its last boundary is refused", body: field("a", "1"), reason: "last boundary"},
		{name: "a body without any boundary is refused", body: "a=1", reason: "does not contain the boundary"},
		{name: "a part without a name is refused", body: part("Content-Disposition: form-data", "1") + "--B--", reason: "without a name"},
		{name: "a part without header lines is refused", body: "--B\r\n\r\n1\r\n--B--", reason: "Content-Disposition"},
		{name: "a part whose header lines do not end is refused", body: "--B\r\nContent-Disposition: form-data; name=a\r\n--B--", reason: "header lines"},
		{name: "a part in a transfer encoding is refused", body: part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", "QQ==") + "--B--", reason: "transfer encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := leaf.Flatten("multipart/form-data; boundary=B", []byte(tt.body), leaf.Options{})
			checkError(t, err)
			if (err != nil) != (tt.reason != "") || err != nil && !strings.Contains(err.Error(), tt.reason) {
				t.Fatalf("error is %v, want %q", err, tt.reason)
			}
			if err == nil && got.Format != abi.BodyFormatMultipart {
				t.Errorf("format is %s", got.Format)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}

	t.Run("a content type without a boundary is refused", func(t *testing.T) {
		_, err := leaf.Flatten("multipart/form-data", []byte("--B--"), leaf.Options{})
		if err == nil || !strings.Contains(err.Error(), "no boundary") {
			t.Error(err)
		}
	})
}

func FuzzMultipartThatMimeWritesIsRead(f *testing.F) {
	f.Add("a", []byte("1"), "card.jpg", []byte("\r\n--B"), "BOUNDARY")
	f.Add("", []byte(""), "", []byte("\r\n"), "b")
	f.Fuzz(func(t *testing.T, name string, value []byte, filename string, file []byte, boundary string) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		if w.SetBoundary(boundary) != nil {
			return
		}
		delimiter := []byte("\r\n--" + boundary)
		if bytes.Contains(value, delimiter[2:]) || bytes.Contains(file, delimiter[2:]) || !utf8.ValidString(name+filename) || strings.ContainsAny(name+filename, "\x00\"\\/\r\n") {
			return
		}
		fieldPart, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"`, name)}})
		if err != nil {
			t.Fatal(err)
		}
		fieldPart.Write(value)
		filePart, err := w.CreateFormFile("the file", filename)
		if err != nil {
			t.Fatal(err)
		}
		filePart.Write(file)
		w.Close()

		theirs, theirErr := multipart.NewReader(bytes.NewReader(body.Bytes()), boundary).ReadForm(1 << 20)
		got, err := leaf.Flatten(w.FormDataContentType(), body.Bytes(), leaf.Options{})
		if err != nil {
			if theirErr == nil && len(name)+len(filename) < 1000 {
				t.Fatalf("mime/multipart reads what was refused: %v", err)
			}
			return
		}
		if theirErr != nil {
			return
		}
		if values := theirs.Value[name]; len(values) > 0 && name != "the file" && utf8.Valid(value) {
			if l := got.Leaves[0]; l.Handle == 0 && l.Value != values[0] {
				t.Errorf("field is %q, want %q", l.Value, values[0])
			}
		}
		last := got.Leaves[len(got.Leaves)-1]
		if headers := theirs.File["the file"]; len(headers) > 0 && !bytes.Equal(got.Blobs[last.Handle-1], file) {
			t.Errorf("file is %q, want %q", got.Blobs[last.Handle-1], file)
		}
	})
}
