package main

import (
	"github.com/ocrmux/ocrmux/plugins/internal/aligateway"
	"github.com/ocrmux/ocrmux/sdk"
)

const (
	vendor = "https://idcare7.market.alicloudapi.com"
	path   = "/ocrIdCard"
)

type provider struct{}

// Start sends imgData or imgUrl, and need_more_info, in the order in which they are signed.
func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	picture := sdk.Param("imgData", sdk.Image(sdk.Base64))
	if in.Picture.URL != "" {
		picture = sdk.Param("imgUrl", sdk.Text(in.Picture.URL))
	}
	return aligateway.Form(c, c.Endpoint(vendor)+path, picture, sdk.Param("need_more_info", sdk.Text(needMoreInfo(c, in))))
}

// needMoreInfo returns "0" for the number only, which the vendor reads more reliably, or "1" for all fields.
func needMoreInfo(c *sdk.Call, in *sdk.Start) string {
	for _, said := range []sdk.Leaves{in.Options, c.Config()} {
		if more, ok := said.Bool("/need_more_info"); ok && !more {
			return "0"
		} else if ok {
			return "1"
		}
	}
	return "1"
}

// Response reads {showapi_res_code, showapi_res_error, showapi_res_id, showapi_fee_num, showapi_res_body}, unless the
// gateway answered itself. For a card that could not be read, the status is 200, the code is 0 and flag is false.
func (provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	if f, ok := aligateway.Failure(r); ok {
		return sdk.Failed(f)
	}
	code, id := r.Text("/showapi_res_code"), aligateway.RequestID(r, r.Text("/showapi_res_id"))
	if code == "" {
		return sdk.Failed(aligateway.NoAnswer(r, "showapi_res_code"))
	}
	body := r.Below("/showapi_res_body")
	if code != "0" {
		f := codes().Fail(code, r.Text("/showapi_res_error"))
		f.Billed, f.VendorRequestID, f.RetryAfterMs = charged(body, f.Billed), id, r.RetryAfterMillis()
		return sdk.Failed(f)
	}
	if read, _ := body.Bool("/flag"); !read {
		f := unrecognized(body.Text("/ret_code"), body.Text("/msg"))
		f.Billed, f.VendorRequestID = charged(body, sdk.BilledUnknown), id
		return sdk.Failed(f)
	}
	fields := sdk.Fields(
		sdk.Read(sdk.Name, body.Text("/name")),
		sdk.Read(sdk.Sex, body.Text("/sex")),
		sdk.Read(sdk.Ethnicity, body.Text("/nationality")),
		sdk.Read(sdk.BirthDate, body.Text("/birthday")),
		sdk.Read(sdk.Address, body.Text("/addr")),
		sdk.Read(sdk.IDNumber, body.Text("/idNo")),
	)
	if len(fields) == 0 {
		return sdk.Failed(sdk.Fail{
			Kind: sdk.Unreadable, VendorMessage: body.Text("/msg"), Message: "the vendor read no field", VendorRequestID: id,
			FailOver: true, Billed: charged(body, sdk.BilledUnknown), Fault: sdk.CallerFault,
		})
	}
	done := &sdk.Done{
		Side:            sdk.Front,
		Fields:          fields,
		VendorRequestID: id,
		Billed:          charged(body, sdk.BilledUnknown),
		Extras:          body.Extras("msg", "flag", "ret_code", "name", "sex", "nationality", "birthday", "addr", "idNo"),
	}
	if fee := r.Text("/showapi_fee_num"); fee != "" {
		done.Extras = append(done.Extras, sdk.Extra{Name: "showapi_fee_num", Value: fee})
	}
	return sdk.Recognized(done)
}

// charged returns whether ret_code says that the call is billed, or otherwise if it does not say.
func charged(body sdk.Leaves, otherwise sdk.Billed) sdk.Billed {
	switch body.Text("/ret_code") {
	case "0":
		return sdk.BilledYes
	case "-1":
		return sdk.BilledNo
	}
	return otherwise
}
