// Package engine reads identity cards through OCR providers.
//
// An [Engine] loads provider plugins through the runtimes that it is given, fits each picture to the provider's limits, signs and sends the
// provider's requests, and turns what was read into one result model:
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
// An error of Recognize is a *[Error]. It says whose fault it was, whether it was billed, and which attempts were made.
//
// A [Runtime] runs one kind of plugin. The packages wasm, process and declarative of this module have one each, and a program links only those
// that it passes. The file plugins.lock in the folder of plugins approves what may be loaded, unless [Config.Unlocked] is set. [Config.Routes]
// say which providers are asked, and in which order. [Config.FrontDoors] open a [Door] for clients that speak a vendor's own protocol.
package engine
