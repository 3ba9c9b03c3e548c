package main

import (
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// Accept reads the vendor's form: appId, timestamp, sign and exactly one picture. One sentence of the document calls the
// field base64 image, so both names are accepted.
func (provider) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	for _, name := range []string{"appId", "timestamp", "sign"} {
		if in.Text("/"+name) == "" {
			return refused("400", name+"不能为空")
		}
	}
	timestamp, ok := in.Int("/timestamp")
	if !ok {
		return refused("400", "timestamp必须是毫秒数")
	}
	if skew, _ := c.Config().Int("/max_skew_seconds"); skew > 0 && abs(c.UnixMilli()-timestamp) > skew*1000 {
		return refused("400", "timestamp已过期")
	}
	var pictures []*sdk.InboundPicture
	if l := in.Leaf("/file"); l != nil && l.Size > 0 {
		pictures = append(pictures, sdk.PictureFrom(l, sdk.Raw))
	}
	for _, name := range []string{"base64", "image"} {
		if l := in.Leaf("/" + name); l != nil && l.Size > 0 {
			pictures = append(pictures, sdk.PictureFrom(l, sdk.Base64))
		}
	}
	if l := in.Leaf("/url"); l != nil && l.Size > 0 {
		if l.Value == "" { // it is longer than a leaf
			return refused("400", "url过长")
		}
		pictures = append(pictures, &sdk.InboundPicture{URL: l.Value})
	}
	if len(pictures) != 1 {
		return refused("400", "file、base64、url必须且只能提供一个")
	}
	id := in.Text("/appId")
	return sdk.Admitted(&sdk.Admit{
		Document: "cn.idcard",
		Picture:  pictures[0],
		Client:   &sdk.ClientKey{Name: "app_id", Value: id},
		Proofs: []sdk.Proof{{
			Given:     in.Text("/sign"),
			Expected:  ptr(sdk.Hash(sdk.SHA256, sdk.Hex, sdk.Text(id), sdk.Secret("app_secret"), sdk.Text(in.Text("/timestamp")))),
			Otherwise: &sdk.Fail{Kind: sdk.Unauthenticated, VendorCode: "400", VendorMessage: "签名错误"},
		}},
		UnknownClient: &sdk.Fail{Kind: sdk.Unauthenticated, VendorCode: "400", VendorMessage: "appId不存在"},
	})
}

// Reply answers in the vendor's envelope. The HTTP status is always 200.
func (provider) Reply(_ *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	if f := out.Failure; f != nil && f.Kind == sdk.NoDocument {
		return envelope(out, f.Billed, sdk.Member("data", data("front", "", nil, nothingValid())))
	} else if f != nil {
		code, message := doorCode(f)
		return sdk.AnswerJSON(200, sdk.Object(
			sdk.Member("code", sdk.Number(code)), sdk.Member("msg", sdk.StringText(message)),
			sdk.Member("taskNo", sdk.StringText(out.CallID)), sdk.Member("charge", sdk.Bool(f.Billed == sdk.BilledYes)),
		))
	}
	card := sdk.CardOf(out.Recognition)
	side, info, validity := front(card)
	if !card.Has(sdk.FrontFields()...) && card.Has(append(sdk.BackFields(), sdk.Validity)...) {
		side, info, validity = back(card)
	}
	return envelope(out, out.Recognition.Billed, sdk.Member("data", data(side, turned(out.Recognition.Rotation), info, validity)))
}

func front(card sdk.Card) (string, []sdk.JSONMember, []sdk.JSONMember) {
	var info, validity []sdk.JSONMember
	add := func(key, text string) {
		if text != "" {
			info = append(info, sdk.Member(key, sdk.StringText(text)))
		}
	}
	add("number", card.Text(sdk.IDNumber))
	add("name", card.Text(sdk.Name))
	add("address", card.Text(sdk.Address))
	year, month, day, dated := card.Date(sdk.BirthDate)
	if dated {
		add("year", year)
		add("month", month)
		add("day", day)
	}
	add("nation", card.Text(sdk.Ethnicity))
	add("sex", card.Text(sdk.Sex))
	for _, v := range frontValidity() {
		validity = append(validity, sdk.Member(v[0], sdk.Bool(sure(card, v[1]) && (v[1] != sdk.BirthDate || dated))))
	}
	return "front", info, validity
}

