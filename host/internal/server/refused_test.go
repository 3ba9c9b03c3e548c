package server_test

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// heavy returns a picture whose file has at least n bytes.
func heavy(t testing.TB, n int) []byte {
	t.Helper()
	noise := image.NewGray(image.Rect(0, 0, 2000, n/2000+1))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = byte(state >> 24)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, noise); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewGray(image.Rect(0, 0, 100, 60)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFrontDoorsRefuseWhatTheirVendorsWould(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	picture := card(t)
	text := base64Of(picture)
	one := map[string]any{"img": text}
	both := map[string]any{"img": text, "url": "https://pictures.example/card.jpg"}
	hour := strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)
	body := `{"img":"` + text + `"}`
	signedBody := byKey(appID, appSecret, "n1", "POST", "/ocrservice/idcard", jsonType, body, nil)
	form := params{"imgData": text, "need_more_info": "1"}
	signedForm := func(nonce string) params {
		return byKey(appID, appSecret, nonce, "POST", "/ocrIdCard", formType, "", form)
	}
	duguang := func(headers params, members map[string]any) *http.Request {
		return duguangRequest(t, b, headers, members)
	}
	img := func(picture []byte) *http.Request {
		return duguang(byCode(appCode), map[string]any{"img": base64Of(picture)})
	}
	showapi := func(headers, form params) *http.Request { return showapiRequest(t, b, headers, form) }
	wapi := func(p params) *http.Request { return wapiPost(t, b, p) }
	wapiOf := func(given ...string) *http.Request {
		return wapi(wapiSigned(appSecret, params{"url_image": text}.with(given...)))
	}
	jumdata := func(fields params, file []byte) *http.Request { return jumdataRequest(t, b, fields, file) }
	const (
		badPicture = `400 {"error_code":400,"error_msg":"图片错误,请检查图片的格式、大小和地址"}`
		noImgData  = `"ret_code":-1,"flag":false,"msg":"错误的 imgData 或 imgUrl 参数！"`
		wrongShape = `"msg":"照片格式不正确"`
	)
	for _, tt := range []struct {
		name    string
		request *http.Request
		want    string // a part of the answer's text, at its beginning where it is the status
	}{
		//attack-each:caller-identity
		{"duguang without authorization", duguang(nil, both), "401 Need authorization"},
		{"duguang with a wrong AppCode", duguang(byCode("wrong"), one), "403 Invalid AppCode"},
		{"duguang with an empty AppCode", duguang(byCode(""), one), "403 Invalid AppCode"},
		{"duguang with a client's AppSecret as AppCode", duguang(byCode(appSecret), one), "403 Invalid AppCode"},
		{"duguang with an unknown AppKey", duguang(byKey("nobody", appSecret, "n", "POST", "/ocrservice/idcard", jsonType, body, nil), one), "400 Invalid AppKey"},
		{"duguang with another client's AppSecret", post(t, b.url+"/ocrservice/idcard", jsonType, body, byKey(appID, otherSecret, "n", "POST", "/ocrservice/idcard", jsonType, body, nil)), "400 Invalid Signature, Server StringToSign:`POST"},
		{"duguang with a body other than the signed one", post(t, b.url+"/ocrservice/idcard", jsonType, body+" ", signedBody), "400 Invalid Content-MD5"},
		{"duguang with another signed header", post(t, b.url+"/ocrservice/idcard", jsonType, body, signedBody.with("X-Ca-Nonce", "n2")), "400 Invalid Signature"},
		{"duguang signed an hour ago", post(t, b.url+"/ocrservice/idcard", jsonType, body, signedBody.with("X-Ca-Timestamp", hour+"000")), "400 Timestamp Expired"},
		//attack-each:
		{"duguang with two pictures", duguang(byCode(appCode), both), `400 {"error_code":400,"error_msg":"img和url参数不能同时存在"}`},
		{"duguang with no picture", duguang(byCode(appCode), map[string]any{"img": "", "url": ""}), `400 {"error_code":400,"error_msg":"img和url参数不能同时为空"}`},
		{"duguang with what is no JSON", post(t, b.url+"/ocrservice/idcard", jsonType, `{"img": fasle}`, byCode(appCode)), `400 {"error_code":400,"error_msg":"请求体不是合法的JSON"}`},
		{"duguang with what is no base64", duguang(byCode(appCode), map[string]any{"img": "***"}), badPicture},
		{"duguang with what is no picture", img([]byte("no picture")), badPicture},
		{"duguang with a picture that is too small", img(jpegOf(t, 100, 14)), badPicture},
		{"duguang with a picture that is too large", img(jpegOf(t, 4097, 15)), badPicture},
		{"duguang with a picture that is too heavy", img(heavy(t, 3<<20)), badPicture},
		{"duguang with a GIF", img(gifOf(t)), badPicture},
		{"duguang with a long address", duguang(byCode(appCode), map[string]any{"url": "https://pictures.example/" + strings.Repeat("x", 1000)}), `400 {"error_code":400,"error_msg":"url`},

		//attack-each:caller-identity
		{"showapi without authorization", showapi(nil, form), "401 Need authorization"},
		{"showapi with a wrong AppCode", showapi(byCode("wrong"), form), "403 Invalid AppCode"},
		{"showapi with a form other than the signed one", showapi(signedForm("n3"), form.with("need_more_info", "0")), "400 Invalid Signature, Server StringToSign:`POST"},
		//attack-each:
		{"showapi with two pictures", showapi(byCode(appCode), form.with("imgUrl", "https://pictures.example/card.jpg")), noImgData},
		{"showapi with no picture", showapi(byCode(appCode), params{"need_more_info": "1"}), noImgData},
		{"showapi with an empty body", showapi(byCode(appCode), nil), noImgData},
		{"showapi with what is no picture", showapi(byCode(appCode), params{"imgData": "imgData"}), noImgData},

		//attack-each:caller-identity
		{"wapi without appid", wapi(wapiSigned(appSecret, params{"url_image": text}).with("appid", "")), `"codeid":10001`},
		{"wapi without sign", wapi(wapiSigned(appSecret, params{"url_image": text}).with("sign", "")), `"codeid":10002`},
		{"wapi with a wrong sign", wapi(wapiSigned("wrong", params{"url_image": text})), `"codeid":10003`},
		{"wapi with a parameter that was not signed", wapi(wapiSigned(appSecret, params{"url_image": text}).with("id_card_side", "front")), `"codeid":10003`},
		{"wapi eleven minutes late", wapiOf("time", strconv.FormatInt(time.Now().Add(-11*time.Minute).Unix(), 10)), `"codeid":10004`},
		{"wapi eleven minutes early", wapiOf("time", strconv.FormatInt(time.Now().Add(11*time.Minute).Unix(), 10)), `"codeid":10004`},
		{"wapi with an unknown appid", wapiOf("appid", "nobody"), `"codeid":10005`},
		{"wapi with another client's appid", wapiOf("appid", otherAppID), `"codeid":10003`},
		//attack-each:
		{"wapi without a picture", wapi(wapiSigned(appSecret, nil)), `"codeid":10015`},
		{"wapi with a time that is none", wapiOf("time", "now"), `"codeid":10017`},
		{"wapi with an unknown format", wapiOf("format", "yaml"), `"codeid":10019`},
		{"wapi in XML with a wrong sign", wapi(wapiSigned("wrong", params{"url_image": text, "format": "xml"})), "<codeid>10003</codeid>"},
		{"wapi with what is no picture", wapiOf("url_image", "bm8gcGljdHVyZQ=="), `"codeid":10019`},
		{"wapi with a picture that is too heavy", wapiOf("url_image", base64Of(heavy(t, 3<<20))), `"codeid":10019`},

		{"jumdata without appId", jumdata(jumdataSigned(appSecret, nil).with("appId", ""), picture), `"code":400`},
		{"jumdata without timestamp", jumdata(jumdataSigned(appSecret, nil).with("timestamp", ""), picture), `"code":400`},
		{"jumdata without sign", jumdata(jumdataSigned(appSecret, nil).with("sign", ""), picture), `"code":400`},
		//attack-each:caller-identity
		{"jumdata with a wrong sign", jumdata(jumdataSigned("wrong", nil), picture), `"code":400,"msg":"签名错误"`},
		{"jumdata with an unknown appId", jumdata(jumdataSigned(appSecret, params{"appId": "nobody"}), picture), `"code":400,"msg":"appId不存在"`},
		//attack-each:
		{"jumdata with a timestamp that is none", jumdata(jumdataSigned(appSecret, params{"timestamp": "now"}), picture), `"code":400`},
		{"jumdata with two pictures", jumdata(jumdataSigned(appSecret, params{"base64": text}), picture), `只能提供一个`},
		{"jumdata with base64 twice", jumdata(jumdataSigned(appSecret, params{"base64": text, "image": text}), nil), `只能提供一个`},
		{"jumdata with no picture", jumdata(jumdataSigned(appSecret, nil), nil), `只能提供一个`},
		{"jumdata with an empty file", jumdata(jumdataSigned(appSecret, nil), []byte{}), `只能提供一个`},
		{"jumdata with a GIF", jumdata(jumdataSigned(appSecret, nil), gifOf(t)), wrongShape},
		{"jumdata with a picture that is too small", jumdata(jumdataSigned(appSecret, nil), jpegOf(t, 8, 100)), wrongShape},
		{"jumdata with a picture that is too large", jumdata(jumdataSigned(appSecret, nil), jpegOf(t, 100, 4001)), wrongShape},
		{"jumdata with a picture that is too heavy", jumdata(jumdataSigned(appSecret, nil), heavy(t, 2<<20)), wrongShape},
		{"jumdata with a form that is cut off", cutOff(jumdata(jumdataSigned(appSecret, nil), picture)), `"code":400`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := b.ask(t, tt.request)
			got, want := a.text(), tt.want
			found := strings.Contains(got, want)
			if '0' < want[0] && want[0] < '6' {
				found = strings.HasPrefix(got, want)
			}
			if !found {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if strings.Contains(a.body, `"charge":true`) || b.vendor.asked.Load() != 0 {
				t.Errorf("the vendor behind was asked %d times: %s", b.vendor.asked.Load(), got)
			}
		})
	}
}

