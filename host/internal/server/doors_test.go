package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	duguangFront = `{"data":{"name":"样本张三","nation":"汉","gender":"男","birthday":"1990年3月7日","address":"北京市东城区样本胡同1号","id":"11010119900307803X"},"angle":90,`
	duguangEnd   = `"sid":"ID"}`
	showapiFront = `200 {"showapi_res_error":"","showapi_res_code":0,"showapi_res_id":"ID","showapi_res_body":{"ret_code":0,"flag":true,"msg":"识别成功!","idNo":"11010119900307803X",` +
		`"name":"样本张三","sex":"男","birthday":"1990-03-07","nationality":"汉","addr":"北京市东城区样本胡同1号"}}`
	jumdataFront = `200 {"code":200,"msg":"成功","taskNo":"ID","charge":true,"data":{"result":0,"side":"front","rotate":"cw90","info":{"number":"11010119900307803X","name":"样本张三",` +
		`"address":"北京市东城区样本胡同1号","year":"1990","month":"3","day":"7","nation":"汉","sex":"男"},"validity":{"birthday":true,"number":true,"address":true,"sex":true,"name":true}}}`
	jumdataBack = `200 {"code":200,"msg":"成功","taskNo":"ID","charge":true,"data":{"result":0,"side":"back","info":{"authority":"北京市公安局东城分局","timelimit":"20190806-长期"},"validity":{"authority":true,"timelimit":true}}}`
)

func TestFrontDoorsAnswerAsTheirVendors(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	picture := card(t)
	text := base64Of(picture)
	form := params{"imgData": text, "need_more_info": "1"}
	json := `{"img":"` + text + `"}`
	for _, tt := range []struct {
		name    string
		request *http.Request
		want    string
	}{
		{"duguang, AppCode", duguangRequest(t, b, byCode(appCode), map[string]any{"img": text}), "200 " + duguangFront + duguangEnd},
		{"duguang, AppCode with an empty url", duguangRequest(t, b, byCode(appCode), map[string]any{"img": text, "url": ""}), "200 " + duguangFront + duguangEnd},
		{
			"duguang, with the portrait's box", duguangRequest(t, b, byCode(appCode), map[string]any{"img": text, "figure": true}),
			"200 " + duguangFront + `"figure":[{"type":"face","x":416,"y":114,"w":155,"h":156}],` + duguangEnd,
		},
		{
			"duguang, signed with a digest of the body",
			post(t, b.url+"/ocrservice/idcard", jsonType, json, byKey(appID, appSecret, "n1", "POST", "/ocrservice/idcard", jsonType, json, nil)), "200 " + duguangFront + duguangEnd,
		},
		{"showapi, AppCode", showapiRequest(t, b, byCode(appCode), form), showapiFront},
		{
			"showapi, the number alone", showapiRequest(t, b, byCode(appCode), form.with("need_more_info", "0")),
			`200 {"showapi_res_error":"","showapi_res_code":0,"showapi_res_id":"ID","showapi_res_body":{"ret_code":0,"flag":true,"msg":"识别成功!","idNo":"11010119900307803X","name":"","sex":"","birthday":"","nationality":"","addr":""}}`,
		},
		{"showapi, signed", showapiRequest(t, b, byKey(appID, appSecret, "n2", "POST", "/ocrIdCard", formType, "", form), form), showapiFront},
		{"showapi, signed by another client", showapiRequest(t, b, byKey(otherAppID, otherSecret, "n2", "POST", "/ocrIdCard", formType, "", form), form), showapiFront},
		{"jumdata, a file", jumdataRequest(t, b, jumdataSigned(appSecret, nil), picture), jumdataFront},
		{"jumdata, base64", jumdataRequest(t, b, jumdataSigned(appSecret, params{"base64": text}), nil), jumdataFront},
		{"jumdata, base64 as image", jumdataRequest(t, b, jumdataSigned(appSecret, params{"image": text}), nil), jumdataFront},
		{"jumdata, another client", jumdataRequest(t, b, jumdataSigned(otherSecret, params{"appId": otherAppID}), picture), jumdataFront},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, b.ask(t, tt.request).text()); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
	wapi := b.ask(t, wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text}))).text()
	for _, fact := range []string{`"codeid":10000`, `"姓名":"样本张三"`, `"出生":"19900307"`, `"公民身份号码":"11010119900307803X"`, `"idcard_number_type":1`, `"image_status":"normal"`} {
		if !strings.HasPrefix(wapi, "200 {") || !strings.Contains(wapi, fact) {
			t.Errorf("wapi's answer lacks %s: %s", fact, wapi)
		}
	}
	t.Run("wapi answers all its ways alike", func(t *testing.T) {
		for name, r := range map[string]*http.Request{
			"by a query":             wapiGet(t, b, wapiSigned(appSecret, params{"url_image": text}), true),
			"by an unescaped query":  wapiGet(t, b, wapiSigned(appSecret, params{"url_image": text}), false),
			"with format and a side": wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text, "format": "json", "id_card_side": "front"})),
			"with empty parameters":  wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text, "format": "", "id_card_side": ""})),
			"without a time":         wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text, "time": ""})),
			"escaped twice":          wapiPost(t, b, wapiSigned(appSecret, params{"url_image": strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(text)})),
		} {
			if got := b.ask(t, r).text(); got != wapi {
				t.Errorf("%s: %s\nwant %s", name, got, wapi)
			}
		}
		xml := b.ask(t, wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text, "format": "xml"})))
		if !strings.Contains(xml.header.Get("Content-Type"), "xml") || !strings.Contains(xml.body, "<姓名>样本张三</姓名>") {
			t.Errorf("as XML: %v %s", xml.header, xml.body)
		}
	})
	t.Run("the emblem side", func(t *testing.T) {
		back := backOfJumdata
		b.vendor.answer.Store(&back)
		defer b.vendor.answer.Store(nil)
		if diff := cmp.Diff(jumdataBack, b.ask(t, jumdataRequest(t, b, jumdataSigned(appSecret, nil), picture)).text()); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		got := b.ask(t, wapiPost(t, b, wapiSigned(appSecret, params{"url_image": text}))).text()
		if !strings.Contains(got, `"签发机关":"北京市公安局东城分局"`) || !strings.Contains(got, `"失效日期":"长期"`) {
			t.Errorf("wapi: %s", got)
		}
	})
}

func TestFrontDoorsAcceptBase64InEveryShape(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	text := base64Of(card(t))
	var lines strings.Builder
	for rest := text; rest != ""; {
		n := min(76, len(rest))
		lines.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	for name, sent := range map[string]string{
		"with line breaks":         lines.String(),
		"with a data URL's prefix": "data:image/jpeg;base64," + text,
		"with blanks for plus":     strings.ReplaceAll(text, "+", " "),
		"without padding":          strings.TrimRight(text, "="),
	} {
		t.Run(name, func(t *testing.T) {
			for vendor, r := range map[string]*http.Request{
				"duguang": duguangRequest(t, b, byCode(appCode), map[string]any{"img": sent}),
				"showapi": showapiRequest(t, b, byCode(appCode), params{"imgData": sent}),
				"wapi":    wapiPost(t, b, wapiSigned(appSecret, params{"url_image": sent})),
				"jumdata": jumdataRequest(t, b, jumdataSigned(appSecret, params{"base64": sent}), nil),
			} {
				if a := b.ask(t, r); !strings.Contains(a.body, "11010119900307803X") {
					t.Errorf("%s: %s", vendor, a.text())
				}
			}
		})
	}
}
