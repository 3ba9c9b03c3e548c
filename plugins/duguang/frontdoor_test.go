package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func accept(t *testing.T, r *http.Request) *sdktest.InboundCall {
	t.Helper()
	return sdktest.Accept(t, provider{}, time.UnixMilli(1555378976238), nil, r)
}

func TestAcceptRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		message    string
	}{
		{"img and url", `{"img": "AAAA", "url": "https://pictures.example.com/1.jpg"}`, "img和url参数不能同时存在"},
		{"neither", `{"figure": true}`, "img和url参数不能同时为空"},
		{"both empty, as the samples are printed", `{"img":"","url":"","prob":false,"charInfo":false,"rotate":false,"table":false}`, "img和url参数不能同时为空"},
		{"an address over 1,024 bytes", `{"url": "https://pictures.example.com/` + strings.Repeat("x", 1000) + `"}`, "url长度不能超过1024字节"},
		{"an address longer than a leaf", `{"url": "` + strings.Repeat("x", 5000) + `"}`, "url长度不能超过1024字节"},
		{"the document's own fasle", `{"img": "AAAA", "figure": fasle}`, "请求体不是合法的JSON"},
		{"a form", `img=AAAA`, "请求体不是合法的JSON"},
		{"no body", ``, "请求体不是合法的JSON"},
		{"figure is a word", `{"img": "AAAA", "figure": "yes"}`, "figure参数错误"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := accept(t, posted(tt.body)).Response(t)
			want := fmt.Sprintf(`{"error_code":400,"error_msg":%q}`, tt.message)
			if got.Status != 400 || got.Body != want || got.Header.Get("Content-Type") != "application/json" || got.Header.Get("X-Ca-Request-Id") == "" {
				t.Errorf("got %d %s, want 400 %s", got.Status, got.Body, want)
			}
		})
	}
	t.Run("no credentials", func(t *testing.T) {
		r := posted(`{"img": "AAAA"}`)
		r.Header.Del("Authorization")
		if got := accept(t, r).Response(t); got.Status != 401 || got.Body != "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAcceptAdmits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("QUJD", 500)
	tests := []struct {
		name, body string
		picture    sdk.InboundPicture
		extras     []string
	}{
		{"base64", `{"img": "QUJD"}`, sdk.InboundPicture{Base64: "QUJD"}, nil},
		{"long base64", `{"img": "` + long + `"}`, *sdk.PictureFrom(&sdk.Leaf{Handle: 1}, sdk.Base64), nil},
		{"an address", `{"url": "https://pictures.example.com/1.jpg"}`, sdk.InboundPicture{URL: "https://pictures.example.com/1.jpg"}, nil},
		{"an address beside an empty img, as the samples are filled in", `{"img":"","url":"https://p.example.com/1.jpg","prob":false,"charInfo":false,"rotate":false,"table":false}`, sdk.InboundPicture{URL: "https://p.example.com/1.jpg"}, nil},
		{"with the portrait", `{"img": "QUJD", "figure": true}`, sdk.InboundPicture{Base64: "QUJD"}, []string{"portrait"}},
		{"without the portrait", `{"img": "QUJD", "figure": false}`, sdk.InboundPicture{Base64: "QUJD"}, nil},
		{"figure is null", `{"img": "QUJD", "figure": null}`, sdk.InboundPicture{Base64: "QUJD"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := accept(t, posted(tt.body))
			if v.Admit == nil {
				t.Fatal(v.Response(t).Body)
			}
			if diff := cmp.Diff(&tt.picture, v.Admit.Picture); diff != "" || v.Admit.Document != "cn.idcard" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.extras, v.Admit.Extras); diff != "" {
				t.Error(diff)
			}
			if f := v.Refusal(t, ".", map[string]string{"app_code": "83359fd73fe94948385f570e3c139105"}); f != nil {
				t.Errorf("refused: %+v", f)
			}
		})
	}
}

// specimen is the document's example.
func specimen() *sdk.Recognition {
	angle := 359.0
	return &sdk.Recognition{
		Document: "cn.idcard", Side: sdk.Front, Rotation: &angle,
		Portrait: &sdk.Polygon{Points: []float64{416.2, 114, 570.5, 114.9, 571, 269, 416, 268.1}},
		Fields: []sdk.Field{
			{Name: sdk.Name, Value: "样本李四"}, {Name: sdk.Ethnicity, Value: "汉"}, {Name: sdk.Sex, Value: "female"},
			{Name: sdk.BirthDate, Value: "1990-03-07"}, {Name: sdk.Address, Value: "杭州市余杭区样本路1号"}, {Name: sdk.IDNumber, Value: "500224199003070066"},
		},
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	const data = `{"data":{"name":"样本李四","nation":"汉","gender":"女","birthday":"1990年3月7日","address":"杭州市余杭区样本路1号","id":"500224199003070066"},"angle":359,`
	const sid = `"sid":"` + sdktest.CallID + `"}`
	noPortrait, back := specimen(), specimen()
	noPortrait.Portrait = nil
	back.Fields = []sdk.Field{{Name: sdk.IssuingAuthority, Value: "样本县公安局"}}
	tests := []struct {
		name, body  string
		recognition *sdk.Recognition
		failure     *sdk.Fail
		status      int
		want        string
	}{
		{"a card", `{"img":"QUJD"}`, specimen(), nil, 200, data + sid},
		{"a card with its portrait", `{"img":"QUJD","figure":true}`, specimen(), nil, 200, data + `"figure":[{"type":"face","x":416,"y":114,"w":155,"h":155}],` + sid},
		{"a card whose portrait was not found", `{"img":"QUJD","figure":true}`, noPortrait, nil, 200, data + `"figure":[],` + sid},
		{"the emblem side", `{"img":"QUJD"}`, back, nil, 400, `{"error_code":400,"error_msg":"图片中未检测到身份证人像面"}`},
		{"no card", `{"img":"QUJD"}`, nil, &sdk.Fail{Kind: sdk.NoDocument}, 400, `{"error_code":400,"error_msg":"图片中未检测到身份证人像面"}`},
		{"a picture that breaks the limits", `{"img":"QUJD"}`, nil, &sdk.Fail{Kind: sdk.InvalidImage}, 400, `{"error_code":400,"error_msg":"图片错误,请检查图片的格式、大小和地址"}`},
		{"an account behind the door that has nothing left", `{"img":"QUJD"}`, nil, &sdk.Fail{Kind: sdk.QuotaExhausted}, 500, `{"error_code":500,"error_msg":"服务器错误,请稍后重试"}`},
		{"too many calls", `{"img":"QUJD"}`, nil, &sdk.Fail{Kind: sdk.RateLimited}, 403, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := accept(t, posted(tt.body)).Reply(t, tt.recognition, tt.failure)
			if diff := cmp.Diff(tt.want, got.Body); diff != "" || got.Status != tt.status {
				t.Errorf("status %d\n%s", got.Status, diff)
			}
		})
	}
}

func FuzzAccept(f *testing.F) {
	signed := posted(`{"url":"https://p.example.com/1.jpg","figure":true}`, "X-Ca-Key", "appKey", "X-Ca-Signature", "x", "X-Ca-Signature-Headers", "x-ca-key", "Content-MD5", "x")
	signed.Header.Del("Authorization")
	sdktest.FuzzAccept(f, provider{}, ".", posted(`{"img":"QUJD"}`), signed)
}