// cutOff removes the end of a request's body, like an interrupted upload.
func cutOff(r *http.Request) *http.Request {
	r.ContentLength -= 100
	r.Body = io.NopCloser(io.LimitReader(r.Body, r.ContentLength))
	return r
}

//attack:caller-identity a signed request that is sent again
func TestFrontDoorsAnswerASignedRequestOnce(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	form := params{"imgData": base64Of(card(t)), "need_more_info": "1"}
	headers := byKey(appID, appSecret, "nonce-1", "POST", "/ocrIdCard", formType, "", form)
	var got []string
	for _, r := range []*http.Request{
		showapiRequest(t, b, headers, form),
		showapiRequest(t, b, headers, form),
		showapiRequest(t, b, byKey(appID, appSecret, "nonce-2", "POST", "/ocrIdCard", formType, "", form), form),
		showapiRequest(t, b, byKey(otherAppID, otherSecret, "nonce-1", "POST", "/ocrIdCard", formType, "", form), form),
	} {
		a := b.ask(t, r)
		got = append(got, fmt.Sprint(a.status, " ", a.header.Get("X-Ca-Error-Message")))
	}
	if diff := cmp.Diff([]string{"200 ", "400 Nonce Used", "200 ", "200 "}, got); diff != "" || b.vendor.asked.Load() != 3 {
		t.Errorf("the vendor was asked %d times; answers (-want +got):\n%s", b.vendor.asked.Load(), diff)
	}
}

