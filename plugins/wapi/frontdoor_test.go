package main

import (
	"crypto/md5" // what the vendor asks for
	"encoding/hex"
	"fmt"
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

const now = 1545829466 // the time of the document's example

func accept(t *testing.T, r *http.Request) *sdktest.InboundCall {
	t.Helper()
	return sdktest.Accept(t, provider{}, time.Unix(now, 0), nil, r)
}

func got(query string) *http.Request { return httptest.NewRequest("GET", "/pyi/76/194?"+query, nil) }

func sum(text string) string {
	h := md5.Sum([]byte(text)) // what the vendor asks for
	return hex.EncodeToString(h[:])
}

func TestAcceptRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, form, code, message string }{
		{"nothing", "", "10001", "appid必须指定"},
		{"no appid", "sign=x&url_image=QUJD", "10001", "appid必须指定"},
		{"no sign", "appid=1&url_image=QUJD", "10002", "sign值必须指定"},
		{"time is not a number", "appid=1&sign=x&time=now&url_image=QUJD", "10017", "time必须是整型"},
		{"time is a fraction", "appid=1&sign=x&time=1545829466.5&url_image=QUJD", "10017", "time必须是整型"},
		{"time is too old", "appid=1&sign=x&time=1545828865&url_image=QUJD", "10004", "时差不能超过10分钟"},
		{"time is too far ahead", "appid=1&sign=x&time=1545830067&url_image=QUJD", "10004", "时差不能超过10分钟"},
		{"time is in milliseconds", "appid=1&sign=x&time=1545829466000&url_image=QUJD", "10004", "时差不能超过10分钟"},
		{"no picture", "appid=1&sign=x", "10015", "参数个数错误"},
		{"an empty picture", "appid=1&sign=x&url_image=", "10015", "参数个数错误"},
		{"another format", "appid=1&sign=x&format=yaml&url_image=QUJD", "10019", "format只能是json或xml"},
		{"another side", "appid=1&sign=x&id_card_side=left&url_image=QUJD", "10019", "id_card_side只能是front或back"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := fmt.Sprintf(`{"codeid":%s,"message":%q,"time":"1545829466","retdata":""}`, tt.code, tt.message)
			for _, r := range []*http.Request{posted(tt.form), got(tt.form)} {
				if said := accept(t, r).Response(t); said.Status != 200 || said.Body != want {
					t.Errorf("%s: got %d %s, want %s", r.Method, said.Status, said.Body, want)
				}
			}
		})
	}
	t.Run("in XML", func(t *testing.T) {
		said := accept(t, posted("format=xml")).Response(t)
		want := "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root><codeid>10001</codeid><message>appid必须指定</message><time>1545829466</time><retdata></retdata></root>\n"
		if diff := cmp.Diff(want, said.Body); diff != "" || said.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Error(said.Header, diff)
		}
	})
	t.Run("a time that is not checked", func(t *testing.T) {
		v := sdktest.Accept(t, provider{}, time.Unix(now, 0), map[string]any{"max_skew_seconds": 0}, posted("appid=1&sign=x&time=5&url_image=QUJD"))
		if v.Admit == nil {
			t.Error(v.Response(t).Body)
		}
	})
}

