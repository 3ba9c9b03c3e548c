package main

import (
	"github.com/ocrmux/ocrmux/plugins/internal/aligateway"
	"github.com/ocrmux/ocrmux/sdk"
)

// Accept reads imgData or imgUrl, and need_more_info, after the gateway's checks. The document gives no default for
// need_more_info. Its 0 means "not needed", so a request without it gets the number only.
func (provider) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	admit, answered := aligateway.Admit(c, in)
	if answered != nil {
		return answered
	}
	var form sdk.Leaves
	if in.IsForm() {
		form = in.Leaves
	}
	data, url := form.Leaf("/imgData"), form.Leaf("/imgUrl")
	switch {
	case given(data) == given(url):
		return aligateway.Answer(c, 200, unread(c.Nonce(), noPicture, sdk.BilledNo))
	case given(data):
		admit.Picture = sdk.PictureFrom(data, sdk.Base64)
	case url.Value == "": // it is longer than a leaf
		return aligateway.Answer(c, 200, unread(c.Nonce(), noPicture, sdk.BilledNo))
	default:
		admit.Picture = &sdk.InboundPicture{URL: url.Value}
	}
	admit.State = []byte("0")
	if form.Text("/need_more_info") == "1" {
		admit.State = []byte("1")
	}
	return sdk.Admitted(admit)
}

func given(l *sdk.Leaf) bool { return l != nil && l.Size > 0 }

// Reply answers in the vendor's envelope with status 200.
func (provider) Reply(_ *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	if r, ok := aligateway.Refused(out); ok {
		return r
	}
	switch f := out.Failure; {
	case f == nil:
		return aligateway.Reply(out, 200, envelope(out.CallID, "0", "", card(out)...))
	case doorMessage(f.Kind) != "":
		return aligateway.Reply(out, 200, unread(out.CallID, doorMessage(f.Kind), f.Billed))
	}
	return aligateway.Reply(out, 200, envelope(out.CallID, "-1", "系统调用错误"))
}

// card returns the body for a recognition. flag is about the number only. A field that was not read or not requested is an
// empty text.
func card(out *sdk.ReplyRequest) []sdk.JSONMember {
	c := sdk.CardOf(out.Recognition)
	message := recognized
	switch {
	case !c.Has(sdk.FrontFields()...):
		message = noCard
	case !c.Has(sdk.IDNumber):
		message = noNumber
	}
	more := func(name string) sdk.JSON {
		if string(out.State) != "1" {
			return sdk.StringText("")
		}
		return sdk.StringText(c.Text(name))
	}
	return []sdk.JSONMember{
		retCode(out.Recognition.Billed),
		sdk.Member("flag", sdk.Bool(c.Has(sdk.IDNumber))),
		sdk.Member("msg", sdk.StringText(message)),
		sdk.Member("idNo", sdk.StringText(c.Text(sdk.IDNumber))),
		sdk.Member("name", more(sdk.Name)),
		sdk.Member("sex", more(sdk.Sex)),
		sdk.Member("birthday", more(sdk.BirthDate)),
		sdk.Member("nationality", more(sdk.Ethnicity)),
		sdk.Member("addr", more(sdk.Address)),
	}
}

// doorMessage returns the msg for a failure of the picture, or "" for other failures. Clients do not learn about other
// vendors.
func doorMessage(kind sdk.FailureKind) string {
	switch kind {
	case sdk.InvalidRequest, sdk.InvalidImage:
		return noPicture
	case sdk.NoDocument:
		return noCard
	case sdk.Unreadable:
		return noNumber
	}
	return ""
}

// unread returns the document's answer for a picture that was not read.
func unread(id, message string, billed sdk.Billed) sdk.JSON {
	fee := "0"
	if billed == sdk.BilledYes {
		fee = "1"
	}
	e := envelope(id, "0", "", retCode(billed), sdk.Member("flag", sdk.Bool(false)), sdk.Member("msg", sdk.StringText(message)))
	e.Object.Members = append(e.Object.Members, sdk.Member("showapi_fee_num", sdk.Number(fee)))
	return e
}

// retCode returns ret_code, which says whether the call is billed.
func retCode(billed sdk.Billed) sdk.JSONMember {
	if billed == sdk.BilledYes {
		return sdk.Member("ret_code", sdk.Number("0"))
	}
	return sdk.Member("ret_code", sdk.Number("-1"))
}

func envelope(id, code, message string, body ...sdk.JSONMember) sdk.JSON {
	return sdk.Object(
		sdk.Member("showapi_res_error", sdk.StringText(message)),
		sdk.Member("showapi_res_code", sdk.Number(code)),
		sdk.Member("showapi_res_id", sdk.StringText(id)),
		sdk.Member("showapi_res_body", sdk.Object(body...)),
	)
}
