package main

import (
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

const path = "/pyi/76/194"

// maxQueryPicture is the largest picture in bytes for GET. The host's URLs have at most 32 KiB.
const maxQueryPicture = 16 << 10

type provider struct{}

// Start sends appid, format, id_card_side, time, url_image and sign in a form, or in the query as the vendor's samples do.
func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	picture := sdk.Image(sdk.Base64)
	if in.Picture.URL != "" {
		picture = sdk.Text(in.Picture.URL)
	}
	params := []sdk.NamedValue{
		sdk.Param("appid", sdk.Secret("app_id")),
		sdk.Param("format", sdk.Text(c.Option("format", "json"))),
	}
	if in.Side == sdk.Front || in.Side == sdk.Back {
		params = append(params, sdk.Param("id_card_side", sdk.Text(in.Side.String())))
	}
	params = append(params, sdk.Param("time", sdk.Text(c.Seconds())), sdk.Param("url_image", picture))
	params = append(params, sdk.Param("sign", sign(params)))

	url := c.Endpoint("") + path
	if c.Option("method", "post") == "get" {
		if f := refusedByQuery(in.Picture); f != nil {
			return sdk.Failed(*f)
		}
		return sdk.Send(sdk.Get(url).Query(params...))
	}
	contentType := sdk.Text("application/x-www-form-urlencoded;charset=utf-8")
	return sdk.Send(sdk.Post(url).Header(sdk.Param("Content-Type", contentType)).Form(params...))
}

// refusedByQuery returns the failure for a picture that is too large for a query, or nil.
func refusedByQuery(p *sdk.PictureInfo) *sdk.Fail {
	if p.Size <= maxQueryPicture {
		return nil
	}
	return &sdk.Fail{
		Kind: sdk.InvalidImage, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault,
		Message: "a picture of more than 16 KiB does not fit into a query: set method to post",
	}
}

// sign returns the MD5 of all names and values and the secret. params must be sorted by name, without empty values. The
// values are not URL-encoded.
func sign(params []sdk.NamedValue) sdk.Value {
	var data []sdk.Value
	for _, p := range params {
		data = append(data, sdk.Text(p.Name), *p.Value)
	}
	return sdk.Hash(sdk.MD5, sdk.Hex, append(data, sdk.Secret("app_secret"))...)
}

// Response reads codeid, message, time and the card. The HTTP status adds nothing to codeid.
func (provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	code, message := r.Text("/codeid"), r.Text("/message")
	if code == "" {
		return sdk.Failed(sdk.NoAnswer(r, "codeid"))
	}
	if code != "10000" {
		f := refusal(code, message)
		f.Billed, f.RetryAfterMs = sdk.BilledNo, r.RetryAfterMillis() // 10000 is the only code that is billed
		return sdk.Failed(f)
	}
	if tooLong(r) {
		return sdk.Failed(sdk.Fail{
			Kind: sdk.ProviderError, VendorCode: code, VendorMessage: message, Message: "retdata is a text too long to be read",
			FailOver: true, Billed: sdk.BilledYes, Fault: sdk.VendorFault,
		})
	}
	a := newAnswer(r)
	front, back := a.front(), a.back()
	image := a.text("image_status")
	s, known := statuses()[image]
	if !known {
		s = statuses()["unknown"]
	}
	if s.hopeless || len(front)+len(back) == 0 {
		return sdk.Failed(sdk.Fail{
			Kind: s.kind, VendorCode: code, VendorMessage: message, Message: s.message,
			FailOver: true, Billed: sdk.BilledYes, Fault: sdk.CallerFault, Signals: signals(image),
		})
	}
	done := &sdk.Done{Side: side(front, back), Signals: signals(image), Billed: sdk.BilledYes, Extras: a.extras()}
	if done.Signals == nil && image != "" {
		done.Extras = append(done.Extras, sdk.Extra{Name: "image_status", Value: image})
	}
	if len(front) > 0 {
		var doubted []string
		done.Checks, doubted = numberChecks(a.text("idcard_number_type"))
		flag(front, doubted)
	}
	done.Fields = append(front, back...)
	return sdk.Recognized(done)
}

// side returns the side of the fields, or 0 if the picture shows both.
func side(front, back []sdk.Field) sdk.Side {
	switch {
	case len(back) == 0:
		return sdk.Front
	case len(front) == 0:
		return sdk.Back
	}
	return 0
}

func flag(fields []sdk.Field, names []string) {
	for i := range fields {
		if slices.Contains(names, fields[i].Name) {
			fields[i].Flags = []string{sdk.Uncertain}
		}
	}
}
