// Command wapi is the provider for Wapi's ID card OCR (挖数据 身份证信息识别).
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
