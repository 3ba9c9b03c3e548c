package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

const fuzzSecret = "top-secret-top-secret"

func fuzzShelf() shelf {
	return shelf{
		secrets: map[string]Secret{
			"k": {Text: []byte(fuzzSecret), Uses: everyUse()},
			"n": {Text: []byte(fuzzSecret)},
		},
		blobs: map[uint32][]byte{0: picture(8000), 1: []byte("张三\u2028"), 2: {}},
	}
}

// fuzzLimits keep one run short.
func fuzzLimits() Limits {
	return Limits{Parts: 1000, LiteralBytes: 64 << 10, BodyBytes: 256 << 10, DigestBytes: 8 << 20}
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind == "" || e.Reason == "" {
		t.Fatalf("untyped error %v", err)
	}
	if strings.Contains(err.Error(), "top-secret") {
		t.Fatalf("the error shows a secret: %v", err)
	}
}

func FuzzRequest(f *testing.F) {
	sum := of(hmacOf(abi.AlgorithmSHA256, of("x", secret("k")), of(theBody(), image(b64), digest(5, of(secret("n")), raw)), b64))
	for _, body := range []*abi.Body{
		nil,
		{Raw: of("a", image(abi.EncodingBase64Percent), secret("k"))},
		{Form: &abi.Form{Fields: []abi.NamedValue{{Name: "image", Value: of(image(b64))}, {Name: "张", Value: of(blob(1, raw))}}}},
		{Multipart: &abi.Multipart{Fields: []abi.MultipartField{{Name: "f", Filename: "a.jpg", ContentType: "image/jpeg", Value: of(image(raw))}}}},
		{JSON: &abi.JSON{Object: &abi.JSONObject{Members: []abi.JSONMember{
			{Name: "image", Value: &abi.JSON{Text: of(image(b64))}},
			{Name: "list", Value: &abi.JSON{Array: &abi.JSONArray{Items: []abi.JSON{{Literal: "1"}, {Text: of(blob(1, raw))}}}}},
		}}}},
	} {
		req := abi.HTTPRequest{
			Method: "POST", URL: "https://vendor.example/p?a=b", Body: body,
			Query:   []abi.NamedValue{{Name: "q", Value: of("a b")}},
			Headers: []abi.NamedValue{{Name: "X-Sign", Value: sum}},
		}
		f.Add(req.AppendWire(nil))
		req.Headers = nil
		f.Add(req.AppendWire(nil))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var req abi.HTTPRequest
		if req.UnmarshalWire(wire) != nil {
			return
		}
		for _, h := range req.Headers {
			Explain(h.Value)
		}
		got, err := New(fuzzShelf(), fuzzLimits()).Request(&req, nonce)
		if err != nil {
			checkError(t, err)
			return
		}
		u, err := url.Parse(got.URL)
		if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
			t.Fatalf("the URL is %q, %v", got.URL, err)
		}
		for name, values := range got.Header {
			for _, v := range values {
				if strings.ContainsAny(name+v, "\r\n\x00") {
					t.Fatalf("header %q: %q", name, v)
				}
			}
		}
		checkBody(t, req.Body, got.Body)
	})
}

// checkBody reads a body twice and has it understood by those who will receive such bodies.
func checkBody(t *testing.T, from *abi.Body, body Body) {
	t.Helper()
	text := readAll(t, body.Stream)
	if body.Len > fuzzLimits().BodyBytes {
		t.Fatalf("%d bytes", body.Len)
	}
	switch {
	case from == nil:
	case from.JSON != nil && !json.Valid(text):
		t.Fatalf("no JSON: %q", text)
	case from.Form != nil:
		for i, pair := range bytes.Split(text, []byte("&")) {
			name, _, _ := strings.Cut(string(pair), "=")
			back, err := url.QueryUnescape(name)
			if err != nil || len(from.Form.Fields) > 0 && back != from.Form.Fields[i].Name {
				t.Fatalf("field %d: %q, %v", i, name, err)
			}
		}
	case from.Multipart != nil:
		_, params, err := mime.ParseMediaType(body.ContentType)
		if err != nil {
			t.Fatal(err)
		}
		r := multipart.NewReader(bytes.NewReader(text), params["boundary"])
		parts := 0
		for ; ; parts++ {
			p, err := r.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				return // a value may hold the boundary: the provider knows the nonce and harms only itself
			}
			if _, err := io.Copy(io.Discard, p); err != nil {
				return
			}
		}
		if parts < len(from.Multipart.Fields) {
			t.Fatalf("%d parts of %d", parts, len(from.Multipart.Fields))
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range awkward() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		form := escapeForm.append(nil, []byte(s))
		query := escapeQuery.append(nil, []byte(s))
		if string(form) != url.QueryEscape(s) || string(query) != strings.ReplaceAll(url.QueryEscape(s), "+", "%20") {
			t.Fatalf("%q gives %q and %q", s, form, query)
		}
		if escapeForm.size([]byte(s)) != len(form) || escapeQuery.size([]byte(s)) != len(query) {
			t.Fatalf("%q: sizes are wrong", s)
		}
		whole := strings.ToValidUTF8(s, "")
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(whole); err != nil {
			t.Fatal(err)
		}
		got := escapeJSON.append([]byte(`"`), []byte(whole))
		if string(got)+"\"\n" != want.String() || escapeJSON.size([]byte(whole)) != len(got)-1 {
			t.Fatalf("%q gives %q, want %q", whole, got, want.String())
		}
	})
}
