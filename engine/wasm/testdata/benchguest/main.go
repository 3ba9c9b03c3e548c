// Command benchguest is the provider of the benchmarks as a WebAssembly module.
package main

import (
	"github.com/ocrmux/ocrmux/engine/wasm/testdata/benchguest/provider"
	"github.com/ocrmux/ocrmux/sdk"
)

func init() { sdk.Register(provider.Provider{}) }

func main() { sdk.Main() }
