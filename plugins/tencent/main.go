// Command tencent is the provider for the ID card OCR of Tencent Cloud (腾讯云 文字识别 身份证识别, IDCardOCR of 2018-11-19).
//
// It is written from public documents, read in 2026, and has never been run against a real account:
//
//   - the API: cloud.tencent.com/document/api/866/33524, and the vendor's published clients, which are newer
//   - the signature: cloud.tencent.com/document/api/362/4208 (TC3-HMAC-SHA256), with its example in testdata/tc3.json
//   - codes: cloud.tencent.com/document/api/866/33528
//   - billing: cloud.tencent.com/document/product/866/45470 lists the failures that are charged
//   - prices: the packages of github.com/tencentyun/qcloud-documents, some years old; 1,000 calls a month are free
//
// Pictures may have "10M" as base64; the manifest has the smaller reading of that. The vendor detects the side, so CardSide
// is sent only if the caller names it. The API gives no positions, so there is no box of the portrait. All parameters are
// supported except CropIdCard; see configSwitches.
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
