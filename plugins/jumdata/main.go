// Command jumdata is the provider for Jumdata's ID card OCR (聚美智数 身份证OCR 标准版).
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
