package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// The document's example: sha256 of xyzxy2121zxyz, efcefcef1121cefcefc1212121 and 1555378976238, computed with sha256sum.
const (
	appID     = "xyzxy2121zxyz"
	appSecret = "efcefcef1121cefcefc1212121"
	timestamp = "1555378976238"
	signature = "6ddcdc405743c576cb6d34b17b47ed56e2b9b6670fae1fe85ed01244fd31558b"
)

func accept(t *testing.T, r *http.Request) *sdktest.InboundCall {
	t.Helper()
	return sdktest.Accept(t, provider{}, time.UnixMilli(1555378976238), nil, r)
}

func uploaded(t *testing.T, file []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range [][2]string{{"appId", appID}, {"timestamp", timestamp}, {"sign", signature}} {
		if err := w.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "card.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/ocr/idcard-v1", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// with returns the example with other parameters. An empty one is left out.
func with(params ...string) *http.Request {
	form := url.Values{"appId": {appID}, "timestamp": {timestamp}, "sign": {signature}, "base64": {"QUJD"}}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
		if params[i+1] == "" {
			form.Del(params[i])
		}
	}
	return posted(form)
}

func TestAcceptRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		request *http.Request
		message string
	}{
		{"no appId", with("appId", ""), "appId不能为空"},
		{"no timestamp", with("timestamp", ""), "timestamp不能为空"},
		{"no sign", with("sign", ""), "sign不能为空"},
		{"timestamp is not a number", with("timestamp", "now"), "timestamp必须是毫秒数"},
		{"no picture", with("base64", ""), "file、base64、url必须且只能提供一个"},
		{"two pictures", with("url", "https://p.example.com/1.jpg"), "file、base64、url必须且只能提供一个"},
		{"one picture under both names", with("image", "QUJD"), "file、base64、url必须且只能提供一个"},
		{"an empty file", uploaded(t, nil), "file、base64、url必须且只能提供一个"},
		{"an address longer than a leaf", with("base64", "", "url", "https://p.example.com/"+strings.Repeat("x", 2000)), "url过长"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := accept(t, tt.request).Response(t)
			if diff := cmp.Diff(`{"msg":"`+tt.message+`","code":400}`, said.Body); diff != "" || said.Status != 200 {
				t.Error(said.Status, diff)
			}
		})
	}
	t.Run("a timestamp that is too old, if max_skew_seconds is set", func(t *testing.T) {
		late := time.UnixMilli(1555378976238 + 61_000)
		v := sdktest.Accept(t, provider{}, late, map[string]any{"max_skew_seconds": 60}, with())
		if said := v.Response(t).Body; said != `{"msg":"timestamp已过期","code":400}` {
			t.Error(said)
		}
	})
}

func TestAcceptAdmits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		request *http.Request
		picture sdk.InboundPicture
	}{
		{"a file", uploaded(t, []byte("jpeg")), *sdk.PictureFrom(&sdk.Leaf{Handle: 1}, sdk.Raw)},
		{"base64", with(), sdk.InboundPicture{Base64: "QUJD"}},
		{"base64 under its other name", with("base64", "", "image", "QUJD"), sdk.InboundPicture{Base64: "QUJD"}},
		{"long base64", with("base64", strings.Repeat("QUJD", 500)), *sdk.PictureFrom(&sdk.Leaf{Handle: 1}, sdk.Base64)},
		{"an address", with("base64", "", "url", "https://p.example.com/1.jpg"), sdk.InboundPicture{URL: "https://p.example.com/1.jpg"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := accept(t, tt.request)
			if v.Admit == nil {
				t.Fatal(v.Response(t).Body)
			}
			if diff := cmp.Diff(&tt.picture, v.Admit.Picture); diff != "" {
				t.Error(diff)
			}
			if f := v.Refusal(t, ".", map[string]string{"app_id": appID, "app_secret": appSecret}); f != nil {
				t.Errorf("refused: %+v", f)
			}
			for message, account := range map[string]map[string]string{
				"appId不存在": {"app_id": "other", "app_secret": appSecret}, "签名错误": {"app_id": appID, "app_secret": "other"},
			} {
				f := v.Refusal(t, ".", account)
				if f == nil {
					t.Fatalf("admitted, want %s", message)
				}
				want := `{"code":400,"msg":"` + message + `","taskNo":"` + sdktest.CallID + `","charge":false}`
				if diff := cmp.Diff(want, v.Reply(t, nil, f).Body); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	const head = `{"code":200,"msg":"成功","taskNo":"` + sdktest.CallID + `","charge":true,"data":{"result":0,"side":`
	turned := 91.0
	front := &sdk.Recognition{Side: sdk.Front, Billed: sdk.BilledYes, Fields: []sdk.Field{
		{Name: sdk.IDNumber, Value: "11010119900307803X"}, {Name: sdk.Name, Value: "样本张三"}, {Name: sdk.Address, Value: "浙江省杭州市样本路1号", Flags: []string{sdk.Uncertain}},
		{Name: sdk.BirthDate, Value: "1990-03-07"}, {Name: sdk.Ethnicity, Value: "汉"}, {Name: sdk.Sex, Value: "male"},
	}}
	back := &sdk.Recognition{Side: sdk.Back, Billed: sdk.BilledYes, Rotation: &turned, Fields: []sdk.Field{
		{Name: sdk.IssuingAuthority, Value: "杭州市公安局余杭分局"}, {Name: sdk.ValidFrom, Value: "2019-08-06"}, {Name: sdk.ValidUntil, LongTerm: true},
	}}
	half := &sdk.Recognition{Side: sdk.Back, Billed: sdk.BilledYes, Fields: back.Fields[:2]}
	tests := []struct {
		name        string
		recognition *sdk.Recognition
		failure     *sdk.Fail
		want        string
	}{
		{"the portrait side, with a doubt", front, nil, head + `"front","info":{"number":"11010119900307803X","name":"样本张三","address":"浙江省杭州市样本路1号","year":"1990","month":"3","day":"7","nation":"汉","sex":"男"},` +
			`"validity":{"birthday":true,"number":true,"address":false,"sex":true,"name":true}}}`},
		{"the emblem side, turned", back, nil, head + `"back","rotate":"cw90","info":{"authority":"杭州市公安局余杭分局","timelimit":"20190806-长期"},"validity":{"authority":true,"timelimit":true}}}`},
		{"one end of the validity", half, nil, head + `"back","info":{"authority":"杭州市公安局余杭分局"},"validity":{"authority":true,"timelimit":false}}}`},
		{"no card", nil, &sdk.Fail{Kind: sdk.NoDocument, Billed: sdk.BilledYes}, head + `"front","info":{},"validity":{"birthday":false,"number":false,"address":false,"sex":false,"name":false}}}`},
		{"a picture that breaks the limits", nil, &sdk.Fail{Kind: sdk.InvalidImage}, `{"code":400,"msg":"照片格式不正确","taskNo":"` + sdktest.CallID + `","charge":false}`},
		{"an account behind the door", nil, &sdk.Fail{Kind: sdk.Unauthenticated}, `{"code":500,"msg":"系统维护,请稍候再试","taskNo":"` + sdktest.CallID + `","charge":false}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := accept(t, with()).Reply(t, tt.recognition, tt.failure)
			if diff := cmp.Diff(tt.want, said.Body); diff != "" || said.Status != 200 {
				t.Error(said.Status, diff)
			}
		})
	}
}

func FuzzAccept(f *testing.F) {
	sdktest.FuzzAccept(f, provider{}, ".", with(), with("base64", "", "url", "https://p.example.com/1.jpg"))
}
