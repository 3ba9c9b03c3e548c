package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
)

func specimen() *sdk.Recognition {
	return &sdk.Recognition{Side: sdk.Front, Fields: []sdk.Field{
		{Name: sdk.Name, Value: "样本张三"}, {Name: sdk.Sex, Value: "male"}, {Name: sdk.Ethnicity, Value: "汉"},
		{Name: sdk.BirthDate, Value: "1990-03-07"}, {Name: sdk.Address, Value: "北京市<样本>路1号"}, {Name: sdk.IDNumber, Value: "11010119900307803X"},
	}}
}

func emblem() *sdk.Recognition {
	return &sdk.Recognition{Side: sdk.Back, Fields: []sdk.Field{
		{Name: sdk.IssuingAuthority, Value: "样本县公安局"}, {Name: sdk.ValidFrom, Value: "2017-03-13"}, {Name: sdk.ValidUntil, LongTerm: true, Text: "长期"},
	}}
}

func TestReplyToCards(t *testing.T) {
	t.Parallel()
	const (
		head  = `{"codeid":10000,"message":"识别成功","time":"1545829466","retdata":{`
		front = `"image_status":"normal","idcard_number_type":1,"姓名":"样本张三","性别":"男","民族":"汉","出生":"19900307","住址":"北京市<样本>路1号","公民身份号码":"11010119900307803X"`
		back  = `"image_status":"normal","idcard_number_type":-1,"签发机关":"样本县公安局","签发日期":"20170313","失效日期":"长期"`
	)
	tests := []struct {
		name, form  string
		recognition *sdk.Recognition
		want        string
	}{
		{"the portrait side", "", specimen(), head + front + `},` + front + `}`},
		{"the emblem side", "", emblem(), head + back + `},` + back + `}`},
		{"the requested side", "&id_card_side=front", specimen(), head + front + `},` + front + `}`},
		{"the other side", "&id_card_side=front", emblem(), strings.ReplaceAll(head+back+`},`+back+`}`, "normal", "reversed_side")},
		{"the other side, too", "&id_card_side=back", specimen(), strings.ReplaceAll(head+front+`},`+front+`}`, "normal", "reversed_side")},
		{"in XML", "&format=xml", emblem(), "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root><codeid>10000</codeid><message>识别成功</message><time>1545829466</time>" +
			"<retdata><image_status>normal</image_status><idcard_number_type>-1</idcard_number_type><签发机关>样本县公安局</签发机关><签发日期>20170313</签发日期><失效日期>长期</失效日期></retdata>" +
			"<image_status>normal</image_status><idcard_number_type>-1</idcard_number_type><签发机关>样本县公安局</签发机关><签发日期>20170313</签发日期><失效日期>长期</失效日期></root>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := accept(t, posted("appid=1&sign=x&url_image=QUJD"+tt.form)).Reply(t, tt.recognition, nil)
			if diff := cmp.Diff(tt.want, said.Body); diff != "" || said.Status != 200 {
				t.Error(said.Status, diff)
			}
		})
	}
	t.Run("XML is escaped", func(t *testing.T) {
		said := accept(t, posted("appid=1&sign=x&url_image=QUJD&format=xml")).Reply(t, specimen(), nil)
		if !strings.Contains(said.Body, "<住址>北京市&lt;样本&gt;路1号</住址>") {
			t.Error(said.Body)
		}
	})
}

func TestNumberType(t *testing.T) {
	t.Parallel()
	failing := func(names ...string) []sdk.VendorCheck {
		var out []sdk.VendorCheck
		for _, name := range names {
			out = append(out, sdk.VendorCheck{Name: name, State: sdk.CheckFail})
		}
		return out
	}
	noNumber, masked := specimen(), specimen()
	noNumber.Fields = noNumber.Fields[:5]
	masked.Fields[5] = sdk.Field{Name: sdk.IDNumber, Text: "*********00307803X"}
	tests := []struct {
		name   string
		card   *sdk.Recognition
		checks []sdk.VendorCheck
		code   string
		legal  bool
	}{
		{"all agree", specimen(), nil, "1", true},
		{"the emblem side", emblem(), nil, "-1", false},
		{"the checksum is wrong", specimen(), failing(sdk.CheckIDNumberChecksum, sdk.CheckBirthDateMatchesNumber), "0", false},
		{"no number", noNumber, nil, "0", false},
		{"a masked number", masked, nil, "0", false},
		{"birth date and sex differ", specimen(), failing(sdk.CheckBirthDateMatchesNumber, sdk.CheckSexMatchesNumber), "2", true},
		{"the birth date differs", specimen(), failing(sdk.CheckBirthDateMatchesNumber), "3", true},
		{"the sex differs", specimen(), failing(sdk.CheckSexMatchesNumber), "4", true},
		{"another check fails", specimen(), failing(sdk.CheckExpired), "1", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.card.Checks = tt.checks
			if code, legal := numberType(tt.card); code != tt.code || legal != tt.legal {
				t.Errorf("%s, legal is %v", code, legal)
			}
		})
	}
}

