// Package engine reads identity cards through OCR providers.
//
// An [Engine] loads provider plugins through the runtimes it is given, holds every picture to the provider's limits, signs
// and sends the provider's requests, and turns what was read into one result model:
//
//	wasmRuntime, err := wasm.New(wasm.Config{})
//	...
//	e, err := engine.Open(ctx, engine.Config{
//		Plugins:  "plugins",
//		Runtimes: []engine.Runtime{wasmRuntime},
//		Providers: map[string]engine.ProviderConfig{"jumdata": {Secrets: map[string]engine.Secret{
//			"app_id": engine.NewSecret(id), "app_secret": engine.NewSecret(secret),
//		}}},
//	})
//	...
//	r, err := e.Recognize(ctx, engine.Request{Picture: engine.File("card.jpg")})
//
// An error of Recognize is a *[Error] that says whose fault it was, whether it was billed, and every attempt that was made.
//
// A [Runtime] is a kind of plugin: the packages wasm, process and declarative of this module make one each, and a program
// carries only those that it passes. The folder of plugins approves what may be loaded in its file plugins.lock, unless
// [Config.Unlocked] says otherwise. [Config.Routes] name which provider is tried after which, and [Config.FrontDoors] open a
// [Door] through which clients call in a vendor's own protocol.
package engine