func back(card sdk.Card) (string, []sdk.JSONMember, []sdk.JSONMember) {
	var info []sdk.JSONMember
	if s := card.Text(sdk.IssuingAuthority); s != "" {
		info = append(info, sdk.Member("authority", sdk.StringText(s)))
	}
	span, certain := timelimit(card)
	if span != "" {
		info = append(info, sdk.Member("timelimit", sdk.StringText(span)))
	}
	return "back", info, []sdk.JSONMember{
		sdk.Member("authority", sdk.Bool(sure(card, sdk.IssuingAuthority))),
		sdk.Member("timelimit", sdk.Bool(certain)),
	}
}

// timelimit returns the period of validity, from both ends or as it was read, and whether it is certain.
func timelimit(card sdk.Card) (span string, certain bool) {
	from, until := card.Field(sdk.ValidFrom), card.Field(sdk.ValidUntil)
	if from != nil && from.Value != "" && until != nil && (until.Value != "" || until.LongTerm) {
		return card.Compact(sdk.ValidFrom) + "-" + card.Compact(sdk.ValidUntil), sure(card, sdk.ValidFrom) && sure(card, sdk.ValidUntil)
	}
	return card.Text(sdk.Validity), sure(card, sdk.Validity)
}

// frontValidity pairs the vendor's names for the portrait side with the standard ones.
func frontValidity() [][2]string {
	return [][2]string{{"birthday", sdk.BirthDate}, {"number", sdk.IDNumber}, {"address", sdk.Address}, {"sex", sdk.Sex}, {"name", sdk.Name}}
}

// sure reports whether a field was read and is not uncertain.
func sure(card sdk.Card, name string) bool {
	f := card.Field(name)
	return f != nil && !slices.Contains(f.Flags, sdk.Uncertain)
}

// nothingValid is the vendor's validity for a picture without an ID card.
func nothingValid() []sdk.JSONMember {
	var out []sdk.JSONMember
	for _, v := range frontValidity() {
		out = append(out, sdk.Member(v[0], sdk.Bool(false)))
	}
	return out
}

func data(side, rotate string, info, validity []sdk.JSONMember) sdk.JSON {
	members := []sdk.JSONMember{sdk.Member("result", sdk.Number("0")), sdk.Member("side", sdk.StringText(side))}
	if rotate != "" {
		members = append(members, sdk.Member("rotate", sdk.StringText(rotate)))
	}
	return sdk.Object(append(members, sdk.Member("info", sdk.Object(info...)), sdk.Member("validity", sdk.Object(validity...)))...)
}

func envelope(out *sdk.ReplyRequest, billed sdk.Billed, data sdk.JSONMember) *sdk.InboundResponse {
	return sdk.AnswerJSON(200, sdk.Object(
		sdk.Member("code", sdk.Number("200")), sdk.Member("msg", sdk.StringText("成功")),
		sdk.Member("taskNo", sdk.StringText(out.CallID)), sdk.Member("charge", sdk.Bool(billed == sdk.BilledYes)), data,
	))
}

// turned returns the nearest quarter turn to a rotation, or "" if it is upright or unknown.
func turned(rotation *float64) string {
	if rotation == nil {
		return ""
	}
	return []string{"", "cw90", "cw180", "cw270", ""}[int(*rotation+45)/90%5]
}

// doorCode returns the code and message for a failure: those of the front door if it refused the request, otherwise the
// nearest of the vendor's table. Clients do not learn about other vendors.
func doorCode(f *sdk.Fail) (code, message string) {
	if f.VendorCode != "" {
		return f.VendorCode, f.VendorMessage
	}
	switch f.Kind {
	case sdk.InvalidRequest:
		return "400", "参数错误"
	case sdk.InvalidImage:
		return "400", "照片格式不正确"
	case sdk.Unreadable:
		return "301", "识别失败"
	case sdk.RateLimited:
		return "609", "请求过于频繁,请稍候再试"
	case sdk.Timeout, sdk.OutcomeUnknown:
		return "610", "请求超时"
	case sdk.Unavailable, sdk.QuotaExhausted, sdk.PermissionDenied, sdk.Unauthenticated: // of the account with another vendor
		return "500", "系统维护,请稍候再试"
	}
	return "999", "其他"
}

func refused(code, message string) *sdk.Accepted {
	return sdk.Answered(sdk.AnswerJSON(200, sdk.Object(
		sdk.Member("msg", sdk.StringText(message)), sdk.Member("code", sdk.Number(code)),
	)))
}

func ptr[T any](v T) *T { return &v }

func abs(n int64) int64 { return max(n, -n) }
