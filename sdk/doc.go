// Package sdk is what the author of a provider imports.
//
// A provider is a plain Go type that says what to send and what an answer means:
//
//	type provider struct{}
//
//	func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
//		return sdk.Send(sdk.Post(c.Endpoint("https://api.example.com") + "/idcard").
//			Form(sdk.Param("key", sdk.Secret("api_key")), sdk.Param("image", sdk.Image(sdk.Base64))))
//	}
//
//	func (provider) Response(c *sdk.Call, r *sdk.Response) *sdk.Action {
//		return sdk.Recognized(&sdk.Done{Fields: sdk.Fields(sdk.Read(sdk.Name, r.Text("/name")))})
//	}
//
//	func init() { sdk.Register(provider{}) }
//	func main() { sdk.Main() }
//
// The same source builds as a WASM module (GOOS=wasip1 GOARCH=wasm, -buildmode=c-shared) and as a subprocess. A provider
// never sees a secret or the picture: it puts placeholders where they belong, and the host fills them in while it sends.
// Steps are pure: all a provider knows is in its arguments, and what it wants to remember goes into the exchange's state.
//
// The package depends on little, since guests carry it.
package sdk
