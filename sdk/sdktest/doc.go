// Package sdktest tests providers. It builds a provider as a WebAssembly module and as a subprocess, loads both into the
// engine, and plays the vendor with a real HTTP server.
//
// A golden exchange is a text file in testdata, in the txtar format:
//
//	A card that was read.
//	-- call.json --
//	{"image": "card.jpg", "secrets": {"app_id": "demo", "app_secret": "s3cret"}, "now": "2019-04-16T00:09:36.238Z"}
//	-- request.http --
//	POST /ocr/idcard-v1
//	Content-Type: multipart/form-data; boundary=…
//
//	…{image:raw}…
//	-- response.http --
//	200
//	Content-Type: application/json
//
//	{"code": 200, …}
//	-- result.json --
//	{"document": "cn.idcard", …}
//
// The request is compared byte for byte. {image:raw}, {image:base64} and {image:base64_percent} represent the picture.
// Further exchanges of one call are request.2.http, response.2.http and so on. Run the tests with -update to write the
// requests and the result; read the difference before you commit it.
//
// [Conformance] plays the golden exchanges and checks every rule that a provider must keep. It is the one test that
// every provider needs.
//
// [Answer], [Evaluate] and [sdk.Step] test single steps in the test's own program, without a build.
//
// For a front door, [Accept] passes a request to the provider in the test's own program. [RoundTrip] sends random cards
// and every failure out through the front door and back in through the adapter, and compares what is lost with a list.
//
// The environment variable OCRMUX_TEST_CACHE names a folder for compiled modules. With it, later runs do not compile a
// module again.
package sdktest
