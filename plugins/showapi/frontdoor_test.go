package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

const (
	appCode       = "83359fd73fe94948385f570e3c139105"
	pictureSigned = "jUWeJbgiwXRMoGk9ZP3PScUDB/K4SYHAtkwejNr31Ks="
)

func accept(t *testing.T, r *http.Request) *sdktest.InboundCall {
	t.Helper()
	return sdktest.Accept(t, provider{}, time.UnixMilli(1700000000000), nil, r)
}

func TestAcceptRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"both pictures":                  "imgData=QUJD&imgUrl=https%3A%2F%2Fpictures.example.com%2F1.jpg",
		"both, as the sample is printed": "imgData=imgData&imgUrl=https%3A%2F%2Fpictures.example.com%2F1.jpg&need_more_info=need_more_info",
		"none":                           "need_more_info=1",
		"empty ones":                     "imgData=&imgUrl=",
		"an address longer than a leaf":  "imgUrl=https%3A%2F%2Fpictures.example.com%2F" + strings.Repeat("x", 2000),
		"JSON":                           `{"imgData": "QUJD"}`,
		"no body":                        "",
	}
	const want = `{"showapi_res_error":"","showapi_res_code":0,"showapi_res_id":"0102030405060708090a0b0c0d0e0f10",` +
		`"showapi_res_body":{"ret_code":-1,"flag":false,"msg":"错误的 imgData 或 imgUrl 参数！"},"showapi_fee_num":0}`
	for name, form := range tests {
		t.Run(name, func(t *testing.T) {
			got := accept(t, posted(form)).Response(t)
			if diff := cmp.Diff(want, got.Body); diff != "" || got.Status != 200 {
				t.Error(got.Status, diff)
			}
		})
	}
}

func TestAcceptAdmits(t *testing.T) {
	t.Parallel()
	long := "imgData=" + strings.Repeat("QUJD", 500)
	tests := []struct {
		name, form string
		picture    sdk.InboundPicture
		more       string
	}{
		{"base64", "imgData=QUJD", sdk.InboundPicture{Base64: "QUJD"}, "0"},
		{"long base64", long, *sdk.PictureFrom(&sdk.Leaf{Handle: 1}, sdk.Base64), "0"},
		{"an address", "imgUrl=https%3A%2F%2Fpictures.example.com%2F1.jpg&imgData=", sdk.InboundPicture{URL: "https://pictures.example.com/1.jpg"}, "0"},
		{"all fields", "imgData=QUJD&need_more_info=1", sdk.InboundPicture{Base64: "QUJD"}, "1"},
		{"the number only", "imgData=QUJD&need_more_info=0", sdk.InboundPicture{Base64: "QUJD"}, "0"},
		{"need_more_info is something else", "imgData=QUJD&need_more_info=need_more_info", sdk.InboundPicture{Base64: "QUJD"}, "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := accept(t, posted(tt.form))
			if v.Admit == nil {
				t.Fatal(v.Response(t).Body)
			}
			if diff := cmp.Diff(&tt.picture, v.Admit.Picture); diff != "" || string(v.Admit.State) != tt.more {
				t.Error(string(v.Admit.State), diff)
			}
			if f := v.Refusal(t, ".", map[string]string{"app_code": appCode}); f != nil {
				t.Errorf("refused: %+v", f)
			}
		})
	}
}

// The picture is a parameter, so the signature covers its unescaped base64. The signature was computed with a separate
// script from a string-to-sign that was written by hand:
//
//	POST\napplication/json\n\napplication/x-www-form-urlencoded; charset=UTF-8\n\nx-ca-key:appKey\n/ocrIdCard?imgData=(+/+= 500 times)&need_more_info=1
func TestAcceptSignatureCoversThePicture(t *testing.T) {
	t.Parallel()
	request := func(data string) *http.Request {
		r := posted(url.Values{"need_more_info": {"1"}, "imgData": {data}}.Encode(),
			"Accept", "application/json", "X-Ca-Key", "appKey", "X-Ca-Signature-Headers", "x-ca-key", "X-Ca-Signature", pictureSigned)
		r.Header.Del("Authorization")
		return r
	}
	account := map[string]string{"app_key": "appKey", "app_secret": "appSecret"}
	if f := accept(t, request(strings.Repeat("+/+=", 500))).Refusal(t, ".", account); f != nil {
		t.Errorf("refused: %+v", f)
	}
	if f := accept(t, request(strings.Repeat("+/+=", 499)+"+/+A")).Refusal(t, ".", account); f == nil {
		t.Error("another picture is admitted")
	}
}

