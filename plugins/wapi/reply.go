package main

import (
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// pair is a member of the answer: a name from the document and its text.
type pair struct{ name, text string }

// reply is an answer of the front door before it is written as JSON or XML.
type reply struct {
	code, message string
	card          []pair // image_status, idcard_number_type and the fields; none in a failure
}

func failure(code, message string) reply { return reply{code: code, message: message} }

// doorReply returns the answer for a failure. Failures of the front door are verbatim. A picture without a readable card
// is a success with an image_status. Others have the nearest code. Clients do not learn about other vendors.
func doorReply(f *sdk.Fail) reply {
	switch {
	case f == nil:
		return reply{}
	case f.VendorCode != "":
		return failure(f.VendorCode, f.VendorMessage)
	}
	switch f.Kind {
	case sdk.InvalidRequest:
		return failure("10015", "参数个数错误")
	case sdk.InvalidImage:
		return failure("10019", "url_image图片错误,请检查图片的格式、大小和地址")
	case sdk.NoDocument:
		return recognized("non_idcard", "-1")
	case sdk.Unreadable:
		image := imageStatus(f.Signals, false)
		if image == "normal" {
			image = "unknown"
		}
		return recognized(image, "-1")
	case sdk.ProviderError, sdk.Internal:
		return failure("10014", "未知的错误,可以联系客服处理")
	}
	return failure("10021", "服务器发生错误")
}

func recognized(image, number string, fields ...pair) reply {
	return reply{"10000", "识别成功", append([]pair{{"image_status", image}, {"idcard_number_type", number}}, fields...)}
}

// card returns the answer for a card. asked is the side that the client named.
func card(r *sdk.Recognition, asked string) reply {
	c := sdk.CardOf(r)
	front, back := c.Has(sdk.FrontFields()...), c.Has(sdk.BackFields()...)
	reversed := asked == "front" && back && !front || asked == "back" && front && !back
	number, legal := numberType(r)
	var fields []pair
	if front {
		text := c.Text(sdk.IDNumber)
		if !legal {
			text = ""
		}
		fields = append(fields, pair{"姓名", c.Text(sdk.Name)}, pair{"性别", c.Text(sdk.Sex)}, pair{"民族", c.Text(sdk.Ethnicity)},
			pair{"出生", c.Compact(sdk.BirthDate)}, pair{"住址", c.Text(sdk.Address)}, pair{"公民身份号码", text})
	}
	if back {
		fields = append(fields, pair{"签发机关", c.Text(sdk.IssuingAuthority)},
			pair{"签发日期", c.Compact(sdk.ValidFrom)}, pair{"失效日期", c.Compact(sdk.ValidUntil)})
	}
	return recognized(imageStatus(r.Signals, reversed), number, fields...)
}

// imageStatus returns the status for a picture whose card was read. A status names one problem only: the first of these.
func imageStatus(signals []sdk.Signal, reversed bool) string {
	yes := func(names ...string) bool {
		return slices.ContainsFunc(signals, func(s sdk.Signal) bool { return s.State == sdk.SignalYes && slices.Contains(names, s.Name) })
	}
	switch {
	case yes(sdk.SignalNotIDCard):
		return "other_type_card"
	case reversed, yes(sdk.SignalReversedSide):
		return "reversed_side"
	case yes(sdk.SignalBlurred):
		return "blurred"
	case yes(sdk.SignalOverExposed, sdk.SignalReflective):
		return "over_exposure"
	case yes(sdk.SignalOverDark):
		return "over_dark"
	}
	return "normal"
}

// numberType returns idcard_number_type by the engine's checks, and whether the number is legal. A number that is not legal
// is left out of the answer. Values that could not be compared count as consistent: the vendor has no code for them.
func numberType(r *sdk.Recognition) (code string, legal bool) {
	failed := func(check string) bool {
		return slices.ContainsFunc(r.Checks, func(c sdk.VendorCheck) bool { return c.Name == check && c.State == sdk.CheckFail })
	}
	c := sdk.CardOf(r)
	number := c.Field(sdk.IDNumber)
	birth, sex := failed(sdk.CheckBirthDateMatchesNumber), failed(sdk.CheckSexMatchesNumber)
	switch {
	case !c.Has(sdk.FrontFields()...):
		return "-1", false
	case number == nil || number.Value == "" || failed(sdk.CheckIDNumberChecksum):
		return "0", false
	case birth && sex:
		return "2", true
	case birth:
		return "3", true
	case sex:
		return "4", true
	}
	return "1", true
}
