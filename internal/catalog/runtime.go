package catalog

import (
	"context"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Kind of a plugin, and so of the runtime that loads it.
type Kind string

const (
	// WASM is a WebAssembly module, a file NAME.wasm with its manifest in a custom section.
	WASM Kind = "wasm"
	// Process is an executable NAME beside its NAME.manifest.json.
	Process Kind = "process"
	// Declarative is a file NAME.provider.yaml that says all of a provider, and no program.
	Declarative Kind = "declarative"
)

// Runtime loads one kind of plugin. It is safe for concurrent use.
type Runtime interface {
	Kind() Kind
	// Load prepares a plugin to be called. The catalog has validated its manifest. It returns a *PluginError if the plugin cannot be
	// loaded.
	Load(ctx context.Context, p Plugin) (Module, error)
	// Close releases what the runtime itself holds. All its modules must be closed before.
	Close(ctx context.Context) error
}

// Plugin is a plugin file that was found and validated, but not run.
type Plugin struct {
	Kind Kind
	// Path of the module, executable or provider file.
	Path string
	// Code is the whole file as it was hashed. A runtime runs these bytes, never the file again.
	Code []byte
	// SHA256 of Code.
	SHA256   [32]byte
	Manifest *abi.Descriptor
	// ManifestFile is the file the manifest was read from, where it is one of its own; nil where it is part of Code.
	ManifestFile []byte
	// Brought are the files that it brings along, in the order of their paths. A runtime lets the plugin see bytes with these hashes, never the
	// files themselves.
	Brought []Brought
}

// Module is a loaded plugin. It is safe for concurrent use; a call waits for its turn until ctx ends. Failures of the
// plugin itself come back as a *PluginError and leave the module usable.
type Module interface {
	Step(ctx context.Context, in *abi.StepRequest, host Host) (*abi.Action, error)
	Accept(ctx context.Context, in *abi.AcceptRequest, host Host) (*abi.Accepted, error)
	Reply(ctx context.Context, in *abi.ReplyRequest, host Host) (*abi.InboundResponse, error)
	Status() Status
	// Close waits for running calls until ctx ends, then releases everything.
	Close(ctx context.Context) error
}

// Host carries out the host functions of one call of a provider. A reply is never nil, and an outside failure is a
// status, never a Go error. It may be used only until the call returns.
type Host interface {
	Call(ctx context.Context, call *abi.HostCall) *abi.HostReply
}

// State of a module.
type State string

const (
	Ready      State = "ready"
	Restarting State = "restarting"
	// Broken modules are not called: one that did not load never, a subprocess that failed too often until it has rested.
	Broken State = "broken"
	Closed State = "closed"
)

// Status is a snapshot of a module.
type Status struct {
	State State
	// Reason says why a module is not ready.
	Reason message.Message
	// Instances that live at this moment, and how many were replaced after a failure.
	Instances, Replaced int
	// Memory is how many bytes live instances held when they last ended a call; 0 where the runtime does not know.
	Memory int64
}

// Cause says what went wrong with a plugin.
type Cause string

const (
	// The file is not what it claims to be.
	NotAPlugin    Cause = "not_a_plugin"
	BadManifest   Cause = "bad_manifest"
	MissingExport Cause = "missing_export"
	UnknownImport Cause = "unknown_import"
	WrongABI      Cause = "wrong_abi"
	// The operator has not approved it as it is: it is not in plugins.lock, wants more than that approves, or has other bytes.
	NotLocked     Cause = "not_locked"
	NotApproved   Cause = "not_approved"
	WrongChecksum Cause = "wrong_checksum"
	// Keys are trusted, and it carries no signature of one of them.
	NotSigned    Cause = "not_signed"
	BadSignature Cause = "bad_signature"
	// The plugin does not start.
	StartFailed Cause = "start_failed"
	// A call went wrong.
	Trapped     Cause = "trapped"
	OutOfFuel   Cause = "out_of_fuel"
	OutOfMemory Cause = "out_of_memory"
	BadReply    Cause = "bad_reply"
	Exited      Cause = "exited"
	TimedOut    Cause = "timed_out"
	Cancelled   Cause = "cancelled"
	// The plugin failed too often in a row and rests.
	CrashLoop Cause = "crash_loop"
	// The module has been closed, or has no such entry point.
	Unavailable Cause = "unavailable"
	// The message for the plugin passes a limit.
	TooLarge Cause = "too_large"
)

// PluginError is a failure of a plugin, as opposed to one of its vendor. Its text names the plugin, what it did and what
// would help, and holds no content of the call.
type PluginError struct {
	Plugin string
	Cause  Cause
	// Detail may be zero.
	Detail message.Message
	Err    error
}

// Error returns the English text of the message.
func (e *PluginError) Error() string { return e.Message().String() }

// Message names the plugin, the cause and the detail.
func (e *PluginError) Message() message.Message {
	if e.Detail.IsZero() {
		return message.New(message.PluginFailedPlain, "plugin", e.Plugin, "cause", e.Cause)
	}
	return message.New(message.PluginFailed, "plugin", e.Plugin, "cause", e.Cause, "detail", e.Detail)
}

// Unwrap returns the cause, if another error is one.
func (e *PluginError) Unwrap() error { return e.Err }
