// Package sdk is the library for writing providers: plugins that connect ocrmux to an OCR vendor.
//
// A provider is a type with two methods. Start returns the request to send for a picture, and Response returns what
// the vendor's answer means:
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
// The same source builds as a WebAssembly module (GOOS=wasip1 GOARCH=wasm, -buildmode=c-shared) and as a subprocess.
//
// A provider never sees a secret, and it sees the picture only if its manifest asks for that. It puts a [Value] in
// their place, and the host fills the value in while it sends the request.
//
// Steps are pure: the same arguments give the same action. Everything a step depends on is in its arguments; what a
// later step needs goes into [Request.State].
//
// Modules contain this package, so it has few dependencies.
package sdk
