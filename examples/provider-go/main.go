// Command provider-go is the smallest complete provider: one request, one answer, and one failure with a code.
//
//	ocrmux plugin build examples/provider-go
package main

import "github.com/ocrmux/ocrmux/sdk"

type provider struct{}

// Start posts the picture as a form with the account's key.
func (provider) Start(c *sdk.Call, _ *sdk.Start) *sdk.Action {
	return sdk.Send(sdk.Post(c.Endpoint("https://api.example.com")+"/idcard").Form(
		sdk.Param("key", sdk.Secret("api_key")),
		sdk.Param("image", sdk.Image(sdk.Base64)),
	))
}

// Response reads {"name", "number", "birth"}, or {"error"} if there is no card.
func (provider) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	if message := r.Text("/error"); message != "" {
		return sdk.Failed(sdk.Fail{Kind: sdk.NoDocument, VendorMessage: message, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.CallerFault})
	}
	if !r.Has("/name") {
		return sdk.Failed(sdk.NoAnswer(r, "name"))
	}
	return sdk.Recognized(&sdk.Done{Billed: sdk.BilledYes, Fields: sdk.Fields(
		sdk.Read(sdk.Name, r.Text("/name")),
		sdk.Read(sdk.IDNumber, r.Text("/number")),
		sdk.Read(sdk.BirthDate, r.Text("/birth")),
	)})
}

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
