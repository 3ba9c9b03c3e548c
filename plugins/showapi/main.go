// Command showapi is the provider for ShowAPI's ID card OCR on Alibaba Cloud Market (易源 身份证识别).
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