//attack:caller-tenants reading from a failure which provider it was
func TestFrontDoorsHideFailuresOfProviders(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	text := base64Of(card(t))
	for _, tt := range []struct{ name, behind, duguang, showapi, wapi, jumdata string }{
		{
			"an account without money", `{"code": 603, "msg": "余额不足请充值", "error_code": 403, "error_msg": "购买的容量已用完"}`,
			`500 {"error_code":500`, `"showapi_res_code":-1`, `"codeid":10021`, `"code":500`,
		},
		{
			"a wrong signature of ours", `{"code": 400, "msg": "签名错误", "error_code": 403, "error_msg": "签名错误"}`,
			`500 {"error_code":500`, ``, ``, ``,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.vendor.answer.Store(&tt.behind)
			for want, r := range map[string]*http.Request{
				tt.duguang: duguangRequest(t, b, byCode(appCode), map[string]any{"img": text}),
				tt.showapi: showapiRequest(t, b, byCode(appCode), params{"imgData": text}),
				tt.wapi:    wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text})),
				tt.jumdata: jumdataRequest(t, b, jumdataSigned(appSecret, params{"base64": text}), nil),
			} {
				a := b.ask(t, r)
				if !strings.Contains(a.text(), want) || strings.Contains(a.body, "余额") || strings.Contains(a.body, "容量") || strings.Contains(a.body, "true") {
					t.Errorf("got  %s\nwant %s", a.text(), want)
				}
			}
		})
	}
}
