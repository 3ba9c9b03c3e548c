package leaf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// lines shows leaves one a line: path, type, value, and what a blob holds.
func lines(a leaf.Answer) []string {
	var out []string
	for _, l := range a.Leaves {
		line := fmt.Sprintf("%s %s %q", l.Path, l.Type, l.Value)
		if l.Handle != 0 {
			line += fmt.Sprintf(" blob %d", l.Handle)
		}
		if l.Filename != "" {
			line += " file " + l.Filename
		}
		out = append(out, line)
	}
	return out
}

func TestFlatten(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	tests := []struct {
		name        string
		contentType string
		body        string
		opts        leaf.Options
		format      abi.BodyFormat
		want        []string
	}{
		{
			name:        "duguang's answer has fields below data, a portrait box in an array and a number as written",
			contentType: "application/json; charset=UTF-8",
			body: `{"data":{"name":"样本","nation":"汉","birthday":"1990年1月2日","id":""},"angle":-90.50,` +
				`"figure":[{"type":"face","x":12,"y":3}],"sid":"SPECIMEN-1"}`,
			format: abi.BodyFormatJSON,
			want: []string{
				`/data/name string "样本"`, `/data/nation string "汉"`, `/data/birthday string "1990年1月2日"`, `/data/id string ""`,
				`/angle number "-90.50"`, `/figure/0/type string "face"`, `/figure/0/x number "12"`, `/figure/0/y number "3"`,
				`/sid string "SPECIMEN-1"`,
			},
		},
		{
			name:        "duguang's failure comes as plain text by its header and is JSON all the same",
			contentType: "text/plain",
			body:        `{"error_code":403,"error_msg":"SPECIMEN"}`,
			format:      abi.BodyFormatJSON,
			want:        []string{`/error_code number "403"`, `/error_msg string "SPECIMEN"`},
		},
		{
			name:        "showapi's envelope is JSON under text/html",
			contentType: "text/html;charset=utf-8",
			body:        "\n {\"showapi_res_code\":0,\"showapi_res_error\":\"\",\"showapi_res_body\":{\"flag\":false,\"ret_code\":-1,\"idNo\":null}}\n",
			format:      abi.BodyFormatJSON,
			want: []string{
				`/showapi_res_code number "0"`, `/showapi_res_error string ""`, `/showapi_res_body/flag bool "false"`,
				`/showapi_res_body/ret_code number "-1"`, `/showapi_res_body/idNo null ""`,
			},
		},
		{
			name:   "wapi's retdata may be an array, an empty object or an empty array, and its names are Chinese",
			body:   `{"codeid":"10000","retdata":[{"姓名":{"words":"样本"}},{},[]]}`,
			format: abi.BodyFormatJSON,
			want: []string{
				`/codeid string "10000"`, `/retdata/0/姓名/words string "样本"`, `/retdata/1 empty_object ""`, `/retdata/2 empty_array ""`,
			},
		},
		{
			name:   "wapi's XML has the same names below one root",
			body:   `<?xml version="1.0" encoding="utf-8"?>` + "\n<root><codeid>10000</codeid><retdata><姓名>样本</姓名><住址/></retdata></root>",
			format: abi.BodyFormatXML,
			want:   []string{`/codeid string "10000"`, `/retdata/姓名 string "样本"`, `/retdata/住址 string ""`},
		},
		{
			name:   "jumdata's answer keeps a task number longer than any integer",
			body:   `{"code":200,"charge":true,"taskNo":65605503936940344488,"data":{"result":0,"validity":{"name":true}}}`,
			format: abi.BodyFormatJSON,
			want: []string{
				`/code number "200"`, `/charge bool "true"`, `/taskNo number "65605503936940344488"`, `/data/result number "0"`,
				`/data/validity/name bool "true"`,
			},
		},
		{name: "nothing is empty", format: abi.BodyFormatEmpty},
		{name: "white space is empty", body: " \r\n\t", format: abi.BodyFormatEmpty},
		{name: "a byte order mark alone is empty", body: "\ufeff", format: abi.BodyFormatEmpty},
		{name: "a byte order mark is skipped", body: "\ufeff{\"a\":1}", format: abi.BodyFormatJSON, want: []string{`/a number "1"`}},
		{name: "a JSON string alone is a leaf with an empty path", body: `"ok"`, format: abi.BodyFormatJSON, want: []string{` string "ok"`}},
		{name: "a JSON number alone is a leaf with an empty path", body: `-1.0e+5`, format: abi.BodyFormatJSON, want: []string{` number "-1.0e+5"`}},
		{name: "an empty JSON object alone is a leaf with an empty path", body: ` { } `, format: abi.BodyFormatJSON, want: []string{` empty_object ""`}},
		{name: "JSON in GBK is converted where the content type says so", contentType: "application/json;charset=GBK", body: "{\"name\":\"\xd1\xf9\xb1\xbe\"}", format: abi.BodyFormatJSON, want: []string{`/name string "样本"`}},
		{name: "XML in GB2312 is converted where its declaration says so", contentType: "text/xml", body: "<?xml version=\"1.0\" encoding=\"GB2312\"?><r><a>\xd1\xf9\xb1\xbe</a></r>", format: abi.BodyFormatXML, want: []string{`/a string "样本"`}},
		{name: "the content type's charset goes before the XML declaration's", contentType: "text/xml; charset=utf-8", body: `<?xml version="1.0" encoding="gbk"?><r><a>样本</a></r>`, format: abi.BodyFormatXML, want: []string{`/a string "样本"`}},
		{name: "GBK without a word about it is binary", contentType: "application/json", body: "{\"name\":\"\xd1\xf9\xb1\xbe\"}", format: abi.BodyFormatBinary},
		{name: "a picture is binary", contentType: "image/jpeg", body: "\xff\xd8\xff\xe0", format: abi.BodyFormatBinary},
		{name: "HTML is text", contentType: "application/json", body: "<!DOCTYPE html><html><body><br>502</body></html>", format: abi.BodyFormatText},
		{name: "HTML that is well-formed XML is text", contentType: "text/html", body: "<html><body><h1>502</h1></body></html>", format: abi.BodyFormatText},
		{name: "plain text is text", contentType: "text/plain", body: "no backend", format: abi.BodyFormatText},
		{name: "text that looks like a form is text in an answer", body: "a=1", format: abi.BodyFormatText},
		{name: "JSON with its tail cut off is text", contentType: "application/json", body: `{"a":1,"b":"x`, format: abi.BodyFormatText},
		{name: "JSON with a comma too many is text", contentType: "application/json", body: `{"a":1,}`, format: abi.BodyFormatText},
		{name: "two JSON values are text", body: `{"a":1}{"b":2}`, format: abi.BodyFormatText},
		{name: "an inbound form is read where the content type says so", contentType: form, body: "imgUrl=http%3A%2F%2Fexample.com%2F1.jpg&need_more_info=1&x", opts: leaf.Options{Inbound: true}, format: abi.BodyFormatForm,
			want: []string{`/imgUrl string "http://example.com/1.jpg"`, `/need_more_info string "1"`, `/x string ""`}},
		{name: "an inbound form is read where no content type says anything", body: "time=1545829466&format=json", opts: leaf.Options{Inbound: true}, format: abi.BodyFormatForm,
			want: []string{`/time string "1545829466"`, `/format string "json"`}},
		{name: "JSON under a form's content type is JSON", contentType: form, body: `{"img":"QQ=="}`, format: abi.BodyFormatJSON, want: []string{`/img string "QQ=="`}},
		{name: "a number under a form's content type is a field's name", contentType: form, body: `123`, format: abi.BodyFormatForm, want: []string{`/123 string ""`}},
		{name: "a form in GBK is converted after its bytes are unescaped", contentType: form + "; charset=gbk", body: "name=%d1%f9%B1%be", format: abi.BodyFormatForm, want: []string{`/name string "样本"`}},
		{name: "a form value that is not UTF-8 stays as a blob", contentType: form, body: "img=%ff%d8&a=1", format: abi.BodyFormatForm, want: []string{`/img string "" blob 1`, `/a string "1"`}},
		{name: "a form with a broken percent sequence is text", contentType: form, body: "a=%4", format: abi.BodyFormatText},
		{name: "a malformed content type loses its parameters only", contentType: "application/x-www-form-urlencoded; =", body: "a=1", format: abi.BodyFormatForm, want: []string{`/a string "1"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := leaf.Flatten(tt.contentType, []byte(tt.body), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if got.Format != tt.format {
				t.Errorf("format is %s, want %s", got.Format, tt.format)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLongTextsStayAsBlobs(t *testing.T) {
	long := strings.Repeat("QUJD", 2000)
	escaped := strings.ReplaceAll(strings.Repeat("/9j/", 2000), "/", `\/`)
	body := []byte(`{"short":"` + long[:abi.MaxInlineLeafBytes] + `","img":"` + long + `","php":"` + escaped + `","again":"` + escaped + `","s":"\n"}`)
	got, err := leaf.Flatten("application/json", body, leaf.Options{FirstHandle: 7})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		fmt.Sprintf("/short string %q", long[:abi.MaxInlineLeafBytes]),
		`/img string "" blob 7`, `/php string "" blob 8`, `/again string "" blob 9`, `/s string "\n"`,
	}
	if diff := cmp.Diff(want, lines(got)); diff != "" {
		t.Fatal(diff)
	}
	unescaped := strings.Repeat("/9j/", 2000)
	for i, want := range []string{long, unescaped, unescaped} {
		if string(got.Blobs[i]) != want {
			t.Errorf("blob %d is not the text", i)
		}
		if got.Leaves[i+1].Size != uint64(len(want)) {
			t.Errorf("size %d, want %d", got.Leaves[i+1].Size, len(want))
		}
	}
	at := strings.Index(string(body), `"img":"`) + len(`"img":"`)
	if &got.Blobs[0][0] != &body[at] {
		t.Error("a long string without escapes was copied")
	}
}

func TestEveryTextIsMaskedBeforeItIsGivenOut(t *testing.T) {
	const secret = "5ec7e7"
	mask := func(s string) string { return strings.ReplaceAll(s, secret, "***") }
	long := strings.Repeat("x", 5000)
	bodies := map[string]string{
		"application/json":                  `{"a":"you sent ` + secret + `","` + secret + `":[1,true,"` + long + secret + `"],"n":5` + "\n}",
		"text/xml":                          `<r a="` + secret + `"><b>` + secret + `</b><c>` + long + secret + `</c></r>`,
		"application/x-www-form-urlencoded": "a=" + secret + "&" + secret + "=1&b=" + long + secret,
		"multipart/form-data; boundary=B": "--B\r\nContent-Disposition: form-data; name=\"" + secret + "\"\r\n\r\n" + secret +
			"\r\n--B\r\nContent-Disposition: form-data; name=f; filename=\"" + secret + ".jpg\"\r\n\r\nx\r\n--B--",
	}
	for contentType, body := range bodies {
		t.Run(contentType, func(t *testing.T) {
			got, err := leaf.Flatten(contentType, []byte(body), leaf.Options{Mask: mask})
			if err != nil {
				t.Fatal(err)
			}
			if got.Format == abi.BodyFormatText {
				t.Fatal("the body was not read")
			}
			shown := strings.Join(lines(got), "\n")
			for _, b := range got.Blobs {
				shown += string(b)
			}
			if strings.Contains(shown, secret) {
				t.Error("the secret is in a leaf or a blob")
			}
			if !strings.Contains(shown, "***") {
				t.Error("nothing stands for the secret")
			}
		})
	}

	t.Run("a number that is a secret becomes a string", func(t *testing.T) {
		got, err := leaf.Flatten("", []byte(`{"app_id":12345678}`), leaf.Options{Mask: func(s string) string {
			return strings.ReplaceAll(s, "12345678", "***")
		}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{`/app_id string "***"`}, lines(got)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFlattenQuery(t *testing.T) {
	tests := []struct {
		name, query string
		format      abi.BodyFormat
		want        []string
	}{
		{"wapi's parameters may all stand in the query", "appid=1&format=json&sign=ab", abi.BodyFormatForm, []string{`/appid string "1"`, `/format string "json"`, `/sign string "ab"`}},
		{"no query is empty", "", abi.BodyFormatEmpty, nil},
		{"a query is a form even if it looks like JSON", "{}", abi.BodyFormatForm, []string{`/{} string ""`}},
		{"a broken percent sequence makes it text", "a=%zz", abi.BodyFormatText, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := leaf.FlattenQuery(tt.query, leaf.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" || got.Format != tt.format {
				t.Error(got.Format, diff)
			}
		})
	}
}
