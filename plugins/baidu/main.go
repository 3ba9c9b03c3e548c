// Command baidu is the provider for the ID card OCR of Baidu AI Cloud (百度智能云 文字识别 身份证识别).
//
// It is written from public documents, read in 2026, and has never been run against a real account:
//
//   - the API: cloud.baidu.com/doc/OCR/s/rk3h7xzck; its parameters and fields are also those of published clients
//   - access tokens: ai.baidu.com/ai-doc/REFERENCE/Lkru0zoz4
//   - codes: ai.baidu.com/ai-doc/OCR/dk3h7y5vr and …/OCR/3kibizyl9
//   - billing: ai.baidu.com/ai-doc/OCR/Jk3h7xtsd charges for successful calls. The price lists of similar APIs say that
//     failed calls are free. The price list for cards could not be read, so the manifest has no price.
//
// Of the three ways to authenticate, only the access token is implemented. The encrypted variant of the API (idcard_enc)
// and the one for both sides in one picture (multi_idcard) are separate APIs.
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
