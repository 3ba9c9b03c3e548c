package message

// A plugin's failure. Parameters: plugin (its name), cause (a catalog.Cause), detail (a Message).
const (
	PluginFailed Code = "plugin.failed"
	// PluginFailedPlain has no detail.
	PluginFailedPlain Code = "plugin.failed_plain"
)

// Problems of a plugin's file. Parameters: file and other (file names), name (that of the manifest), limit (bytes), reason
// (what the system said).
const (
	PluginFileEmpty      Code = "plugin.file.empty"
	PluginFileUnreadable Code = "plugin.file.unreadable"
	PluginFileIrregular  Code = "plugin.file.irregular"
	PluginBroughtName    Code = "plugin.brought.name"    // folder
	PluginBroughtMuch    Code = "plugin.brought.much"    // folder, files, limit
	PluginBroughtChanged Code = "plugin.brought.changed" // file
	// PluginFileWrong has problems, a text in English: what is wrong in the file, with its lines.
	PluginFileWrong   Code = "plugin.file.wrong"
	PluginFileName    Code = "plugin.file.name"
	PluginNameTwice   Code = "plugin.name.twice"
	PluginNameDiffers Code = "plugin.name.differs"
)

// How a provider's ABI differs from the host's. Parameters: provider ([PluginProvider] or [PluginSomeProvider]), theirs and ours
// (versions), features (a list of names).
const (
	PluginABIOlder    Code = "plugin.abi.older"
	PluginABINewer    Code = "plugin.abi.newer"
	PluginABIMinor    Code = "plugin.abi.minor"
	PluginABIFeatures Code = "plugin.abi.features"
	// PluginProvider and PluginSomeProvider name the provider within the messages above. Parameter: name.
	PluginProvider     Code = "plugin.provider"
	PluginSomeProvider Code = "plugin.some_provider"
)

// Why an operator's lock does not let a plugin be loaded. Parameters: lock (the lock's file name), capabilities (a text that lists
// them).
const (
	PluginLockMissing      Code = "plugin.lock.missing"
	PluginLockUnlisted     Code = "plugin.lock.unlisted"
	PluginLockWantsMore    Code = "plugin.lock.wants_more"
	PluginLockCapabilities Code = "plugin.lock.capabilities"
	PluginLockBytes        Code = "plugin.lock.bytes"
	PluginLockBrought      Code = "plugin.lock.brought" // file
)

// Why a plugin's signature is refused. Parameters: file (the signature's file name), key (its identifier), reason (a Message).
const (
	PluginUnsigned         Code = "plugin.signature.missing"
	PluginSignedByStranger Code = "plugin.signature.untrusted"
	PluginSignatureBad     Code = "plugin.signature.bad"
	PluginSignatureChanged Code = "plugin.signature.changed"
)

// Why a plugin is not called, in every runtime. Parameters: kind (a catalog.Kind), bytes and allowed, reason.
const (
	PluginNoRuntime        Code = "plugin.no_runtime"
	PluginClosed           Code = "plugin.closed"
	PluginOnlyLookedAt     Code = "plugin.only_looked_at"
	PluginNoFrontDoor      Code = "plugin.no_front_door"
	PluginCallEndedBefore  Code = "plugin.call.ended_before"
	PluginCallsRunning     Code = "plugin.calls_running"
	PluginMessageTooLarge  Code = "plugin.message.too_large"
	PluginAnswerUnreadable Code = "plugin.answer.unreadable"
)

var plugin = map[Code]string{
	PluginFailed:      "plugin {plugin}: {cause}: {detail}",
	PluginFailedPlain: "plugin {plugin}: {cause}",

	PluginFileEmpty:      "the file is empty",
	PluginFileUnreadable: "{file} cannot be read: {reason}",
	PluginBroughtName:    "a file in {folder} has a name that cannot be printed: rename it",
	PluginBroughtMuch:    "{folder} has more than {files} files or {limit} bytes",
	PluginBroughtChanged: "{file} has changed since it was examined: load the plugin again, or put the approved file back",
	PluginFileIrregular:  "{file} is not a regular file, or has more than {limit} bytes",
	PluginFileWrong:      "{problems}",
	PluginFileName:       "a plugin is a file NAME.wasm or NAME.provider.yaml, or an executable NAME beside its NAME.manifest.json",
	PluginNameTwice:      "both {file} and {other} have this name: remove one",
	PluginNameDiffers:    "the manifest names {name}, but the file is named {file}: rename one",

	PluginABIOlder:     "{provider} uses ABI {theirs}, but this program uses ABI {ours}: get a newer build of the provider, or rebuild it with the SDK for ABI {ours}",
	PluginABINewer:     "{provider} uses ABI {theirs}, but this program uses ABI {ours}: upgrade ocrmux, or get a build of the provider for ABI {ours}",
	PluginABIMinor:     "{provider} needs ABI {theirs}, but this program has ABI {ours}: upgrade ocrmux",
	PluginABIFeatures:  "{provider} needs the features {features}, which this program (ABI {ours}) lacks: upgrade ocrmux",
	PluginProvider:     "provider {name}",
	PluginSomeProvider: "the provider",

	PluginLockMissing:      "the folder has no {lock}: review and approve the plugin with ocrmux plugin lock",
	PluginLockUnlisted:     "{lock} does not list it: review and approve it with ocrmux plugin lock",
	PluginLockWantsMore:    "it wants more than {lock} approves ({capabilities}): review and approve it with ocrmux plugin lock",
	PluginLockCapabilities: "{lock} approves other capabilities than it wants: review and approve it with ocrmux plugin lock",
	PluginLockBrought:      "what it brings along is not what {lock} lists, first {file}: put the approved files back, or review and approve them with ocrmux plugin lock",
	PluginLockBytes:        "its bytes are not those that {lock} lists: put the approved file back, or review and approve it with ocrmux plugin lock",

	PluginUnsigned:         "there is no {file}, and only signed plugins are trusted: get one, or sign the plugin with ocrmux plugin sign",
	PluginSignedByStranger: "it is signed by {key}, which is not trusted: add the key to plugins.trusted_keys, or get the plugin signed by a trusted one",
	PluginSignatureBad:     "{file}: {reason}; get plugin and signature from their author again",
	PluginSignatureChanged: "it is not the signature of {key} for this plugin: the plugin or its signature was changed",

	PluginNoRuntime:        "no runtime for {kind} plugins was given to the engine",
	PluginClosed:           "the plugin is closed",
	PluginOnlyLookedAt:     "this command only looks at the configuration",
	PluginNoFrontDoor:      "the provider has no front door",
	PluginCallEndedBefore:  "the call ended before the step",
	PluginCallsRunning:     "calls were still running when the plugin was closed",
	PluginMessageTooLarge:  "the message for the plugin has {bytes} bytes, at most {allowed} are allowed",
	PluginAnswerUnreadable: "the answer is no such message: {reason}",
}
