package main

import "github.com/ocrmux/ocrmux/sdk"

const (
	vendor = "https://api.jumdata.com"
	path   = "/ocr/idcard-v1"
)

type provider struct{}

// Start sends the picture as a form: appId, timestamp, sign = sha256(appId + appSecret + timestamp), and one of file,
// base64 and url.
func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	id, timestamp := sdk.Secret("app_id"), sdk.Text(c.Millis())
	return sdk.Send(sdk.Post(c.Endpoint(vendor)+path).Multipart(
		sdk.FormField("appId", id),
		sdk.FormField("timestamp", timestamp),
		sdk.FormField("sign", sdk.Hash(sdk.SHA256, sdk.Hex, id, sdk.Secret("app_secret"), timestamp)),
		picture(c, in.Picture),
	))
}

func picture(c *sdk.Call, p *sdk.PictureInfo) sdk.MultipartField {
	switch {
	case p.URL != "":
		return sdk.FormField("url", sdk.Text(p.URL))
	case c.Option("upload", "file") == "base64":
		return sdk.FormField("base64", sdk.Image(sdk.Base64))
	case p.Format == sdk.PNG:
		return sdk.FormFile("file", "card.png", "image/png", sdk.Image(sdk.Raw))
	default:
		return sdk.FormFile("file", "card.jpg", "image/jpeg", sdk.Image(sdk.Raw))
	}
}

// Response reads the envelope {code, msg, taskNo, charge, data}. The HTTP status adds nothing to code.
func (provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	code := r.Text("/code")
	if code == "" {
		return sdk.Failed(sdk.NoAnswer(r, "code"))
	}
	if code != "200" {
		f := refusal(code, r.Text("/msg"))
		f.Billed = charged(r, f.Billed)
		f.VendorRequestID = r.Text("/taskNo")
		return sdk.Failed(f)
	}
	fields := sdk.Fields(
		read(r, sdk.Name, "name", "name"),
		read(r, sdk.Sex, "sex", "sex"),
		read(r, sdk.Ethnicity, "nation", ""),
		birth(r),
		read(r, sdk.Address, "address", "address"),
		read(r, sdk.IDNumber, "number", "number"),
		read(r, sdk.IssuingAuthority, "authority", "authority"),
		read(r, sdk.Validity, "timelimit", "timelimit"),
	)
	if r.Text("/data/result") == "1" || !anyValid(r) || len(fields) == 0 {
		return sdk.Failed(sdk.Fail{
			Kind: sdk.NoDocument, VendorCode: code, VendorMessage: r.Text("/msg"), VendorRequestID: r.Text("/taskNo"),
			Message: "the vendor read no field of an ID card", FailOver: true, Billed: charged(r, sdk.BilledYes), Fault: sdk.CallerFault,
		})
	}
	done := &sdk.Done{Fields: fields, VendorRequestID: r.Text("/taskNo"), Billed: charged(r, sdk.BilledYes), Rotation: rotation(r)}
	switch r.Text("/data/side") {
	case "front":
		done.Side = sdk.Front
	case "back":
		done.Side = sdk.Back
	}
	return sdk.Recognized(done)
}

// anyValid reports whether any field is valid. For a picture without an ID card the vendor returns a success in which no
// field is valid.
func anyValid(r *sdk.Response) bool {
	for _, v := range r.Below("/data/validity") {
		if v.Value == "true" {
			return true
		}
	}
	return false
}

// read returns a field of info. It is uncertain if the vendor says that it is not valid.
func read(r *sdk.Response, name, key, validity string) sdk.Field {
	f := sdk.Read(name, r.Text("/data/info/"+key))
	if ok, said := r.Bool("/data/validity/" + validity); said && !ok {
		f.Flags = []string{sdk.Uncertain}
	}
	return f
}

// birth returns the birth date, which the vendor gives in three parts.
func birth(r *sdk.Response) sdk.Field {
	f := read(r, sdk.BirthDate, "year", "birthday")
	if month, day := r.Text("/data/info/month"), r.Text("/data/info/day"); f.Text != "" && month != "" && day != "" {
		f.Text += "年" + month + "月" + day + "日"
	}
	return f
}

func rotation(r *sdk.Response) *float64 {
	degrees := map[string]float64{"": 0, "cw90": 90, "cw180": 180, "cw270": 270}
	if d, ok := degrees[r.Text("/data/rotate")]; ok {
		return &d
	}
	return nil
}

// charged returns whether the answer says that the call is billed, or otherwise if it does not say.
func charged(r *sdk.Response, otherwise sdk.Billed) sdk.Billed {
	if b, said := r.Bool("/charge"); said {
		if b {
			return sdk.BilledYes
		}
		return sdk.BilledNo
	}
	return otherwise
}
