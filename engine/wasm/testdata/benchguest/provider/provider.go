// Package provider is a provider like those that are shipped, for benchmarks: it signs a form with the picture in it and
// maps an answer of a vendor's usual size. The benchmark calls it natively, benchguest makes a module of it.
package provider

import "github.com/ocrmux/ocrmux/sdk"

// Provider is stateless.
type Provider struct{}

// Start sends the picture in a signed multipart form.
func (Provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	id, timestamp := sdk.Secret("app_id"), sdk.Text(c.Millis())
	return sdk.Send(sdk.Post(c.Endpoint("https://api.example.com")+"/ocr/idcard").
		Header(
			sdk.Param("X-Ca-Nonce", sdk.Text(c.Nonce())),
			sdk.Param("X-Ca-Key", id),
			sdk.Param("X-Ca-Timestamp", timestamp),
			sdk.Param("X-Ca-Signature", sdk.HMAC(sdk.SHA256, sdk.Base64, sdk.Secret("app_secret"),
				sdk.Text("POST\napplication/json\n"), sdk.Hash(sdk.MD5, sdk.Base64, sdk.BodyBytes()),
				sdk.Text("\n"+c.Nonce()+"\n"), timestamp, sdk.Text("\n/ocr/idcard"))),
		).
		Multipart(
			sdk.FormField("appId", id),
			sdk.FormField("timestamp", timestamp),
			sdk.FormField("sign", sdk.Hash(sdk.SHA256, sdk.Hex, id, sdk.Secret("app_secret"), timestamp)),
			sdk.FormFile("file", "card.jpg", "image/jpeg", sdk.Image(sdk.Raw)),
		).
		State([]byte("first")))
}

// Response maps a card.
func (Provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	if code := r.Text("/code"); code != "200" {
		return sdk.Failed(sdk.NoAnswer(r, "code"))
	}
	d := &sdk.Done{VendorRequestID: r.Text("/taskNo"), Billed: sdk.BilledYes, Side: sdk.Front}
	d.Fields = sdk.Fields(
		field(r, sdk.Name, "name"),
		field(r, sdk.Sex, "sex"),
		field(r, sdk.Ethnicity, "nation"),
		field(r, sdk.BirthDate, "birthday"),
		field(r, sdk.Address, "address"),
		field(r, sdk.IDNumber, "number"),
		field(r, sdk.IssuingAuthority, "authority"),
		field(r, sdk.Validity, "timelimit"),
	)
	return sdk.Recognized(d)
}

func field(r *sdk.Response, name, key string) sdk.Field {
	f := sdk.Read(name, r.Text("/data/info/"+key))
	if ok, said := r.Bool("/data/validity/" + key); said && !ok {
		f.Flags = []string{"uncertain"}
	}
	if p, ok := r.Float("/data/confidence/" + key); ok {
		f.Confidence = &p
	}
	return f
}