func specimen() *sdk.Recognition {
	return &sdk.Recognition{
		Document: "cn.idcard", Side: sdk.Front, Billed: sdk.BilledYes,
		Fields: []sdk.Field{
			{Name: sdk.Name, Value: "样本张三"}, {Name: sdk.Ethnicity, Value: "汉"}, {Name: sdk.Sex, Value: "male"},
			{Name: sdk.BirthDate, Value: "1990-03-07"}, {Name: sdk.Address, Value: "湖北省武汉市样本路1号"}, {Name: sdk.IDNumber, Value: "11010119900307803X"},
		},
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	const head = `{"showapi_res_error":"","showapi_res_code":0,"showapi_res_id":"` + sdktest.CallID + `","showapi_res_body":`
	free, unread := specimen(), specimen()
	free.Billed = sdk.BilledNo
	unread.Fields = unread.Fields[:1]
	tests := []struct {
		name, form  string
		recognition *sdk.Recognition
		failure     *sdk.Fail
		want        string
	}{
		{"all fields", "imgData=QUJD&need_more_info=1", specimen(), nil, head + `{"ret_code":0,"flag":true,"msg":"识别成功!","idNo":"11010119900307803X","name":"样本张三","sex":"男","birthday":"1990-03-07","nationality":"汉","addr":"湖北省武汉市样本路1号"}}`},
		{"the number only", "imgData=QUJD", free, nil, head + `{"ret_code":-1,"flag":true,"msg":"识别成功!","idNo":"11010119900307803X","name":"","sex":"","birthday":"","nationality":"","addr":""}}`},
		{"a card whose number was not read", "imgData=QUJD&need_more_info=1", unread, nil, head + `{"ret_code":0,"flag":false,"msg":"识别失败","idNo":"","name":"样本张三","sex":"","birthday":"","nationality":"","addr":""}}`},
		{"a picture that cannot be used", "imgData=QUJD", nil, &sdk.Fail{Kind: sdk.InvalidImage}, head + `{"ret_code":-1,"flag":false,"msg":"错误的 imgData 或 imgUrl 参数！"},"showapi_fee_num":0}`},
		{"no card, and billed", "imgData=QUJD", nil, &sdk.Fail{Kind: sdk.NoDocument, Billed: sdk.BilledYes}, head + `{"ret_code":0,"flag":false,"msg":"未检测到身份证人像面"},"showapi_fee_num":1}`},
		{"a failure behind the door", "imgData=QUJD", nil, &sdk.Fail{Kind: sdk.Internal}, `{"showapi_res_error":"系统调用错误","showapi_res_code":-1,"showapi_res_id":"` + sdktest.CallID + `","showapi_res_body":{}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := accept(t, posted(tt.form)).Reply(t, tt.recognition, tt.failure)
			if diff := cmp.Diff(tt.want, got.Body); diff != "" || got.Status != 200 {
				t.Error(got.Status, diff)
			}
		})
	}
}

func FuzzAccept(f *testing.F) {
	signed := posted("imgUrl=https%3A%2F%2Fp.example.com%2F1.jpg", "X-Ca-Key", "appKey", "X-Ca-Signature", "x", "X-Ca-Signature-Headers", "x-ca-key,x-ca-nonce", "X-Ca-Nonce", "n-1")
	signed.Header.Del("Authorization")
	sdktest.FuzzAccept(f, provider{}, ".", posted("imgData=QUJD&need_more_info=1"), signed)
}
