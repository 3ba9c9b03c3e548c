// Command local is the provider that reads Chinese identity cards on this machine, with PP-OCR models on ONNX Runtime. It sends
// nothing.
package main

import "github.com/ocrmux/ocrmux/sdk"

func init() { sdk.Register(&provider{}) }

func main() { sdk.Main() }
