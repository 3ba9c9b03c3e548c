package main

import (
	"math"
	"strconv"

	"github.com/ocrmux/ocrmux/plugins/internal/aligateway"
	"github.com/ocrmux/ocrmux/sdk"
)

// maxURL is the longest URL in bytes that the vendor accepts.
const maxURL = 1024

// figureAsked is the state of a request for the portrait's box.
const figureAsked = "figure"

// Accept reads {img or url, figure}, after the gateway's checks. It ignores other members; the vendor's Java sample sends
// some.
func (provider) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	admit, answered := aligateway.Admit(c, in)
	if answered != nil {
		return answered
	}
	if !in.IsJSON() {
		return refused(c, "请求体不是合法的JSON")
	}
	img, url := in.Leaf("/img"), in.Leaf("/url")
	switch {
	case given(img) && given(url):
		return refused(c, "img和url参数不能同时存在")
	case !given(img) && !given(url):
		return refused(c, "img和url参数不能同时为空")
	case given(url) && url.Size > maxURL:
		return refused(c, "url长度不能超过1024字节")
	case given(url):
		admit.Picture = &sdk.InboundPicture{URL: url.Value}
	default:
		admit.Picture = sdk.PictureFrom(img, sdk.Base64)
	}
	figure, ok := in.Bool("/figure")
	if !ok && in.Text("/figure") != "" {
		return refused(c, "figure参数错误")
	}
	if figure {
		admit.Extras, admit.State = []string{sdk.Portrait}, []byte(figureAsked)
	}
	return sdk.Admitted(admit)
}

// given reports whether a parameter has a value. The vendor's samples send unused parameters as empty texts.
func given(l *sdk.Leaf) bool { return l != nil && l.Size > 0 }

// Reply answers {data, angle, figure, sid} or {error_code, error_msg}. The code is also the HTTP status.
func (provider) Reply(_ *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	if r, ok := aligateway.Refused(out); ok {
		return r
	}
	card := sdk.CardOf(out.Recognition)
	f := out.Failure
	if f == nil && !card.Has(sdk.FrontFields()...) { // the vendor does not read the emblem side
		f = &sdk.Fail{Kind: sdk.NoDocument}
	}
	if f != nil {
		code, message := doorCode(f.Kind)
		return aligateway.Reply(out, code, failed(code, message))
	}
	birthday := card.Text(sdk.BirthDate)
	if year, month, day, ok := card.Date(sdk.BirthDate); ok {
		birthday = year + "年" + month + "月" + day + "日"
	}
	members := []sdk.JSONMember{sdk.Member("data", sdk.Object(
		sdk.Member("name", sdk.StringText(card.Text(sdk.Name))),
		sdk.Member("nation", sdk.StringText(card.Text(sdk.Ethnicity))),
		sdk.Member("gender", sdk.StringText(card.Text(sdk.Sex))),
		sdk.Member("birthday", sdk.StringText(birthday)),
		sdk.Member("address", sdk.StringText(card.Text(sdk.Address))),
		sdk.Member("id", sdk.StringText(card.Text(sdk.IDNumber))),
	))}
	if turn := out.Recognition.Rotation; turn != nil {
		members = append(members, sdk.Member("angle", whole(math.Mod(math.Round(*turn), 360))))
	}
	if string(out.State) == figureAsked {
		members = append(members, sdk.Member("figure", sdk.Array(figures(out.Recognition.Portrait)...)))
	}
	members = append(members, sdk.Member("sid", sdk.StringText(out.CallID)))
	return aligateway.Reply(out, 200, sdk.Object(members...))
}

// figures returns the smallest box in whole pixels that contains the portrait.
func figures(portrait *sdk.Polygon) []sdk.JSON {
	x, y, w, h, ok := sdk.Bounds(portrait)
	if !ok {
		return nil
	}
	left, top := math.Floor(x), math.Floor(y)
	return []sdk.JSON{sdk.Object(
		sdk.Member("type", sdk.StringText("face")),
		sdk.Member("x", whole(left)), sdk.Member("y", whole(top)),
		sdk.Member("w", whole(math.Ceil(x+w)-left)), sdk.Member("h", whole(math.Ceil(y+h)-top)),
	)}
}

func whole(f float64) sdk.JSON { return sdk.Number(strconv.FormatFloat(f, 'f', 0, 64)) }

func failed(code uint32, message string) sdk.JSON {
	return sdk.Object(
		sdk.Member("error_code", sdk.Number(strconv.Itoa(int(code)))), sdk.Member("error_msg", sdk.StringText(message)),
	)
}

func refused(c *sdk.Call, message string) *sdk.Accepted {
	return aligateway.Answer(c, 400, failed(400, message))
}
