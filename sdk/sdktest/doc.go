// Package sdktest runs a provider the way its users will: built both as a WASM module and as a subprocess, loaded by the
// real engine, against a real HTTP server that plays the vendor.
//
// A golden exchange is one text file in testdata (the txtar format) that reads like the vendor's document:
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
// The request is compared byte for byte; {image:raw}, {image:base64} and {image:base64_percent} stand for the picture. A
// provider that makes several exchanges has request.2.http, response.2.http and so on. Run the tests with -update to
// write what the provider sent and what came of it; read the difference before committing it.
//
// [Conformance] holds the provider to what the contract asks of every one; the cases are those of package conform.
//
// For a front door, [Knock] shows a request to the provider in this program, says whether the proofs hold for a client, and
// gives the bytes that a client gets. [RoundTrip] sends random cards and every failure out through the front door and in again
// through the adapter, and holds what is lost on the way to a list.
package sdktest
