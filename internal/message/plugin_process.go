package message

// Why a subprocess cannot be started. Parameters: timeout (a time.Duration), file (what kind of file it is, in English), platform,
// reason and status (what the system said), said (what the process printed, quoted), version, hint (a Message).
const (
	ProcessScript         Code = "process.script"
	ProcessNoCopy         Code = "process.no_copy"
	ProcessSlow           Code = "process.slow"
	ProcessStartOverdue   Code = "process.start.overdue"
	ProcessStartCancel    Code = "process.start.cancelled"
	ProcessRuntimeClosed  Code = "process.runtime_closed"
	ProcessUnconfined     Code = "process.unconfined"
	ProcessForeignAddress Code = "process.foreign_address" // address
	ProcessMemory         Code = "process.memory"          // mebibytes
	ProcessTasks          Code = "process.tasks"           // most
	ProcessOtherFormat    Code = "process.exec.format"
	ProcessMissingLoader  Code = "process.exec.missing"
	ProcessForbidden      Code = "process.exec.forbidden"
	ProcessNotExecuted    Code = "process.exec.other"
	ProcessEndedEarly     Code = "process.handshake.ended"
	ProcessNoise          Code = "process.handshake.noise"
	ProcessCoreProtocol   Code = "process.handshake.core"
	ProcessNoProtocol     Code = "process.handshake.protocol"
	ProcessOtherABI       Code = "process.handshake.abi"
	ProcessNetRPC         Code = "process.handshake.netrpc"
	// ProcessPrinted and ProcessPrintedHint add what the process printed. Parameters: problem (a Message), said, hint.
	ProcessPrinted     Code = "process.printed"
	ProcessPrintedHint Code = "process.printed_hint"
)

// Advice for a subprocess that complains.
const (
	ProcessHintForeign  Code = "process.hint.foreign"
	ProcessHintOldSDK   Code = "process.hint.old_sdk"
	ProcessHintLibrary  Code = "process.hint.library"
	ProcessHintReadable Code = "process.hint.readable"
	ProcessHintDylib    Code = "process.hint.dylib"
	ProcessHintGLIBC    Code = "process.hint.glibc"
)

// How a subprocess was lost, and why a call of it fails. Parameters: until (a time.Time), reason (a Message), entry (the name of an
// entry point), status (of gRPC), when (one of the messages below).
const (
	ProcessNoHostStream   Code = "process.lost.no_host_stream"
	ProcessWentOn         Code = "process.lost.went_on"
	ProcessTimeouts       Code = "process.lost.timeouts"
	ProcessStopped        Code = "process.lost.stopped"
	ProcessRests          Code = "process.rests"
	ProcessClosedInCall   Code = "process.call.closed"
	ProcessEndedInCall    Code = "process.call.ended"
	ProcessTooLarge       Code = "process.call.too_large"
	ProcessNoEntryPoint   Code = "process.call.no_entry_point"
	ProcessAnswerTooLarge Code = "process.call.answer_too_large"
	ProcessAnswerStatus   Code = "process.call.status"
	ProcessCallOverdue    Code = "process.call.overdue"
	ProcessCallCancelled  Code = "process.call.cancelled"
)

// When a call ended before its answer. Parameter: reason (a Message).
const (
	ProcessWhenQueued     Code = "process.when.queued"
	ProcessWhenUnsent     Code = "process.when.unsent"
	ProcessWhenRestarting Code = "process.when.restarting"
	ProcessWhenUnanswered Code = "process.when.unanswered"
	ProcessWhenLost       Code = "process.when.lost"
)

var process = map[Code]string{
	ProcessForeignAddress: "it announced the address {address}: a provider listens on a unix socket in the folder that PLUGIN_UNIX_SOCKET_DIR names",
	ProcessMemory:         "it used more than {mebibytes} MiB of memory, the limit of plugins.memory",
	ProcessTasks:          "it had more than {most} threads",
	ProcessScript:         "it is a script: its interpreter would be outside the checksum, so a provider is a compiled executable",
	ProcessNoCopy:         "cannot make a private copy of the executable: {reason}",
	ProcessSlow:           "it was not ready within {timeout}; a provider calls sdk.Main first and loads what takes long when it is called",
	ProcessStartOverdue:   "the time to start it ran out",
	ProcessStartCancel:    "its start was cancelled",
	ProcessRuntimeClosed:  "the runtime has been closed",
	ProcessUnconfined:     "it was not started: {reason}",
	ProcessOtherFormat:    "the system cannot execute it: it is {file}, and this is {platform}",
	ProcessMissingLoader:  "the system cannot execute it: it is {file}, and something it needs to be loaded is missing; build it without cgo (CGO_ENABLED=0) or for the C library of this system",
	ProcessForbidden:      "the system forbids executing it: allow executable memory files (vm.memfd_noexec) or a temporary folder that is not mounted noexec",
	ProcessNotExecuted:    "the system cannot execute it: {reason}",
	ProcessEndedEarly:     "it ended before its handshake, with {status}",
	ProcessNoise:          "it printed {said} to stdout before its handshake: a provider prints nothing there before sdk.Main, and reports to stderr",
	ProcessCoreProtocol:   "its go-plugin speaks core protocol {version}, this host 1: rebuild the plugin",
	ProcessNoProtocol:     "its handshake names the protocol {version}, which is not an ABI version: rebuild the plugin with the SDK",
	ProcessOtherABI:       "by its handshake {reason}",
	ProcessNetRPC:         "it serves net/rpc: a provider serves gRPC",
	ProcessPrinted:        "{problem}; it printed to stderr: {said}",
	ProcessPrintedHint:    "{problem}; it printed to stderr: {said}; {hint}",

	ProcessHintForeign:  "it is a plugin for another program: its handshake cookie is not that of ocrmux",
	ProcessHintOldSDK:   "it does not recognise this host: rebuild it with the host's version of the SDK",
	ProcessHintLibrary:  "install that library, add its folder to plugins.readable if it is an unusual one, or build the plugin without cgo (CGO_ENABLED=0)",
	ProcessHintReadable: "a confined plugin can read only its own folder: add others to plugins.readable",
	ProcessHintDylib:    "install that library, or build the plugin without cgo (CGO_ENABLED=0)",
	ProcessHintGLIBC:    "build the plugin on an older system, or without cgo (CGO_ENABLED=0)",

	ProcessNoHostStream:   "does not serve the stream Host, which every provider must",
	ProcessWentOn:         "kept running after the stream Host ended; it must exit then",
	ProcessTimeouts:       "did not answer several calls in a row in time",
	ProcessStopped:        "was closed",
	ProcessRests:          "it failed too often and rests until {until}; last: {reason}",
	ProcessClosedInCall:   "the plugin was closed during the call",
	ProcessEndedInCall:    "the provider ended during the call: {reason}",
	ProcessTooLarge:       "for the provider: {reason}",
	ProcessNoEntryPoint:   "the provider has no entry point {entry}",
	ProcessAnswerTooLarge: "the answer is larger than a message may be",
	ProcessAnswerStatus:   "{entry} ended with the gRPC status {status} or an answer that cannot be read",
	ProcessCallOverdue:    "the call's time ran out {when}",
	ProcessCallCancelled:  "the call was cancelled {when}",

	ProcessWhenQueued:     "while it waited for its turn",
	ProcessWhenUnsent:     "before it was sent",
	ProcessWhenRestarting: "while the provider was being restarted: {reason}",
	ProcessWhenUnanswered: "without an answer",
	ProcessWhenLost:       "after the connection to the provider was lost",
}
