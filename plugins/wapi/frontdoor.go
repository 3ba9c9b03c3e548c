package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// maxSkew is how many seconds a client's clock may be off.
const maxSkew = 10 * 60

// Accept reads appid, format, id_card_side, sign, time and url_image from the form, the query, or both.
func (provider) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	p := given(in)
	refused := func(code, message string) *sdk.Accepted {
		return sdk.Answered(failure(code, message).response(p.Text("/format"), c))
	}
	switch {
	case p.Text("/appid") == "":
		return refused("10001", "appid必须指定")
	case p.Text("/sign") == "":
		return refused("10002", "sign值必须指定")
	}
	if p.Text("/time") != "" {
		at, ok := p.Int("/time")
		if !ok {
			return refused("10017", "time必须是整型")
		}
		if skew := skew(c); skew > 0 && (at < c.UnixMilli()/1000-skew || at > c.UnixMilli()/1000+skew) {
			return refused("10004", "时差不能超过10分钟")
		}
	}
	switch format, side := p.Text("/format"), p.Text("/id_card_side"); {
	case !slices.Contains([]string{"", "json", "xml"}, format):
		return refused("10019", "format只能是json或xml")
	case !slices.Contains([]string{"", "front", "back"}, side):
		return refused("10019", "id_card_side只能是front或back")
	}
	picture := picture(p.Leaf("/url_image"))
	if picture == nil {
		return refused("10015", "参数个数错误")
	}
	expected := inboundSign(p)
	return sdk.Admitted(&sdk.Admit{
		Document:      "cn.idcard",
		Side:          map[string]sdk.Side{"front": sdk.Front, "back": sdk.Back}[p.Text("/id_card_side")],
		Picture:       picture,
		Client:        &sdk.ClientKey{Name: "app_id", Value: p.Text("/appid")},
		UnknownClient: denied("10005", "appid错误"),
		Proofs:        []sdk.Proof{{Given: p.Text("/sign"), Expected: &expected, Otherwise: denied("10003", "sign值验证不通过")}},
		State:         []byte(p.Text("/format") + "/" + p.Text("/id_card_side")),
	})
}

// given returns the parameters of the form and the query. Those of the form take precedence.
func given(in *sdk.InboundRequest) sdk.Leaves {
	return append(slices.Clip(in.Leaves), in.Query...)
}

// skew returns the setting max_skew_seconds. 0 disables the check of the time.
func skew(c *sdk.Call) int64 {
	if s, set := c.Config().Int("/max_skew_seconds"); set {
		return s
	}
	return maxSkew
}

// picture reads a URL or base64. It returns nil if there is none. In the document, the client URL-encodes the base64 before
// the form encodes it again. For a long text, only the host can see whether a client did so.
func picture(l *sdk.Leaf) *sdk.InboundPicture {
	switch {
	case l == nil || l.Size == 0:
		return nil
	case isURL(l.Value):
		return &sdk.InboundPicture{URL: l.Value}
	case l.Handle != 0:
		return sdk.PictureFrom(l, sdk.Base64Percent)
	}
	text := strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=", "%2b", "+", "%2f", "/", "%3d", "=").Replace(l.Value)
	return &sdk.InboundPicture{Base64: text}
}

func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// inboundSign returns the expected signature. It covers all parameters that have a value, except sign, sorted by name.
func inboundSign(p sdk.Leaves) sdk.Value {
	var signed []sdk.NamedValue
	for _, param := range sdk.Params(p) {
		if l := param.Value.Parts[0]; param.Name != "sign" && (l.Literal == nil || len(l.Literal) > 0) {
			signed = append(signed, param)
		}
	}
	slices.SortStableFunc(signed, func(a, b sdk.NamedValue) int { return cmp.Compare(a.Name, b.Name) })
	return sign(signed)
}

func denied(code, message string) *sdk.Fail {
	return &sdk.Fail{Kind: sdk.Unauthenticated, VendorCode: code, VendorMessage: message, Billed: sdk.BilledNo, Fault: sdk.CallerFault}
}

// Reply answers {codeid, message, time, retdata} and the card.
func (provider) Reply(c *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	format, side, ok := strings.Cut(string(out.State), "/")
	if !ok && out.Request != nil {
		format = given(out.Request).Text("/format")
	}
	a := doorReply(out.Failure)
	if out.Failure == nil {
		a = card(out.Recognition, side)
	}
	return a.response(format, c)
}
