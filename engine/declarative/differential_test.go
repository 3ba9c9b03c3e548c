package declarative_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func load(t *testing.T, r catalog.Runtime, path string) catalog.Module {
	t.Helper()
	found := catalog.File(path)
	if found.Err != nil {
		t.Fatal(found.Err)
	}
	m, err := r.Load(t.Context(), found.Plugin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

func TestRandomAnswersMeanTheSameWithAndWithoutAProgram(t *testing.T) {
	module := plugintest.WASM(t, "../../plugins/showapi", t.TempDir())
	guests, err := wasm.New(wasm.Config{Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = guests.Close(context.Background()) })
	program, file := load(t, guests, module), load(t, declarative.New(), "testdata/showapi.provider.yaml")
	r := rand.New(rand.NewPCG(4, 3))
	kinds := make(map[string]int)
	for n := range 1500 {
		start := randomStart(r)
		sent := same(t, n, program, file, start, start).exchanges()
		if n%4 == 0 {
			sent[0].State, sent[1].State = nil, nil // as after AppCode
		}
		answer := randomAnswer(t, r)
		requests := [2]*abi.StepRequest{}
		for i := range requests {
			response := *answer
			response.State = sent[i].State
			requests[i] = &abi.StepRequest{Context: start.Context, Response: &response}
		}
		kinds[same(t, n, program, file, requests[0], requests[1]).what()]++
	}
	if len(kinds) < 10 || kinds["done"] < 40 {
		t.Errorf("the answers are not various enough: %v", kinds)
	}
}

// pair is what the two say to one step.
type pair [2]*abi.Action

func (p pair) exchanges() [2]*abi.Exchange { return [2]*abi.Exchange{p[0].Exchange, p[1].Exchange} }

func (p pair) what() string {
	if p[0].Fail != nil {
		return p[0].Fail.Kind.String()
	}
	return "done"
}

// same holds the actions of two modules to each other.
func same(t *testing.T, n int, one, other catalog.Module, in, otherIn *abi.StepRequest) pair {
	t.Helper()
	a := both(t, one, other, in, otherIn)
	compared := a
	for i, e := range a.exchanges() {
		if e != nil {
			plain := *e
			plain.State = nil // is each provider's own
			compared[i] = &abi.Action{Exchange: &plain}
			mergeLiterals(reflect.ValueOf(plain.Request))
		}
	}
	if diff := cmp.Diff(compared[0], compared[1]); diff != "" {
		t.Fatalf("answer %d %s (-program +file):\n%s", n, shownAnswer(in), diff)
	}
	return a
}

func shownAnswer(in *abi.StepRequest) string {
	if in.Response == nil {
		return fmt.Sprintf("%+v", in.Start)
	}
	return fmt.Sprintf("%d %v %v", in.Response.Status, in.Response.Headers, in.Response.Leaves)
}

func both(t *testing.T, one, other catalog.Module, in, otherIn *abi.StepRequest) pair {
	t.Helper()
	var out pair
	for i, m := range []catalog.Module{one, other} {
		var err error
		if out[i], err = m.Step(t.Context(), []*abi.StepRequest{in, otherIn}[i], nil); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// mergeLiterals makes one part of literals that follow each other, everywhere in a message: how a text is cut into parts means
// nothing.
func mergeLiterals(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if value, ok := v.Interface().(*abi.Value); ok {
			merge(value)
		}
		mergeLiterals(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			mergeLiterals(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			mergeLiterals(v.Index(i))
		}
	}
}

func merge(v *abi.Value) {
	var out []abi.Part
	for _, p := range v.Parts {
		if n := len(out); p.Literal != nil && n > 0 && out[n-1].Literal != nil {
			out[n-1].Literal = append(append([]byte(nil), out[n-1].Literal...), p.Literal...)
			continue
		}
		out = append(out, p)
	}
	v.Parts = out
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomStart(r *rand.Rand) *abi.StepRequest {
	c := &abi.Context{NowUnixMs: r.Int64N(2e12), Nonce: strings.Repeat("a1", 16)}
	c.Secrets = pick(r, []string{"app_code"}, []string{"app_key", "app_secret"}, []string{"app_code", "app_key"}, []string{"app_code", "app_key", "app_secret"})
	option := func(name string, values ...string) {
		if v := pick(r, values...); v != "" {
			c.Config = append(c.Config, abi.Leaf{Path: "/" + name, Value: v})
		}
	}
	option("endpoint", "", "", "http://127.0.0.1:8080", "http://127.0.0.1:8080/", "https://proxy.example/a/b//")
	option("signature_method", "", "HmacSHA1", "HmacSHA256")
	option("need_more_info", "", "0", "1")
	s := &abi.Start{Document: "cn.idcard", Picture: &abi.PictureInfo{Format: abi.ImageFormatJPG, Width: 9, Height: 9, Size: 99}}
	if r.IntN(2) == 0 {
		s.Picture = &abi.PictureInfo{URL: pick(r, "https://p.example/1.jpg", "https://p.example/?a=b&token=t%20", "https://p.example/样")}
	}
	if v := pick(r, "", "", "0", "1", "true", "false", "maybe"); v != "" {
		s.Options = []abi.Leaf{{Path: "/need_more_info", Value: v}}
	}
	return &abi.StepRequest{Context: c, Start: s}
}

func randomAnswer(t *testing.T, r *rand.Rand) *abi.Response {
	header := http.Header{}
	set := func(name string, values ...string) {
		if v := pick(r, values...); v != "" {
			header.Set(name, v)
		}
	}
	words := []string{
		"Invalid Signature, Server StringToSign:`POST#x#/ocrIdCard?imgData=abcdef&need_more_info=1`", "invalid SIGNATURE", "Empty Signature",
		"Nonce Used", "Quota Exhausted", "Throttled by USER Flow Control", "Unauthorized", "Invalid Url", "Request too Large",
		"Empty Request Body", "Backend service timeout", "Service Unavailable", "Internal Error", "something new?a=" + strings.Repeat("b", 70),
		"Invalid Content-MD5", "User Arrears", "Provider Account Overdue", "Timestamp Expired", "Access Control Forbidden",
	}
	if r.IntN(3) == 0 {
		set("X-Ca-Error-Message", words...)
		set("X-Ca-Error-Code", "", "T429GR", "A403")
	}
	set("X-Ca-Request-Id", "", "gateway-1")
	set("Retry-After", "", "", "7", "soon", "5000000000")
	return sdktest.Answer(t, pick(r, 200, 200, 200, 200, 400, 401, 403, 404, 429, 500, 502, 503, 504), header, randomBody(r)).Response
}

func randomBody(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return pick(r, "", "<html></html>", "not found", "[]", "a=b", "\x00\xff", `{"showapi_res_code": {}}`)
	}
	code := pick(r, "0", "0", "0", `"0"`, "-1", "-2", "-3", `"-6"`, "-1002", "-1009", "-1014", "-9999", `""`, "null", "7")
	members := []string{`"showapi_res_code": ` + code}
	add := func(list *[]string, name string, values ...string) {
		if v := pick(r, values...); v != "" {
			*list = append(*list, fmt.Sprintf("%q: %s", name, v))
		}
	}
	add(&members, "showapi_res_error", "", `""`, `"出错"`)
	add(&members, "showapi_res_id", "", `"id-1"`, "17")
	add(&members, "showapi_fee_num", "", "0", "1")
	var body []string
	add(&body, "flag", "", "true", "true", `"true"`, "1", "false", "0", `"x"`)
	add(&body, "ret_code", "", "0", "-1", `"0"`, `"x"`)
	add(&body, "msg", "", `"识别成功!"`, `"错误的 imgData 或 imgUrl 参数！"`, `"imgdata"`, `"未检测到身份证人像面"`)
	for _, name := range []string{"name", "sex", "nationality", "birthday", "addr", "idNo"} {
		add(&body, name, "", "", `"样本"`, `""`, "null", `["x"]`)
	}
	add(&body, "remark", "", "", `"x"`, `{"a": [1, "b"]}`)
	members = append(members, `"showapi_res_body": {`+strings.Join(body, ", ")+"}")
	return "{" + strings.Join(members, ", ") + "}"
}
