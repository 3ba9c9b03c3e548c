package value

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func TestARequestIsPutTogether(t *testing.T) {
	src := shelf{
		secrets: map[string]Secret{
			"app_code": {Text: []byte("code-1"), Uses: []string{UsePlain}},
			"app_key":  {Text: []byte("key 1"), Uses: []string{UsePlain, "md5"}},
			"unused":   {Text: []byte("unused"), Uses: []string{UsePlain}},
		},
		blobs: map[uint32][]byte{0: picture(3000)},
	}
	got, err := New(src, Limits{}).Request(&abi.HTTPRequest{
		Method: "POST",
		URL:    "https://vendor.example/ocr%2Fv1?a=b",
		Query:  []abi.NamedValue{{Name: "姓 名", Value: of("x+y z")}, {Name: "k", Value: of(secret("app_key"))}},
		Headers: []abi.NamedValue{
			{Name: "authorization", Value: of("APPCODE ", secret("app_code"))},
			{Name: "x-sign", Value: of(digest(1, of(secret("app_key")), hex32))},
			{Name: "X-Sum", Value: of(digest(1, of(theBody()), hex32))},
			{Name: "x-many", Value: of("1")},
			{Name: "X-Many", Value: of("2")},
		},
		Body: &abi.Body{Form: &abi.Form{Fields: []abi.NamedValue{{Name: "image", Value: of("x")}}}},
	}, nonce)
	if err != nil {
		t.Fatal(err)
	}
	if body := string(readAll(t, got.Body.Stream)); body != "image=x" {
		t.Errorf("body %q", body)
	}
	got.Body = Body{}
	want := &Request{
		Method: "POST",
		URL:    "https://vendor.example/ocr%2Fv1?a=b&%E5%A7%93%20%E5%90%8D=x%2By%20z&k=key%201",
		Header: http.Header{
			"Authorization": {"APPCODE code-1"},
			"X-Sign":        {sumOf("key 1")},
			"X-Sum":         {sumOf("image=x")},
			"X-Many":        {"1", "2"},
			"Content-Type":  {"application/x-www-form-urlencoded"},
		},
		Sensitive: []string{"Authorization", "X-Sign"},
		Secrets:   []string{"app_code", "app_key"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Stream{})); diff != "" {
		t.Error(diff)
	}
}

func sumOf(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }

func TestTheQueryIsAppendedToWhatIsThere(t *testing.T) {
	q := []abi.NamedValue{{Name: "a", Value: of("1")}, {Name: "b"}}
	for url, want := range map[string]string{
		"http://h":       "http://h?a=1&b=",
		"http://h/p?":    "http://h/p?a=1&b=",
		"http://h/p?x=y": "http://h/p?x=y&a=1&b=",
		"http://h/p?x&":  "http://h/p?x&a=1&b=",
	} {
		got, err := New(shelf{}, Limits{}).Request(&abi.HTTPRequest{Method: "GET", URL: url, Query: q}, "")
		if err != nil || got.URL != want {
			t.Errorf("%s gives %v, %v; want %s", url, got, err, want)
		}
	}
}

