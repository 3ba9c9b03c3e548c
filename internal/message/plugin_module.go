package message

// Why a file is no WebAssembly module that can be a provider. Parameters: function and import (names), reason (a Message, or what
// the compiler said), pages, entries, allowed, instructions, abi (a version), ours and wasi (names of modules).
const (
	ModuleComponent       Code = "module.component"
	ModuleNative          Code = "module.native"
	ModuleText            Code = "module.text"
	ModuleOther           Code = "module.other"
	ModuleUncompiled      Code = "module.uncompiled"
	ModuleTooCostly       Code = "module.too_costly"
	ModuleUnmarked        Code = "module.unmarked"
	ModuleMarker          Code = "module.marker"
	ModuleNoFunction      Code = "module.function.missing"
	ModuleFunctionType    Code = "module.function.type"
	ModuleNoMemory        Code = "module.memory.missing"
	ModuleImportsMemory   Code = "module.memory.imported"
	ModuleMemoryPages     Code = "module.memory.pages"
	ModuleTables          Code = "module.tables"
	ModuleImportOtherABI  Code = "module.import.abi"
	ModuleImportNewer     Code = "module.import.newer"
	ModuleImportUnknown   Code = "module.import.unknown"
	ModuleImportType      Code = "module.import.type"
	ModuleNotStarted      Code = "module.not_started"
	ModuleFailedIn        Code = "module.failed_in"
	ModuleNoEntryPoint    Code = "module.no_entry_point"
	ModuleNoInstance      Code = "module.no_instance"
	ModuleCallerGone      Code = "module.caller_gone"
	ModuleStopped         Code = "module.stopped"
	ModulePrinted         Code = "module.printed"
	ModuleFuel            Code = "module.fuel"
	ModuleMemory          Code = "module.memory.exhausted"
	ModuleExited          Code = "module.exited"
	ModuleNoRoom          Code = "module.no_room"
	ModuleRoomOutside     Code = "module.room_outside"
	ModuleAnswerTooLong   Code = "module.answer.too_long"
	ModuleAnswerOutside   Code = "module.answer.outside"
	ModuleAnswerNoOutcome Code = "module.answer.no_outcome"
)

var module = map[Code]string{
	ModuleComponent:       "the file is a WebAssembly component; build a core module for wasip1",
	ModuleNative:          "the file is a native executable; build it with GOOS=wasip1 GOARCH=wasm, or load it as a process plugin",
	ModuleText:            "the file is WebAssembly text; assemble it",
	ModuleOther:           "the file is no WebAssembly module",
	ModuleUncompiled:      "the module does not compile: {reason}",
	ModuleTooCostly:       "compiling the module takes more than {seconds} s of a processor or {mebibytes} MiB of memory",
	ModuleUnmarked:        "the module exports no function {function}: it is no ocrmux provider, or was not built with the SDK",
	ModuleMarker:          "the module exports {function} instead of {want}: {reason}",
	ModuleNoFunction:      "the module exports no function {function}",
	ModuleFunctionType:    "function {function} has another signature than the contract's",
	ModuleNoMemory:        "the module exports no memory named \"memory\"",
	ModuleImportsMemory:   "the module imports a memory; a provider brings its own",
	ModuleMemoryPages:     "the module needs {pages} pages of memory at the start; at most {allowed} are allowed: build it with less, or allow more",
	ModuleTables:          "the module declares tables of {entries} entries, at most {allowed} are allowed",
	ModuleImportOtherABI:  "the module imports {import}: {reason}",
	ModuleImportNewer:     "the module imports {import}, which this program (ABI {abi}) lacks: upgrade ocrmux",
	ModuleImportUnknown:   "the module imports {import}; a provider may import functions of {ours} and {wasi} only",
	ModuleImportType:      "the module imports {import} with another signature than this host's",
	ModuleNotStarted:      "the module does not start, or not with {instructions} fuel: {reason}",
	ModuleFailedIn:        "{function}: {reason}",
	ModuleNoEntryPoint:    "the module has no such entry point",
	ModuleNoInstance:      "no instance became free in time",
	ModuleCallerGone:      "the caller gave up before an instance was free",
	ModuleStopped:         "the call ended before the module had answered",
	ModulePrinted:         "{reason}; it printed something before: see what plugins write to stderr",
	ModuleFuel:            "the call needed more than {instructions} fuel",
	ModuleMemory:          "the module wants more than its {kib} KiB",
	ModuleExited:          "the module exited with status {status}",
	ModuleNoRoom:          "{function} has no room for {bytes} bytes",
	ModuleRoomOutside:     "{function} gave room for {bytes} bytes at {address}, outside the memory of {memory} bytes",
	ModuleAnswerTooLong:   "the answer is {bytes} bytes long, at most {allowed} are allowed",
	ModuleAnswerOutside:   "the answer of {bytes} bytes at {address} is outside the memory of {memory} bytes",
	ModuleAnswerNoOutcome: "it is no exchange, no outcome and no failure",
}