func TestAcceptChecksSignatures(t *testing.T) {
	t.Parallel()
	const secret = "c0ffee00c0ffee00c0ffee00c0ffee00"
	long := strings.Repeat("+/+=", 500)
	tests := []struct{ name, form, signed string }{
		{"the document's example and a picture", "appid=1&format=json&time=1545829466&url_image=QUJD", "appid1formatjsontime1545829466url_imageQUJD"},
		{"in another order, with empty values", "url_image=QUJD&time=1545829466&id_card_side=&format=&appid=1", "appid1time1545829466url_imageQUJD"},
		{"the oldest time", "appid=1&time=1545828866&url_image=QUJD", "appid1time1545828866url_imageQUJD"},
		{"the furthest time ahead", "appid=1&time=1545830066&url_image=QUJD", "appid1time1545830066url_imageQUJD"},
		{"parameters nobody knows", "appid=1&url_image=QUJD&zz=9&Mobile=8", "Mobile8appid1url_imageQUJDzz9"},
		{"an address", "appid=1&id_card_side=back&url_image=" + url.QueryEscape("http://p.example.com/1.jpg?a=1&b=2"), "appid1id_card_sidebackurl_imagehttp://p.example.com/1.jpg?a=1&b=2"},
		{"a long picture, before it is escaped", "appid=1&url_image=" + url.QueryEscape(long), "appid1url_image" + long},
		{"a picture that the client had escaped already", "appid=1&url_image=" + url.QueryEscape("QU%2FD"), "appid1url_imageQU%2FD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form := tt.form + "&sign=" + sum(tt.signed+secret)
			for _, r := range []*http.Request{posted(form), got(form)} {
				v := accept(t, r)
				if v.Admit == nil {
					t.Fatal(v.Response(t).Body)
				}
				if f := v.Refusal(t, ".", map[string]string{"app_id": "1", "app_secret": secret}); f != nil {
					t.Errorf("%s: refused: %+v", r.Method, f)
				}
				for code, account := range map[string]map[string]string{
					"10005": {"app_id": "2", "app_secret": secret}, "10003": {"app_id": "1", "app_secret": "other"},
				} {
					f := v.Refusal(t, ".", account)
					if f == nil || f.VendorCode != code || f.VendorMessage == "" || f.Kind != sdk.Unauthenticated {
						t.Errorf("%s: want %s: %+v", r.Method, code, f)
						continue
					}
					if said := v.Reply(t, nil, f).Body; !strings.HasPrefix(said, `{"codeid":`+code+`,"message":"`+f.VendorMessage+`"`) {
						t.Error(said)
					}
				}
			}
		})
	}
	t.Run("a query that was not escaped, as the Python sample sends it", func(t *testing.T) {
		v := accept(t, got("appid=1&time=1545829466&url_image=+/+="+"&sign="+sum("appid1time1545829466url_image+/+="+secret)))
		if f := v.Refusal(t, ".", map[string]string{"app_id": "1", "app_secret": secret}); f != nil {
			t.Errorf("refused: %+v", f)
		}
	})
}

func TestAcceptReadsPicturesAndSides(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, form string
		picture    sdk.InboundPicture
		side       sdk.Side
	}{
		{"base64", "url_image=QUJD", sdk.InboundPicture{Base64: "QUJD"}, 0},
		{"base64, escaped twice", "url_image=QU%252BD%253d", sdk.InboundPicture{Base64: "QU+D="}, 0},
		{"long base64, however escaped", "url_image=" + strings.Repeat("QUJD", 500), *sdk.PictureFrom(&sdk.Leaf{Handle: 1}, sdk.Base64Percent), 0},
		{"an address", "url_image=HTTPS://p.example.com/1.jpg", sdk.InboundPicture{URL: "HTTPS://p.example.com/1.jpg"}, 0},
		{"the portrait side", "url_image=QUJD&id_card_side=front", sdk.InboundPicture{Base64: "QUJD"}, sdk.Front},
		{"the emblem side", "url_image=QUJD&id_card_side=back", sdk.InboundPicture{Base64: "QUJD"}, sdk.Back},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := accept(t, posted("appid=1&sign=x&"+tt.form))
			if v.Admit == nil {
				t.Fatal(v.Response(t).Body)
			}
			if diff := cmp.Diff(&tt.picture, v.Admit.Picture); diff != "" || v.Admit.Side != tt.side || v.Admit.Document != "cn.idcard" {
				t.Error(v.Admit.Side, diff)
			}
		})
	}
}

func FuzzAccept(f *testing.F) {
	sdktest.FuzzAccept(f, provider{}, ".", posted("appid=1&sign=x&format=xml&url_image=QUJD"), got("appid=1&sign=x&id_card_side=back&url_image=http://p.example.com/1.jpg"))
}
