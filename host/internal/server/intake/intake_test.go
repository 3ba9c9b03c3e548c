package intake_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
	"github.com/ocrmux/ocrmux/internal/message"
)

const limit = 1 << 20

// picture returns bytes that are not a picture, which this package does not check.
func picture(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func post(query, kind string, body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/recognize?"+query, body)
	r.Header.Set("Content-Type", kind)
	return r
}

func inJSON(t testing.TB, members map[string]any) io.Reader {
	t.Helper()
	b, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b)
}

// inParts returns a multipart body and its type.
func inParts(t testing.TB, picture []byte, texts ...string) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("image", "card.jpg")
	if err == nil {
		_, err = part.Write(picture)
	}
	for i := 0; i < len(texts) && err == nil; i += 2 {
		err = w.WriteField(texts[i], texts[i+1])
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

func read(r *http.Request) (*intake.Form, error) {
	return intake.Read(httptest.NewRecorder(), r, limit)
}

func TestReadIgnoresEmptyFormFields(t *testing.T) {
	kind, parts := inParts(t, picture(10), "side", "", "route", "", "extras", "", "fetch", "", "options", "")
	f, err := read(post("provider=", kind, parts))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(engine.Request{}, f.Request, cmpopts.IgnoreUnexported(engine.Request{}, engine.Picture{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestReadTreatsTheThreeFormsAlike(t *testing.T) {
	for _, size := range []int{1, 2, 3, 1000, 300 << 10, limit} {
		card := picture(size)
		kind, parts := inParts(t, card, "side", "front", "extras", "portrait, seal", "options", `{"n": 1, "deep": {"a": [true, null]}}`, "route", "r", "fetch", "true")
		query := url.Values{"side": {"front"}, "extras": {"portrait", "seal"}, "options": {`{"n":1,"deep":{"a":[true,null]}}`}, "route": {"r"}, "fetch": {"true"}}
		members := map[string]any{
			"side": "front", "extras": []string{"portrait", "seal"}, "options": map[string]any{"n": 1, "deep": map[string]any{"a": []any{true, nil}}}, "route": "r", "fetch": true,
			"image_base64": card, "labels": nil,
		}
		unknownLength := post("", "application/json", io.MultiReader(inJSON(t, members)))
		unknownLength.ContentLength = -1
		var first [32]byte
		for name, r := range map[string]*http.Request{
			"raw": post(query.Encode(), "image/jpeg", bytes.NewReader(card)), "parts": post("", kind, parts),
			"json": post("", "application/json; charset=utf-8", inJSON(t, members)), "json of unknown length": unknownLength,
		} {
			f, err := read(r)
			if err != nil {
				t.Fatalf("%d bytes, %s: %v", size, name, err)
			}
			want := engine.Request{Side: engine.Front, Extras: []string{"portrait", "seal"}, Route: "r", Fetch: true, Options: map[string]any{
				"n": json.Number("1"), "deep": map[string]any{"a": []any{true, nil}},
			}}
			if diff := cmp.Diff(want, f.Request, cmpopts.IgnoreUnexported(engine.Request{}, engine.Picture{})); diff != "" {
				t.Errorf("%d bytes, %s: -want +got\n%s", size, name, diff)
			}
			if !bytes.Equal(f.Bytes(), card) {
				t.Errorf("%d bytes, %s: the picture is another one", size, name)
			}
			digest, err := f.Digest()
			if first == ([32]byte{}) {
				first = digest
			}
			if err != nil || digest != first {
				t.Errorf("%d bytes, %s: it counts as another request: %v", size, name, err)
			}
		}
	}
}

func TestDigestDependsOnEveryParameter(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, query := range []string{"", "side=front", "side=back", "route=a", "provider=a", "extras=a", "fields=a", "labels=a", "signals=a", "fetch=true", "pass_url=true", `options={"a":1}`} {
		f, err := read(post(strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D").Replace(query), "image/png", bytes.NewReader(picture(9))))
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		digest, err := f.Digest()
		if err != nil || seen[digest] != "" {
			t.Errorf("%q is the same as %q: %v", query, seen[digest], err)
		}
		seen[digest] = query + " "
	}
}

func TestReadAcceptsADataURL(t *testing.T) {
	body := `{"image_base64": "data:image\/jpeg;base64,` + strings.ReplaceAll(base64.StdEncoding.EncodeToString(picture(300)), "/", `\/`) + `"}`
	f, err := read(post("", "application/json", strings.NewReader(body)))
	if err != nil || !bytes.Equal(f.Bytes(), picture(300)) {
		t.Fatal(err)
	}
}

func TestReadAcceptsBase64WithLinesAndEscapes(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4, 100, 40 << 10} {
		text := base64.StdEncoding.EncodeToString(picture(size))
		var lines strings.Builder
		for i := 0; i < len(text); i += 76 {
			lines.WriteString(text[i:min(len(text), i+76)] + `\r\n`)
		}
		for _, body := range []string{lines.String(), strings.ReplaceAll(text, "=", `\u003d`), strings.ReplaceAll(text, "/", `\/`)} {
			f, err := read(post("", "application/json", strings.NewReader(`{"image_base64": "`+body+`"}`)))
			if err != nil || !bytes.Equal(f.Bytes(), picture(size)) {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	}
}

// says returns the English text of a code.
func says(code message.Code, pairs ...any) string { return message.New(code, pairs...).String() }

func TestReadReportsMistakesWithoutValues(t *testing.T) {
	kind, _ := inParts(t, nil)
	pictures := says(message.RefusedPictures, "base64", "image_base64", "url", "image_url", "part", "image")
	twoPictures := "--b\r\nContent-Disposition: form-data; name=image\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=image\r\n\r\ny\r\n--b--\r\n"
	for name, c := range map[string]struct {
		query, kind, body string
		status            int
		want              string
	}{
		"no type":                {"", "", "x", 415, says(message.RefusedContentType)},
		"another type":           {"", "text/hunter2", "x", 415, says(message.RefusedContentType)},
		"no picture":             {"", "application/json", `{}`, 400, pictures},
		"an empty picture":       {"", "application/json", `{"image_base64": ""}`, 400, pictures},
		"an empty body":          {"", "image/png", "", 400, pictures},
		"two pictures":           {"", "application/json", `{"image_base64": "aGk=", "image_url": "https://hunter2/"}`, 400, pictures},
		"one picture twice":      {"", "application/json", `{"image_base64": "aGk=", "image_base64": "aGk="}`, 400, says(message.RefusedTwice, "name", "image_base64")},
		"one part twice":         {"", "multipart/form-data; boundary=b", twoPictures, 400, says(message.RefusedTwice, "name", "image")},
		"query and body":         {"side=front", "application/json", `{"image_base64": "aGk=", "side": "front"}`, 400, says(message.RefusedTwice, "name", "side")},
		"twice in the query":     {"side=front&side=front", "image/png", "x", 400, says(message.RefusedTwice, "name", "side")},
		"an address in a query":  {"image_url=https://hunter2", "image/png", "x", 400, says(message.RefusedInQuery, "name", "image_url")},
		"a mistyped name":        {"", "application/json", `{"image_base64": "aGk=", "sied": "hunter2"}`, 400, says(message.RefusedMisspelt, "near", "side")},
		"an unknown name":        {"hunter2=1", "image/png", "x", 400, says(message.RefusedUnknown, "known", "image_url, document")},
		"a wrong side":           {"side=hunter2", "image/png", "x", 400, says(message.RefusedNotSide, "name", "side")},
		"a side in JSON":         {"", "application/json", `{"side": 3}`, 400, says(message.RefusedNotSide, "name", "side")},
		"an unspecified side":    {"side=unspecified", "image/png", "x", 400, says(message.RefusedNotSide, "name", "side")},
		"a wrong list":           {"", "application/json", `{"extras": "hunter2"}`, 400, says(message.RefusedNotWords, "name", "extras")},
		"a wrong switch":         {"fetch=hunter2", "image/png", "x", 400, says(message.RefusedNotSwitch, "name", "fetch")},
		"wrong options":          {"options=hunter2", "image/png", "x", 400, says(message.RefusedNotObject, "name", "options")},
		"options that go on":     {"options=%7B%7D%7B%7D", "image/png", "x", 400, says(message.RefusedNotObject, "name", "options")},
		"a long text":            {"route=" + strings.Repeat("x", 2049), "image/png", "x", 400, says(message.RefusedLong, "name", "route", "limit", 2048)},
		"a long list":            {"labels=" + strings.Repeat("x,", 65), "image/png", "x", 400, says(message.RefusedMany, "name", "labels", "limit", 64)},
		"no JSON":                {"", "application/json", `hunter2`, 400, says(message.RefusedNotJSON)},
		"a list":                 {"", "application/json", `[{}]`, 400, says(message.RefusedNotJSON)},
		"something behind":       {"", "application/json", `{"image_base64": "aGk="} hunter2`, 400, says(message.RefusedNotJSON)},
		"an unfinished object":   {"", "application/json", `{"image_base64": "aGk="`, 400, says(message.RefusedCutOff)},
		"an unfinished picture":  {"", "application/json", `{"image_base64": "aGk=`, 400, says(message.RefusedCutOff)},
		"an unfinished text":     {"", "application/json", `{"route": "hunter2`, 400, says(message.RefusedCutOff)},
		"no base64":              {"", "application/json", `{"image_base64": "hunter2!"}`, 400, says(message.RefusedNotBase64, "name", "image_base64")},
		"base64 without padding": {"", "application/json", `{"image_base64": "aGk"}`, 400, says(message.RefusedNotBase64, "name", "image_base64")},
		"base64 that goes on":    {"", "application/json", `{"image_base64": "aGk=aGk="}`, 400, says(message.RefusedNotBase64, "name", "image_base64")},
		"padding alone":          {"", "application/json", `{"image_base64": "===="}`, 400, says(message.RefusedNotBase64, "name", "image_base64")},
		"base64 that is no text": {"", "application/json", `{"image_base64": 3}`, 400, says(message.RefusedNotText, "name", "image_base64")},
		"a wrong data URL":       {"", "application/json", `{"image_base64": "data:` + strings.Repeat("x", 200) + `"}`, 400, says(message.RefusedDataURL, "name", "image_base64")},
		"an escape that is none": {"", "application/json", `{"image_base64": "a\x"}`, 400, says(message.RefusedNotJSON)},
		"too much beside":        {"", "application/json", `{"options": {"a": "` + strings.Repeat("x", 70<<10) + `"}}`, 400, says(message.RefusedRest, "limit", 65536)},
		"no parts":               {"", kind, "hunter2", 400, pictures},
		"a large picture":        {"", "image/png", strings.Repeat("x", limit+1), 413, says(message.RefusedTooLarge, "limit", limit)},
		"a large body":           {"", "application/json", strings.Repeat(" ", 2*limit), 413, says(message.RefusedTooLarge, "limit", limit)},
	} {
		for _, known := range []bool{true, false} {
			r := post(c.query, c.kind, strings.NewReader(c.body))
			if !known {
				r.ContentLength = -1
			}
			_, err := read(r)
			var wrong *intake.Error
			if !errors.As(err, &wrong) || wrong.Status != c.status || !strings.HasPrefix(wrong.Error(), c.want) || strings.Contains(wrong.Error(), "hunter2") {
				t.Errorf("%s, length known: %v: got %v, want %d %s", name, known, err, c.status, c.want)
			}
		}
	}
}

// unread fails the test if it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

func TestReadRefusesALargeBodyUnread(t *testing.T) {
	for _, kind := range []string{"image/png", "application/json", "multipart/form-data; boundary=b"} {
		r := post("", kind, unread{t})
		r.ContentLength = 2 * limit
		var wrong *intake.Error
		if _, err := read(r); !errors.As(err, &wrong) || wrong.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestReadHoldsAPictureOnce(t *testing.T) {
	card := picture(limit)
	kind, parts := inParts(t, card)
	text, err := io.ReadAll(inJSON(t, map[string]any{"image_base64": card}))
	if err != nil {
		t.Fatal(err)
	}
	form, err := io.ReadAll(parts)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind string
		body []byte
	}{"raw": {"image/png", card}, "json": {"application/json", text}, "parts": {kind, form}} {
		least := ^uint64(0)
		for range 3 { // use the least, since other goroutines allocate, too
			r := post("", c.kind, bytes.NewReader(c.body))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := read(r); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			least = min(least, after.TotalAlloc-before.TotalAlloc)
		}
		if least > limit+400<<10 {
			t.Errorf("%s: %d bytes are allocated for a picture of %d", name, least, limit)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	card := picture(500 << 10)
	kind, parts := inParts(b, card)
	text, err := io.ReadAll(inJSON(b, map[string]any{"image_base64": card}))
	if err != nil {
		b.Fatal(err)
	}
	form, err := io.ReadAll(parts)
	if err != nil {
		b.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind string
		body []byte
	}{"raw": {"image/png", card}, "json": {"application/json", text}, "parts": {kind, form}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(card)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(post("", c.kind, bytes.NewReader(c.body))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
