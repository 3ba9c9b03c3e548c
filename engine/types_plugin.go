package engine

import "github.com/ocrmux/ocrmux/internal/catalog"

// Runtime loads one kind of plugin. Make one with wasm.New, process.New or declarative.New, or with package enginetest in tests.
// Its methods are for the engine.
type Runtime = catalog.Runtime

// PluginKind is the kind of a plugin, and so of the runtime that loads it.
type PluginKind = catalog.Kind

// Kinds of plugins.
const (
	// WASM is a WebAssembly module: a file NAME.wasm that carries its manifest in a custom section.
	WASM PluginKind = catalog.WASM
	// Process is an executable NAME beside its manifest NAME.manifest.json.
	Process PluginKind = catalog.Process
	// Declarative is a file NAME.provider.yaml that describes a provider without a program.
	Declarative PluginKind = catalog.Declarative
)

// PluginBrought is one file that a subprocess plugin brings along.
//
//	type PluginBrought struct {
//		Path   string   // below the folder of plugins, with slashes: "local.d/models.json"
//		Size   int64    // in bytes
//		SHA256 [32]byte // of the file
//	}
type PluginBrought = catalog.Brought

// PluginState is the state of a provider's plugin.
type PluginState = catalog.State

// States of plugins.
const (
	// Ready plugins can be called.
	Ready PluginState = catalog.Ready
	// Restarting plugins are subprocesses that are being started again after a failure.
	Restarting PluginState = catalog.Restarting
	// Broken plugins are not called: they did not load, or they are subprocesses that failed too often and rest for a while.
	Broken PluginState = catalog.Broken
	// Closed plugins belong to an engine that is closed.
	Closed PluginState = catalog.Closed
	// NotConfigured plugins were found in the folder, but no provider of the configuration uses them.
	NotConfigured PluginState = "not_configured"
)

// PluginError is a failure of a plugin, as opposed to one of its vendor. Match it with errors.As. Its text names the plugin, what it
// did and what would help. It holds no content of a call.
//
//	type PluginError struct {
//		Plugin string      // its name
//		Cause  PluginCause // what went wrong
//		Detail Message
//		Err    error       // the cause, or nil
//	}
type PluginError = catalog.PluginError

// PluginCause says what went wrong with a plugin, for example "not_locked", "wrong_checksum", "out_of_fuel" or "crash_loop".
// docs/abi.md lists the causes.
type PluginCause = catalog.Cause

// Causes of plugin errors. Later versions may add some.
const (
	// PluginNotAPlugin: the file is not a plugin of its kind.
	PluginNotAPlugin PluginCause = catalog.NotAPlugin
	// PluginBadManifest: the manifest cannot be read or makes no sense.
	PluginBadManifest PluginCause = catalog.BadManifest
	// PluginMissingExport: the module lacks a function of the contract, or has it with another signature.
	PluginMissingExport PluginCause = catalog.MissingExport
	// PluginUnknownImport: the module imports what the contract does not offer.
	PluginUnknownImport PluginCause = catalog.UnknownImport
	// PluginWrongABI: the plugin needs another version of the contract.
	PluginWrongABI PluginCause = catalog.WrongABI
	// PluginNotLocked: plugins.lock does not list it.
	PluginNotLocked PluginCause = catalog.NotLocked
	// PluginNotApproved: it wants more than plugins.lock approves.
	PluginNotApproved PluginCause = catalog.NotApproved
	// PluginWrongChecksum: its bytes differ from those in plugins.lock.
	PluginWrongChecksum PluginCause = catalog.WrongChecksum
	// PluginNotSigned: it has no signature although keys are trusted.
	PluginNotSigned PluginCause = catalog.NotSigned
	// PluginBadSignature: its signature is not one of a trusted key.
	PluginBadSignature PluginCause = catalog.BadSignature
	// PluginStartFailed: it does not start.
	PluginStartFailed PluginCause = catalog.StartFailed
	// PluginTrapped: it crashed during a call.
	PluginTrapped PluginCause = catalog.Trapped
	// PluginOutOfFuel: it used more instructions than allowed.
	PluginOutOfFuel PluginCause = catalog.OutOfFuel
	// PluginOutOfMemory: it used more memory than allowed.
	PluginOutOfMemory PluginCause = catalog.OutOfMemory
	// PluginBadReply: its answer breaks the contract.
	PluginBadReply PluginCause = catalog.BadReply
	// PluginExited: it exited during a call.
	PluginExited PluginCause = catalog.Exited
	// PluginTimedOut: the time of the call was over.
	PluginTimedOut PluginCause = catalog.TimedOut
	// PluginCancelled: the call was canceled.
	PluginCancelled PluginCause = catalog.Cancelled
	// PluginCrashLoop: it failed too often in a row and rests.
	PluginCrashLoop PluginCause = catalog.CrashLoop
	// PluginUnavailable: it is closed, or lacks the function that was called.
	PluginUnavailable PluginCause = catalog.Unavailable
	// PluginTooLarge: the message for it is larger than allowed.
	PluginTooLarge PluginCause = catalog.TooLarge
)