func TestImageStatus(t *testing.T) {
	t.Parallel()
	yes := func(names ...string) []sdk.Signal {
		var out []sdk.Signal
		for _, name := range names {
			out = append(out, sdk.Signal{Name: name, State: sdk.SignalYes})
		}
		return out
	}
	tests := []struct {
		signals []sdk.Signal
		want    string
	}{
		{nil, "normal"},
		{[]sdk.Signal{{Name: sdk.SignalBlurred, State: sdk.SignalNo}}, "normal"},
		{yes(sdk.SignalCopy), "normal"},
		{yes(sdk.SignalNotIDCard), "other_type_card"},
		{yes(sdk.SignalReversedSide), "reversed_side"},
		{yes(sdk.SignalBlurred), "blurred"},
		{yes(sdk.SignalOverExposed), "over_exposure"},
		{yes(sdk.SignalReflective), "over_exposure"},
		{yes(sdk.SignalOverDark), "over_dark"},
		{yes(sdk.SignalOverDark, sdk.SignalBlurred), "blurred"},
	}
	for _, tt := range tests {
		if status := imageStatus(tt.signals, false); status != tt.want {
			t.Errorf("%v is %s", tt.signals, status)
		}
	}
	if status := imageStatus(yes(sdk.SignalBlurred), true); status != "reversed_side" {
		t.Errorf("the other side is %s", status)
	}
}

func TestReplyToFailures(t *testing.T) {
	t.Parallel()
	const none = `{"codeid":10000,"message":"识别成功","time":"1545829466","retdata":{"image_status":"%s","idcard_number_type":-1},"image_status":"%s","idcard_number_type":-1}`
	picture := func(status string) string { return strings.ReplaceAll(none, "%s", status) }
	code := func(code, message string) string {
		return `{"codeid":` + code + `,"message":"` + message + `","time":"1545829466","retdata":""}`
	}
	tests := map[string]struct {
		fail sdk.Fail
		want string
	}{
		"no card":                        {sdk.Fail{Kind: sdk.NoDocument}, picture("non_idcard")},
		"unreadable":                     {sdk.Fail{Kind: sdk.Unreadable}, picture("unknown")},
		"unreadable for its blur":        {sdk.Fail{Kind: sdk.Unreadable, Signals: []sdk.Signal{{Name: sdk.SignalBlurred, State: sdk.SignalYes}}}, picture("blurred")},
		"the picture breaks the limits":  {sdk.Fail{Kind: sdk.InvalidImage}, code("10019", "url_image图片错误,请检查图片的格式、大小和地址")},
		"the request could not be read":  {sdk.Fail{Kind: sdk.InvalidRequest}, code("10015", "参数个数错误")},
		"an account behind has no money": {sdk.Fail{Kind: sdk.QuotaExhausted}, code("10021", "服务器发生错误")},
		"nobody knows":                   {sdk.Fail{Kind: sdk.ProviderError}, code("10014", "未知的错误,可以联系客服处理")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, accept(t, posted("appid=1&sign=x&url_image=QUJD")).Reply(t, nil, &tt.fail).Body); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("to a request that was not understood, in the format it asks for", func(t *testing.T) {
		v := accept(t, got("format=xml"))
		if said := v.Reply(t, nil, &sdk.Fail{Kind: sdk.Internal}); !strings.Contains(said.Body, "<codeid>10014</codeid>") {
			t.Error(said.Body)
		}
	})
}

func TestRefusalReadsTheMessage(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]sdk.FailureKind{
		"图片下载失败": sdk.InvalidImage, "url_image参数错误": sdk.InvalidImage, "该账户异常": sdk.ProviderError,
	} {
		if f := refusal("10019", message); f.Kind != want || f.VendorMessage != message {
			t.Errorf("%s: %+v", message, f)
		}
	}
}
