package main

import (
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// words pairs the names in words_result with the standard names of fields.
func words() [][2]string {
	return [][2]string{
		{"姓名", sdk.Name}, {"性别", sdk.Sex}, {"民族", sdk.Ethnicity}, {"出生", sdk.BirthDate}, {"住址", sdk.Address}, {"公民身份号码", sdk.IDNumber},
		{"签发机关", sdk.IssuingAuthority}, {"签发日期", sdk.ValidFrom}, {"失效日期", sdk.ValidUntil},
	}
}

// answer reads a successful answer. An answer without a field means that the vendor found no card or could not read it.
// Whether that is charged is not documented.
func answer(call url.Values, r *sdk.Response) *sdk.Action {
	leaves := r.Leaves
	// The picture of the portrait is longer than a leaf. As an extra it must come from the body.
	if whole, ok := sdk.FlattenJSON(string(r.Body)); ok {
		leaves = whole
	}
	status := leaves.Text("/image_status")
	seen := signals(call, leaves)
	read := fields(leaves)
	if len(read) == 0 || status == "non_idcard" || status == "other_type_card" {
		f := sdk.Fail{
			Kind: sdk.NoDocument, VendorCode: status, Message: "the vendor found no ID card in the picture", FailOver: true,
			Billed: sdk.BilledUnknown, Fault: sdk.CallerFault, VendorRequestID: leaves.Text("/log_id"), Signals: seen,
		}
		switch status {
		case "blurred", "over_exposure", "over_dark", "reversed_side":
			f.Kind, f.Message = sdk.Unreadable, "the vendor could not read the ID card in the picture"
		}
		return sdk.Failed(f)
	}
	return sdk.Recognized(&sdk.Done{
		Side:            side(read),
		Fields:          read,
		Signals:         seen,
		Checks:          checks(leaves),
		Portrait:        box(leaves, "/photo_location"),
		Rotation:        rotation(leaves),
		VendorRequestID: leaves.Text("/log_id"),
		Billed:          sdk.BilledYes,
		Extras: leaves.Extras("log_id", "words_result", "words_result_num", "image_status", "risk_type", "card_ps", "edit_tool",
			"idcard_number_type", "direction", "photo_location"),
	})
}

func fields(leaves sdk.Leaves) []sdk.Field {
	var all []sdk.Field
	for _, w := range words() {
		at := "/words_result/" + w[0]
		f := sdk.Read(w[1], leaves.Text(at+"/words"))
		f.Polygon = box(leaves, at+"/location")
		all = append(all, f)
	}
	return sdk.Fields(all...)
}

// side returns the side whose fields were read, because the vendor names none.
func side(fields []sdk.Field) sdk.Side {
	back := func(f sdk.Field) bool { return slices.Contains(sdk.BackFields(), f.Name) }
	switch {
	case !slices.ContainsFunc(fields, back):
		return sdk.Front
	case slices.IndexFunc(fields, func(f sdk.Field) bool { return !back(f) }) < 0:
		return sdk.Back
	}
	return 0
}

// box reads a location {left, top, width, height}. It returns nil if there is none or its area is empty.
func box(leaves sdk.Leaves, at string) *sdk.Polygon {
	x, okX := leaves.Float(at + "/left")
	y, okY := leaves.Float(at + "/top")
	w, okW := leaves.Float(at + "/width")
	h, okH := leaves.Float(at + "/height")
	if !okX || !okY || !okW || !okH || w <= 0 || h <= 0 {
		return nil
	}
	return sdk.Box(x, y, w, h)
}

// rotation converts quarter turns counter-clockwise to degrees clockwise. -1 means unknown.
func rotation(leaves sdk.Leaves) *float64 {
	quarters, ok := leaves.Int("/direction")
	if !ok || quarters < 0 || quarters > 3 {
		return nil
	}
	degrees := float64((4 - quarters) % 4 * 90)
	return &degrees
}

// checks reads idcard_number_type: 0 means that the number is not valid, 1 that it agrees with birth date and sex, 2 with
// neither, 3 not with the birth date, 4 not with the sex. -1 is a card without fields.
func checks(leaves sdk.Leaves) []sdk.VendorCheck {
	code := leaves.Text("/idcard_number_type")
	const pass, fail = sdk.CheckPass, sdk.CheckFail
	var number, birth, sex sdk.CheckState
	switch code {
	case "0":
		number = fail
	case "1":
		number, birth, sex = pass, pass, pass
	case "2":
		number, birth, sex = pass, fail, fail
	case "3":
		number, birth, sex = pass, fail, pass
	case "4":
		number, birth, sex = pass, pass, fail
	default:
		return nil
	}
	all := []sdk.VendorCheck{{Name: sdk.CheckIDNumberChecksum, State: number, VendorCode: code}}
	if code != "0" {
		all = append(all,
			sdk.VendorCheck{Name: sdk.CheckBirthDateMatchesNumber, State: birth, VendorCode: code},
			sdk.VendorCheck{Name: sdk.CheckSexMatchesNumber, State: sex, VendorCode: code},
		)
	}
	return all
}
