package main

import (
	"math"
	"slices"
	"strconv"

	"github.com/ocrmux/ocrmux/plugins/internal/aligateway"
	"github.com/ocrmux/ocrmux/sdk"
)

const (
	vendor = "https://ocrapi-idcard.taobao.com"
	path   = "/ocrservice/idcard"
)

type provider struct{}

// Start sends {img or url, figure}.
func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	body := []sdk.JSONMember{sdk.Member("img", sdk.String(sdk.Image(sdk.Base64)))}
	if in.Picture.URL != "" {
		body[0] = sdk.Member("url", sdk.String(sdk.Text(in.Picture.URL)))
	}
	if figure, _ := sdk.Leaves(in.Options).Bool("/figure"); figure || slices.Contains(in.Extras, sdk.Portrait) {
		body = append(body, sdk.Member("figure", sdk.Bool(true)))
	}
	return aligateway.JSON(c, c.Endpoint(vendor)+path, sdk.Object(body...))
}

// Response reads {data, angle, figure, sid} or {error_code, error_msg}, unless the gateway answered itself. The vendor
// does not say what is billed; the market counts calls that were answered.
func (provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	if f, ok := aligateway.Failure(r); ok {
		return sdk.Failed(f)
	}
	id := aligateway.RequestID(r, r.Text("/sid"))
	if code := r.Text("/error_code"); code != "" {
		f := failure(code, r.Text("/error_msg"))
		f.VendorRequestID, f.RetryAfterMs = id, r.RetryAfterMillis()
		return sdk.Failed(f)
	}
	if !r.Has("/data") {
		return sdk.Failed(aligateway.NoAnswer(r, "data"))
	}
	data := r.Below("/data")
	fields := sdk.Fields(
		sdk.Read(sdk.Name, data.Text("/name")),
		sdk.Read(sdk.Sex, data.Text("/gender")),
		sdk.Read(sdk.Ethnicity, data.Text("/nation")),
		sdk.Read(sdk.BirthDate, data.Text("/birthday")),
		sdk.Read(sdk.Address, data.Text("/address")),
		sdk.Read(sdk.IDNumber, data.Text("/id")),
	)
	if len(fields) == 0 {
		return sdk.Failed(sdk.Fail{
			Kind: sdk.Unreadable, Message: "the vendor read no field", VendorRequestID: id,
			FailOver: true, Billed: sdk.BilledYes, Fault: sdk.CallerFault,
		})
	}
	return sdk.Recognized(&sdk.Done{
		Side:            sdk.Front,
		Fields:          fields,
		Portrait:        portrait(r),
		Rotation:        rotation(r),
		VendorRequestID: id,
		Billed:          sdk.BilledYes,
		Extras:          data.Extras("name", "nation", "gender", "birthday", "address", "id"),
	})
}

// portrait returns the box of the figure of the type face.
func portrait(r *sdk.Response) *sdk.Polygon {
	for i := 0; ; i++ {
		at := "/figure/" + strconv.Itoa(i)
		if !r.Has(at) {
			return nil
		}
		x, xOK := r.Float(at + "/x")
		y, yOK := r.Float(at + "/y")
		w, wOK := r.Float(at + "/w")
		h, hOK := r.Float(at + "/h")
		if r.Text(at+"/type") == "face" && xOK && yOK && wOK && hOK {
			return sdk.Box(x, y, w, h)
		}
	}
}

// rotation returns the angle in degrees, 0 up to 360. The document's example is 359.
func rotation(r *sdk.Response) *float64 {
	angle, ok := r.Float("/angle")
	if !ok {
		return nil
	}
	if angle = math.Mod(angle, 360); angle < 0 {
		angle += 360
	}
	return &angle
}
