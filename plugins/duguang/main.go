// Command duguang is the provider for Alibaba Duguang's structured ID card OCR (读光 身份证结构化识别).
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