func TestTheProvidersContentTypeWins(t *testing.T) {
	form := &abi.Body{Form: &abi.Form{}}
	multi := &abi.Body{Multipart: &abi.Multipart{}}
	for _, c := range []struct {
		name  string
		body  *abi.Body
		given string
		want  string
	}{
		{"none and no body", nil, "", ""},
		{"none and a raw body", &abi.Body{Raw: of("x")}, "", ""},
		{"none and a form", form, "", "application/x-www-form-urlencoded"},
		{"one with a charset", form, "application/x-www-form-urlencoded; charset=UTF-8", "application/x-www-form-urlencoded; charset=UTF-8"},
		{"one with the right boundary", multi, "multipart/form-data;boundary=\"ocrmux" + nonce + "\"", "multipart/form-data;boundary=\"ocrmux" + nonce + "\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := &abi.HTTPRequest{Method: "POST", URL: "https://h", Body: c.body}
			if c.given != "" {
				req.Headers = []abi.NamedValue{{Name: "content-type", Value: of(c.given)}}
			}
			got, err := New(shelf{}, Limits{}).Request(req, nonce)
			if err != nil || got.Header.Get("Content-Type") != c.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestBadRequestsGiveTypedErrors(t *testing.T) {
	src := shelf{secrets: map[string]Secret{"line": {Text: []byte("top-secret\n"), Uses: []string{UsePlain}}}}
	header := func(name string, v *abi.Value) func(*abi.HTTPRequest) {
		return func(r *abi.HTTPRequest) {
			r.Headers = []abi.NamedValue{{Name: "X-Ok", Value: of("1")}, {Name: name, Value: v}}
		}
	}
	url := func(u string) func(*abi.HTTPRequest) { return func(r *abi.HTTPRequest) { r.URL = u } }
	for _, c := range []struct {
		name string
		edit func(*abi.HTTPRequest)
		kind Kind
		path string
	}{
		{"no method", func(r *abi.HTTPRequest) { r.Method = "" }, KindBadName, "method"},
		{"a method with a space", func(r *abi.HTTPRequest) { r.Method = "GET /" }, KindBadName, "method"},
		{"a tunnel", func(r *abi.HTTPRequest) { r.Method = "CONNECT" }, KindBadName, "method"},
		{"no URL", url(""), KindBadName, "url"},
		{"a relative URL", url("/path"), KindBadName, "url"},
		{"another scheme", url("file:///etc/passwd"), KindBadName, "url"},
		{"user info", url("https://u:p@h/"), KindBadName, "url"},
		{"a fragment", url("https://h/#f"), KindBadName, "url"},
		{"an empty fragment", url("https://h/#"), KindBadName, "url"},
		{"a space", url("https://h/a b"), KindBadName, "url"},
		{"a line break", url("https://h/a\r\nb"), KindBadName, "url"},
		{"a long URL", url("https://h/" + strings.Repeat("x", 40<<10)), KindTooLarge, "url"},
		{
			"a long query", func(r *abi.HTTPRequest) {
				r.Query = []abi.NamedValue{{Name: "a", Value: of(strings.Repeat(" ", 20<<10))}}
			},
			KindTooLarge, "query[0].value.parts[0]",
		},
		{"a header without a name", header("", of("x")), KindBadName, "headers[1].name"},
		{"a header with a colon", header("a:b", of("x")), KindBadName, "headers[1].name"},
		{"Host", header("host", of("x")), KindBadName, "headers[1].name"},
		{"Content-Length", header("Content-length", of("1")), KindBadName, "headers[1].name"},
		{"Transfer-Encoding", header("TRANSFER-ENCODING", of("chunked")), KindBadName, "headers[1].name"},
		{"Connection", header("Connection", of("close")), KindBadName, "headers[1].name"},
		{"a line break in a header", header("a", of("x\r\nEvil: 1")), KindBadText, "headers[1].value"},
		{"a NUL in a header", header("a", of("x\x00")), KindBadText, "headers[1].value"},
		{"a line break in a secret", header("a", of(secret("line"))), KindBadText, "headers[1].value"},
		{"a long header", header("a", of(strings.Repeat("x", 70<<10))), KindTooLarge, "headers[1].value.parts[0]"},
		{"a bad body", func(r *abi.HTTPRequest) { r.Body = &abi.Body{} }, KindUnknownPart, "body"},
		{
			"a strange boundary", func(r *abi.HTTPRequest) {
				r.Headers = []abi.NamedValue{{Name: "Content-Type", Value: of("multipart/form-data; boundary=x")}}
				r.Body = &abi.Body{Multipart: &abi.Multipart{}}
			}, KindBadName, "headers",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := &abi.HTTPRequest{Method: "GET", URL: "https://h/"}
			c.edit(req)
			_, err := New(src, Limits{}).Request(req, nonce)
			wantKind(t, err, c.kind, c.path)
			if err != nil && strings.Contains(err.Error(), "top-secret") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestTheBodyMayStandInAHeaderOrTheQuery(t *testing.T) {
	v := of("<", theBody(), ">")
	got, err := New(shelf{}, Limits{}).Request(&abi.HTTPRequest{
		Method: "POST", URL: "https://h/", Body: &abi.Body{Raw: of("a b")},
		Query: []abi.NamedValue{{Name: "b", Value: v}}, Headers: []abi.NamedValue{{Name: "B", Value: v}},
	}, "")
	if err != nil || got.URL != "https://h/?b=%3Ca%20b%3E" || got.Header.Get("B") != "<a b>" {
		t.Errorf("got %+v, %v", got, err)
	}
}
