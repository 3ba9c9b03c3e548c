package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
)

const nonce = "0123456789abcdef0123456789abcdef"

// awkward are texts that every escaping treats differently.
func awkward() []string {
	return []string{
		"", "plain", "张三 1+1", "a&b=c?d#e/f%20", `say "hi" \ there`, "tab\tnew\nline\r\b\f\x00\x1f\x7f",
		"<script>&amp;</script>", "\u2028 and \u2029", "𠮷🙂", strings.Repeat("长\u2028", 5000), strings.Repeat(`+/="\`, 3000),
		"-._~!*'()",
	}
}

func TestAFormIsWrittenAsNetURLWritesIt(t *testing.T) {
	data := picture(20_000)
	src := shelf{blobs: map[uint32][]byte{0: data}}
	encoded := base64.StdEncoding.EncodeToString(data)
	var form abi.Form
	var want []string
	for _, text := range awkward() {
		form.Fields = append(form.Fields, abi.NamedValue{Name: text, Value: of(text, "|", image(b64))})
		want = append(want, url.QueryEscape(text)+"="+url.QueryEscape(text+"|"+encoded))
	}
	form.Fields = append(form.Fields,
		abi.NamedValue{Name: "twice", Value: of(image(abi.EncodingBase64Percent))}, abi.NamedValue{Name: "none"})
	want = append(want, "twice="+url.QueryEscape(url.QueryEscape(encoded)), "none=")
	body, err := New(src, Limits{}).Body(&abi.Body{Form: &form}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(readAll(t, body.Stream)); got != strings.Join(want, "&") {
		t.Error("the form differs from net/url's")
	}
	if body.ContentType != "application/x-www-form-urlencoded" {
		t.Errorf("content type %q", body.ContentType)
	}
}

func TestBase64ThenPercentIsWhatAFormMakesOfBase64(t *testing.T) {
	src := shelf{blobs: map[uint32][]byte{0: picture(20_000)}}
	form, err := New(src, Limits{}).Body(&abi.Body{Form: &abi.Form{Fields: []abi.NamedValue{{Name: "i", Value: of(image(b64))}}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	rawBody, err := New(src, Limits{}).Body(&abi.Body{Raw: of("i=", image(abi.EncodingBase64Percent))}, "")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readAll(t, form.Stream), readAll(t, rawBody.Stream)) {
		t.Error("the two differ")
	}
}

func TestJSONIsWrittenAsEncodingJSONWritesIt(t *testing.T) {
	data := picture(20_000)
	long := strings.Repeat("长文\u2029\n", 4000)
	src := shelf{blobs: map[uint32][]byte{0: data, 1: []byte(long)}}
	object := &abi.JSONObject{}
	want := map[string]any{}
	for i, text := range awkward() {
		name := string(rune('a'+i)) + text // in the order in which encoding/json sorts
		object.Members = append(object.Members, abi.JSONMember{Name: name, Value: &abi.JSON{Text: of(text, blob(1, raw), image(b64))}})
		want[name] = text + long + base64.StdEncoding.EncodeToString(data)
	}
	literals := &abi.JSONArray{}
	for _, l := range []string{"0", "-1.5e+7", "true", "false", "null"} {
		literals.Items = append(literals.Items, abi.JSON{Literal: l})
	}
	literals.Items = append(literals.Items,
		abi.JSON{Object: &abi.JSONObject{}}, abi.JSON{Array: &abi.JSONArray{}}, abi.JSON{Text: of()})
	object.Members = append(object.Members, abi.JSONMember{Name: "z", Value: &abi.JSON{Array: literals}})
	want["z"] = []any{0, json.Number("-1.5e+7"), true, false, nil, struct{}{}, []any{}, ""}

	body, err := New(src, Limits{}).Body(&abi.Body{JSON: &abi.JSON{Object: object}}, "")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(want); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, body.Stream); !bytes.Equal(got, bytes.TrimSuffix(text.Bytes(), []byte("\n"))) {
		t.Error("the JSON differs from encoding/json's")
	}
	if body.ContentType != "application/json" {
		t.Errorf("content type %q", body.ContentType)
	}
}

func TestAMultipartBodyIsWrittenAsMimeMultipartWritesIt(t *testing.T) {
	data := picture(20_000)
	src := shelf{blobs: map[uint32][]byte{0: data}}
	fields := []abi.MultipartField{
		{Name: "appId", Value: of("x1")},
		{Name: "姓名", Value: of("张三\r\n--ocrmux")},
		{Name: "image", Value: of(image(b64))},
		{Name: "file", Filename: "样本 card.jpg", ContentType: "image/jpeg", Value: of(image(raw))},
		{Name: "empty"},
	}
	body, err := New(src, Limits{}).Body(&abi.Body{Multipart: &abi.Multipart{Fields: fields}}, nonce)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	w := multipart.NewWriter(&want)
	if err := w.SetBoundary("ocrmux" + nonce); err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		disposition := `form-data; name="` + f.Name + `"`
		h := textproto.MIMEHeader{}
		if f.Filename != "" {
			disposition += `; filename="` + f.Filename + `"`
			h.Set("Content-Type", f.ContentType)
		}
		h.Set("Content-Disposition", disposition)
		part, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(src, Limits{}).Stream(f.Value)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.WriteTo(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, body.Stream); !bytes.Equal(got, want.Bytes()) {
		t.Error("the body differs from mime/multipart's")
	}
	if body.ContentType != w.FormDataContentType() {
		t.Errorf("content type %q, want %q", body.ContentType, w.FormDataContentType())
	}
}

func TestMultipartNamesSurviveAReader(t *testing.T) {
	fields := []abi.MultipartField{{Name: `a"b;c=d`, Filename: `样本 "1".jpg`, Value: of("v")}}
	body, err := New(shelf{}, Limits{}).Body(&abi.Body{Multipart: &abi.Multipart{Fields: fields}}, nonce)
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(body.ContentType)
	if err != nil {
		t.Fatal(err)
	}
	stream, _ := body.Open()
	part, err := multipart.NewReader(stream, params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	value, err := io.ReadAll(part)
	got := []string{part.FormName(), part.FileName(), string(value)}
	if diff := cmp.Diff([]string{`a%22b;c=d`, `样本 %221%22.jpg`, "v"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAnEmptyMultipartBodyCanBeRead(t *testing.T) {
	body, err := New(shelf{}, Limits{}).Body(&abi.Body{Multipart: &abi.Multipart{}}, nonce)
	if err != nil {
		t.Fatal(err)
	}
	stream, _ := body.Open()
	if _, err := multipart.NewReader(stream, "ocrmux"+nonce).NextPart(); err != io.EOF {
		t.Errorf("NextPart: %v", err)
	}
}

func TestARuneMayLieAcrossPartsOfAJSONString(t *testing.T) {
	for _, text := range []string{"长", "\u2028", "🙂", "é", "a长b🙂c"} {
		for i := range len(text) + 1 {
			for j := i; j <= len(text); j++ {
				v := of(text[:i], text[i:j], text[j:])
				body, err := New(shelf{}, Limits{}).Body(&abi.Body{JSON: &abi.JSON{Text: v}}, "")
				if err != nil {
					t.Fatalf("%q cut at %d and %d: %v", text, i, j, err)
				}
				var back string
				if err := json.Unmarshal(readAll(t, body.Stream), &back); err != nil || back != text {
					t.Errorf("%q cut at %d and %d came back as %q, %v", text, i, j, back, err)
				}
			}
		}
	}
}

func TestBadBodiesGiveTypedErrors(t *testing.T) {
	text := func(parts ...any) *abi.Body { return &abi.Body{JSON: &abi.JSON{Text: of(parts...)}} }
	literal := func(s string) *abi.Body { return &abi.Body{JSON: &abi.JSON{Literal: s}} }
	part := func(f abi.MultipartField) *abi.Body {
		return &abi.Body{Multipart: &abi.Multipart{Fields: []abi.MultipartField{f}}}
	}
	deep := &abi.JSON{Literal: "1"}
	for range 40 {
		deep = &abi.JSON{Array: &abi.JSONArray{Items: []abi.JSON{*deep}}}
	}
	src := shelf{blobs: map[uint32][]byte{0: picture(10_000)}}
	for _, c := range []struct {
		name string
		body *abi.Body
		kind Kind
		path string
	}{
		{"no member", &abi.Body{}, KindUnknownPart, ""},
		{"two members", &abi.Body{Raw: of(), Form: &abi.Form{}}, KindUnknownPart, ""},
		{"JSON with no member", &abi.Body{JSON: &abi.JSON{}}, KindUnknownPart, "json"},
		{
			"a member without a value", &abi.Body{JSON: &abi.JSON{Object: &abi.JSONObject{Members: make([]abi.JSONMember, 1)}}},
			KindUnknownPart, "json.object.members[0].value",
		},
		{
			"a member whose name is no text",
			&abi.Body{JSON: &abi.JSON{Object: &abi.JSONObject{Members: []abi.JSONMember{{Name: "\xff", Value: &abi.JSON{Literal: "1"}}}}}},
			KindBadText, "json.object.members[0].name",
		},
		{"a literal that is an object", literal("{}"), KindBadJSON, "json.literal"},
		{"a literal that is a string", literal(`"x"`), KindBadJSON, "json.literal"},
		{"two literals", literal("1,2"), KindBadJSON, "json.literal"},
		{"a literal with white space", literal("1 "), KindBadJSON, "json.literal"},
		{"a literal with a comment", literal("1//"), KindBadJSON, "json.literal"},
		{"infinity", literal("Infinity"), KindBadJSON, "json.literal"},
		{"arrays without end", &abi.Body{JSON: deep}, KindTooDeep, "json" + strings.Repeat(".array.items[0]", 33)},
		{"a picture as text", text(image(raw)), KindBadText, "json.text.parts[0]"},
		{"half a rune at the end", text("\xe9\x95"), KindBadText, "json.text"},
		{"half a rune before base64", text("\xe9\x95", image(b64)), KindBadText, "json.text.parts[1]"},
		{"half a rune before another", text("\xe9\x95", "长"), KindBadText, "json.text.parts[1]"},
		{"the body in itself", &abi.Body{Raw: of(digest(1, of(theBody()), hex32))}, KindCycle, "raw.parts[0].digest.data.parts[0]"},
		{"a line break in a name", part(abi.MultipartField{Name: "a\r\nb"}), KindBadName, "multipart.fields[0].name"},
		{"a backslash in a file name", part(abi.MultipartField{Name: "a", Filename: `b\`}), KindBadName, "multipart.fields[0].filename"},
		{"a line break in a type", part(abi.MultipartField{Name: "a", ContentType: "a\nb"}), KindBadText, "multipart.fields[0].content_type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(src, Limits{}).Body(c.body, nonce)
			wantKind(t, err, c.kind, c.path)
		})
	}
	for _, bad := range []string{"", "a b", "a\r\n", strings.Repeat("x", 65)} {
		_, err := New(src, Limits{}).Body(part(abi.MultipartField{Name: "a"}), bad)
		wantKind(t, err, KindBadName, "")
	}
	_, err := New(src, Limits{BodyBytes: 10_001}).Body(&abi.Body{Form: &abi.Form{Fields: []abi.NamedValue{{Name: "a", Value: of(image(raw))}}}}, "")
	wantKind(t, err, KindTooLarge, "form.fields[0].value.parts[0]")
}
