package main

import (
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

const (
	vendor  = "https://ocr.tencentcloudapi.com"
	service = "ocr"
	action  = "IDCardOCR"
	version = "2018-11-19"
)

type provider struct{}

// Start sends the picture and the settings as JSON. Config goes into the state, because the answer depends on it.
func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	ask, err := newSettings(c, in)
	if err != nil {
		return sdk.Failed(sdk.Fail{Kind: sdk.InvalidRequest, Message: err.Error(), Billed: sdk.BilledNo, Fault: sdk.CallerFault})
	}
	endpoint := c.Endpoint(vendor)
	request := sdk.Post(endpoint + "/").Header(headers(c, signedHost(endpoint))...).JSON(body(in, ask)).State([]byte(ask.config))
	if ask.portrait {
		// The portrait makes AdvancedInfo, which also has the warnings, longer than a leaf.
		request.WantBody()
	}
	return sdk.Send(request)
}

func headers(c *sdk.Call, host string) []sdk.NamedValue {
	all := []sdk.NamedValue{
		sdk.Param("Content-Type", sdk.Text(contentType)),
		sdk.Param("Authorization", signed{service, host, action}.authorization(c.UnixMilli(), c.Seconds(), sdk.BodyBytes())),
		sdk.Param("X-TC-Action", sdk.Text(action)),
		sdk.Param("X-TC-Version", sdk.Text(version)),
		sdk.Param("X-TC-Timestamp", sdk.Text(c.Seconds())),
	}
	if c.HasSecret("token") {
		all = append(all, sdk.Param("X-TC-Token", sdk.Secret("token")))
	}
	if region := c.Option("region", ""); region != "" {
		all = append(all, sdk.Param("X-TC-Region", sdk.Text(region)))
	}
	if language := c.Option("language", ""); language != "" {
		all = append(all, sdk.Param("X-TC-Language", sdk.Text(language)))
	}
	return all
}

func body(in *sdk.Start, ask *settings) sdk.JSON {
	picture := sdk.Member("ImageBase64", sdk.String(sdk.Image(sdk.Base64)))
	if in.Picture != nil && in.Picture.URL != "" {
		picture = sdk.Member("ImageUrl", sdk.StringText(in.Picture.URL))
	}
	members := []sdk.JSONMember{picture}
	switch in.Side {
	case sdk.Front:
		members = append(members, sdk.Member("CardSide", sdk.StringText("FRONT")))
	case sdk.Back:
		members = append(members, sdk.Member("CardSide", sdk.StringText("BACK")))
	}
	if ask.config != "" {
		members = append(members, sdk.Member("Config", sdk.StringText(ask.config)))
	}
	return sdk.Object(append(members, ask.members...)...)
}

// Response reads {"Response": {…, "RequestId"}}, which has an Error or the card. The HTTP status is always 200.
func (provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	leaves := r.Leaves
	if whole, ok := sdk.FlattenJSON(string(r.Body)); ok {
		leaves = whole
	}
	answer := leaves.Below("/Response")
	switch {
	case answer.Text("/Error/Code") != "":
		f := failure(answer.Text("/Error/Code"), answer.Text("/Error/Message"))
		f.VendorRequestID, f.RetryAfterMs = answer.Text("/RequestId"), r.RetryAfterMillis()
		return sdk.Failed(f)
	case !answer.Has("/RequestId"):
		return sdk.Failed(sdk.NoAnswer(r, "RequestId"))
	}
	asked, _ := sdk.FlattenJSON(string(r.State))
	return outcome(answer, asked)
}

// outcome returns the card of a successful answer, or a failure if it has no field.
func outcome(answer, asked sdk.Leaves) *sdk.Action {
	front := sdk.Fields(
		sdk.Read(sdk.Name, answer.Text("/Name")),
		sdk.Read(sdk.Sex, answer.Text("/Sex")),
		sdk.Read(sdk.Ethnicity, answer.Text("/Nation")),
		sdk.Read(sdk.BirthDate, answer.Text("/Birth")),
		sdk.Read(sdk.Address, answer.Text("/Address")),
		sdk.Read(sdk.IDNumber, answer.Text("/IdNum")),
	)
	back := sdk.Fields(
		sdk.Read(sdk.IssuingAuthority, answer.Text("/Authority")),
		sdk.Read(sdk.Validity, answer.Text("/ValidDate")),
	)
	advanced, understood := sdk.FlattenJSON(answer.Text("/AdvancedInfo"))
	seen, checks := warnings(advanced, asked)
	if len(front)+len(back) == 0 {
		return sdk.Failed(sdk.Fail{
			Kind: sdk.NoDocument, Message: "the vendor read no field of an ID card", FailOver: true, Billed: sdk.BilledUnknown,
			Fault: sdk.CallerFault, VendorRequestID: answer.Text("/RequestId"), Signals: seen,
		})
	}
	done := &sdk.Done{
		Fields: slices.Concat(front, back), Signals: seen, Checks: checks,
		VendorRequestID: answer.Text("/RequestId"), Billed: sdk.BilledYes,
	}
	switch {
	case len(back) == 0:
		done.Side = sdk.Front
	case len(front) == 0:
		done.Side = sdk.Back
	}
	known := []string{"Name", "Sex", "Nation", "Birth", "Address", "IdNum", "Authority", "ValidDate", "RequestId"}
	if understood {
		known = append(known, "AdvancedInfo")
	}
	done.Extras = slices.Concat(answer.Extras(known...), advanced.Extras("WarnInfos"), unknownWarnings(advanced))
	return sdk.Recognized(done)
}
