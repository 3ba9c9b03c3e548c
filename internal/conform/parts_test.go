package conform

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/sdk"
)

func TestUsesIn(t *testing.T) {
	t.Parallel()
	derived := sdk.HMAC(sdk.SHA256, sdk.Raw, sdk.Join(sdk.Text("V1"), sdk.Secret("a")), sdk.Text("day"))
	action := sdk.Send(sdk.Post("https://api.example.com").
		Query(sdk.Param("q", sdk.Secret("b"))).
		Header(sdk.Param("h", sdk.HMAC(sdk.SM3, sdk.Hex, derived, sdk.Hash(sdk.MD5, sdk.Hex, sdk.Secret("c"))))).
		JSON(sdk.Object(sdk.Member("list", sdk.Array(sdk.String(sdk.HMAC(sdk.RSASHA256, sdk.Base64, sdk.Secret("d"), sdk.Text("x"))), sdk.Number("1"))))))
	want := []secretUse{
		{"query q", "b", "plain"}, {"header h", "a", "hmac-sha256"}, {"header h", "c", "md5"}, {"body/list", "d", "rsa-sha256"},
	}
	if diff := cmp.Diff(want, usesIn(action.Exchange.Request), cmp.AllowUnexported(secretUse{})); diff != "" {
		t.Error(diff)
	}
	multipart := sdk.Send(sdk.Post("https://api.example.com").Multipart(sdk.FormField("f", sdk.Secret("e"))))
	if diff := cmp.Diff([]secretUse{{"field f", "e", "plain"}}, usesIn(multipart.Exchange.Request), cmp.AllowUnexported(secretUse{})); diff != "" {
		t.Error(diff)
	}
}

func TestSpecimenHasTheFormOfTheTextItReplaces(t *testing.T) {
	t.Parallel()
	read := map[string]string{sdk.BirthDate: "1985年12月1日", sdk.Validity: "2011.02.02-2031.02.02"}
	r := &redaction{read: read, normal: idcard.Normalize(read)}
	for _, tt := range []struct{ field, text, want string }{
		{sdk.Name, "欧阳", "样本"}, {sdk.Name, "欧阳某某", "样本张三"}, {sdk.Name, "欧*某", "样*张"}, {sdk.Name, "阿卜杜拉·买买提·某某", "样本张三李四王五"},
		{sdk.Sex, "女性", "男性"}, {sdk.Sex, "男", "男"},
		{sdk.Ethnicity, "维吾尔族", "汉族"},
		{sdk.BirthDate, "1985年12月1日", "1990年3月7日"}, {sdk.BirthDate, "1985-12-01", "1990-03-07"}, {sdk.BirthDate, "1985/12/11", "1990/03/07"}, {sdk.BirthDate, "1985-3-11", "1990-3-7"}, {sdk.BirthDate, "19851201", "19900307"},
		{sdk.BirthDate, "1985", "1990"}, {sdk.BirthDate, "12", "3"}, {sdk.BirthDate, "1", "7"}, {sdk.BirthDate, "01", "07"}, {sdk.BirthDate, "12月", "3月"},
		{sdk.Validity, "2011.02.02-2031.02.02", "2019.08.06-2039.08.06"}, {sdk.Validity, "20110202-长期", "20190806-长期"}, {sdk.ValidUntil, "长期", "长期"},
		{sdk.IDNumber, "330106198512019996", "11010119900307803X"}, {sdk.IDNumber, "330106851201999", "110101900307803"},
		{sdk.IDNumber, "330106********9996", "110101********803X"}, {sdk.IDNumber, "330106 19851201 9996", "110101 19900307 803X"},
		{sdk.Address, "浙江省杭州市", specimenAddress}, {"another", "Ab1欧", "Bc4样"},
	} {
		if got := r.specimen(tt.field, tt.text); got != tt.want {
			t.Errorf("%s %q becomes %q, want %q", tt.field, tt.text, got, tt.want)
		}
	}
}

func TestTableIsParsedStrictly(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                                    "has no row",
		"1 200 unreadable no yes yes":         "line 1: a row has the columns",
		"1 99 unreadable no yes yes -":        `"99" is not an HTTP status`,
		"1 200 unreadable maybe yes yes -":    `"maybe" is neither yes nor no`,
		"1 200 unreadable no yes sometimes -": `"sometimes"`,
		"\n# code\n1 200 - - - - - m\n1 200 - - - - - m":                    "line 4: the code 1 is listed twice with this message",
		"exchange 0\n1 200 - - - - -":                                       `"0" is not the number of an exchange`,
		"golden front\nexchange 2\n1 200 exchange - - - -\n* 200 - - - - -": "",
	} {
		err := new(table).parse("failures", text)
		if got := ""; (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			if err != nil {
				got = err.Error()
			}
			t.Errorf("%q: the error is %q, want %q", text, got, says)
		}
	}
}

func FuzzTableOfFailures(f *testing.F) {
	f.Add("# code\n1 200 unreadable no yes yes caller a message\n* 503 exchange - - - -\ngolden x\nexchange 3")
	f.Fuzz(func(t *testing.T, text string) {
		tb := &table{template: "{status}\n\n{code}{message}"}
		if tb.parse("failures", text) != nil {
			return
		}
		for _, r := range append(tb.rows, tb.asRow()) {
			if a, ok := tb.fill(r); ok && (a.status < 200 || a.status > 599) {
				t.Errorf("a status of %d", a.status)
			}
		}
	})
}

// Unedited parts stay unchanged byte for byte. An edited text has the same form.
func FuzzEditJSON(f *testing.F) {
	for _, s := range []string{`{"a": ["x", 1.50, {"b/~": null}], "c": true}`, ` "x" `, `[1e9,{}]`, `{"a":"\u00e9\ud83d\ude00","a":2}`, "{}x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		same, ok := editJSON(text, func(_, value string, _ bool) (string, bool) { return value, true })
		if !ok {
			return
		}
		if same != text {
			t.Errorf("it became %q", same)
		}
		edited, _ := editJSON(text, func(_, _ string, isText bool) (string, bool) { return "样\"本", isText })
		if json.Valid([]byte(text)) && !json.Valid([]byte(edited)) {
			t.Errorf("%q is not JSON", edited)
		}
		flat, err := leaf.Flatten("application/json", []byte(text), leaf.Options{})
		if err != nil || flat.Format != abi.BodyFormatJSON {
			return
		}
		again, err := leaf.Flatten("application/json", []byte(edited), leaf.Options{})
		if err != nil || len(again.Leaves) != len(flat.Leaves) {
			t.Fatalf("%q has other leaves", edited)
		}
		for i, l := range again.Leaves {
			if l.Path != flat.Leaves[i].Path || l.Type == abi.LeafTypeString && l.Value != "样\"本" {
				t.Errorf("%s is %q", l.Path, l.Value)
			}
		}
	})
}
