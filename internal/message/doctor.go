package message

// Findings of the doctor. The comments name the parameters.
const (
	FindingConfigValid   Code = "doctor.config_valid"   // providers, routes, doors: numbers
	FindingProviderValid Code = "doctor.provider_valid" // none

	FindingLoaded         Code = "doctor.loaded"          // plugin, version, kind
	FindingNoProvider     Code = "doctor.no_provider"     // none
	FindingReadsPicture   Code = "doctor.reads_picture"   // took
	FindingCannotRead     Code = "doctor.cannot_read"     // reason
	FindingPluginStuck    Code = "doctor.plugin_stuck"    // reason
	FindingConfined       Code = "doctor.confined"        // none
	FindingConfinementOff Code = "doctor.confinement_off" // none
	FindingLifeNamespace  Code = "doctor.life_namespace"  // none
	FindingLifeAlone      Code = "doctor.life_alone"      // none
	FindingLifeOpen       Code = "doctor.life_open"       // none
	FindingMemoryGroup    Code = "doctor.memory_group"    // mebibytes
	FindingMemoryWatched  Code = "doctor.memory_watched"  // mebibytes
	FindingMemoryOpen     Code = "doctor.memory_open"     // none
	FindingUnreadable     Code = "doctor.unreadable"      // reason

	FindingSecretsThere   Code = "doctor.secrets_there"   // files, variables: numbers
	FindingOthersWrite    Code = "doctor.others_write"    // mode
	FindingOthersRead     Code = "doctor.others_read"     // mode
	FindingCannotLookAt   Code = "doctor.cannot_look_at"  // reason
	FindingCacheGood      Code = "doctor.cache_good"      // none
	FindingCacheUnusable  Code = "doctor.cache_unusable"  // reason
	FindingCacheWritable  Code = "doctor.cache_writable"  // mode
	FindingPluginsGuarded Code = "doctor.plugins_guarded" // none
	FindingPluginsOpen    Code = "doctor.plugins_open"    // mode

	FindingNoCalls      Code = "doctor.no_calls"      // none
	FindingWildcard     Code = "doctor.wildcard"      // none
	FindingReached      Code = "doctor.reached"       // address, took, expires
	FindingReachedPlain Code = "doctor.reached_plain" // address, took

	FindingClockSkipped Code = "doctor.clock_skipped" // none
	FindingClockUnknown Code = "doctor.clock_unknown" // none
	FindingClockAgrees  Code = "doctor.clock_agrees"  // host
	FindingClockAhead   Code = "doctor.clock_ahead"   // off, host
	FindingClockBehind  Code = "doctor.clock_behind"  // off, host

	FindingStateInMemory  Code = "doctor.state_in_memory"  // none
	FindingBudgetsVanish  Code = "doctor.budgets_vanish"   // none
	FindingStateOpens     Code = "doctor.state_opens"      // took
	FindingStateLocked    Code = "doctor.state_locked"     // none
	FindingStateLockedBy  Code = "doctor.state_locked_by"  // process
	FindingStateNotClosed Code = "doctor.state_not_closed" // reason
	FindingNotThere       Code = "doctor.not_there"        // none
	FindingCannotMake     Code = "doctor.cannot_make"      // reason
	FindingNoFolder       Code = "doctor.no_folder"        // none
	FindingCannotWrite    Code = "doctor.cannot_write"     // reason
	FindingOtherOwner     Code = "doctor.other_owner"      // user

	FindingBudget         Code = "doctor.budget"          // parts: messages
	FindingBudgetAmount   Code = "doctor.budget_amount"   // left, limit
	FindingBudgetCalls    Code = "doctor.budget_calls"    // left, limit
	FindingBudgetUntil    Code = "doctor.budget_until"    // until
	FindingBudgetUsed     Code = "doctor.budget_used"     // none
	FindingBudgetNotGiven Code = "doctor.budget_not_back" // reason
	FindingNoPrice        Code = "doctor.no_price"        // none

	FindingFree              Code = "doctor.free"               // mebibytes
	FindingFreeUnknown       Code = "doctor.free_unknown"       // reason
	FindingRightsUnsupported Code = "doctor.rights_unsupported" // none
	FindingFreeUnsupported   Code = "doctor.free_unsupported"   // none
	FindingFiles             Code = "doctor.files"              // most
	FindingFilesUnknown      Code = "doctor.files_unknown"      // reason
	FindingFilesUnsupported  Code = "doctor.files_unsupported"  // none
)

// Advice for a finding of the doctor.
const (
	HelpOperations     Code = "doctor.help.operations"      // none
	HelpInspect        Code = "doctor.help.inspect"         // none
	HelpConfigure      Code = "doctor.help.configure"       // folder
	HelpPluginFiles    Code = "doctor.help.plugin_files"    // none
	HelpConfine        Code = "doctor.help.confine"         // none
	HelpDelegate       Code = "doctor.help.delegate"        // none
	HelpNotRequired    Code = "doctor.help.not_required"    // none
	HelpReadableFolder Code = "doctor.help.readable_folder" // none
	HelpReadableFile   Code = "doctor.help.readable_file"   // none
	HelpSecretMode     Code = "doctor.help.secret_mode"     // none
	HelpCacheFolder    Code = "doctor.help.cache_folder"    // none
	HelpCacheMode      Code = "doctor.help.cache_mode"      // none
	HelpPluginsMode    Code = "doctor.help.plugins_mode"    // none
	HelpAddress        Code = "doctor.help.address"         // none
	HelpTLS            Code = "doctor.help.tls"             // none
	HelpRenew          Code = "doctor.help.renew"           // none
	HelpEndpoint       Code = "doctor.help.endpoint"        // none
	HelpName           Code = "doctor.help.name"            // none
	HelpFirewall       Code = "doctor.help.firewall"        // none
	HelpTrust          Code = "doctor.help.trust"           // none
	HelpClock          Code = "doctor.help.clock"           // none
	HelpKeepState      Code = "doctor.help.keep_state"      // none
	HelpStateFolder    Code = "doctor.help.state_folder"    // none
	HelpDefaultState   Code = "doctor.help.default_state"   // none
	HelpLocked         Code = "doctor.help.locked"          // none
	HelpMakeFolder     Code = "doctor.help.make_folder"     // none
	HelpOwnFolder      Code = "doctor.help.own_folder"      // none
	HelpRaiseBudget    Code = "doctor.help.raise_budget"    // none
	HelpLowBudget      Code = "doctor.help.low_budget"      // none
	HelpSetPrice       Code = "doctor.help.set_price"       // provider
	HelpNoRoom         Code = "doctor.help.no_room"         // none
	HelpLittleRoom     Code = "doctor.help.little_room"     // none
	HelpOpenFiles      Code = "doctor.help.open_files"      // enough
)

var doctor = map[Code]string{
	FindingProviderValid: "is valid",
	FindingConfigValid:   "is valid; providers: {providers}, routes: {routes}, front doors: {doors}",

	FindingLoaded:         "{plugin} {version} ({kind}) is loaded",
	FindingNoProvider:     "no provider can be asked: every call will fail",
	FindingReadsPicture:   "examines a picture without a card in {took}",
	FindingCannotRead:     "cannot examine a picture: {reason}",
	FindingPluginStuck:    "a plugin does not shut down cleanly: {reason}",
	FindingConfined:       "subprocesses have no network, no access to other processes and only their own files",
	FindingConfinementOff: "subprocesses have all permissions of their user: plugins.confine is off",
	FindingLifeNamespace:  "subprocesses have namespaces of users and processes: nothing of them outlives the gateway",
	FindingLifeAlone:      "a subprocess cannot start another process and ends with the gateway; this system lets the gateway make no namespaces",
	FindingLifeOpen:       "what a subprocess starts may outlive the gateway",
	FindingMemoryGroup:    "a control group keeps each subprocess to {mebibytes} MiB of memory",
	FindingMemoryWatched:  "a subprocess that uses more than {mebibytes} MiB of memory is ended within a moment; a control group would keep it from using more",
	FindingMemoryOpen:     "nothing limits the memory of subprocesses on this system",
	FindingUnreadable:     "cannot be read: {reason}",

	FindingSecretsThere:   "all are set; files: {files}, variables: {variables}",
	FindingOthersWrite:    "every user of this machine can change it ({mode})",
	FindingOthersRead:     "every user of this machine can read it ({mode})",
	FindingCannotLookAt:   "cannot be examined: {reason}",
	FindingCacheGood:      "can hold compiled plugins",
	FindingCacheUnusable:  "compiled plugins cannot be stored: {reason}",
	FindingCacheWritable:  "other users can change compiled plugins, which run without a check ({mode})",
	FindingPluginsGuarded: "only its owner and group can change plugins",
	FindingPluginsOpen:    "every user of this machine can change plugins and their lock ({mode})",

	FindingNoCalls:      "no ready provider calls a host",
	FindingWildcard:     "matches any number of hosts",
	FindingReached:      "answers at {address} in {took}; its certificate expires at {expires}",
	FindingReachedPlain: "answers at {address} in {took}, without TLS",

	FindingClockSkipped: "not compared: --online asks the vendors' hosts for the time",
	FindingClockUnknown: "no host reported the time",
	FindingClockAgrees:  "agrees with {host}",
	FindingClockAhead:   "{off} ahead of {host}",
	FindingClockBehind:  "{off} behind {host}",

	FindingStateInMemory:  "is in memory and is lost when the gateway stops",
	FindingBudgetsVanish:  "is in memory: budgets start again at every start",
	FindingStateOpens:     "opens in {took}",
	FindingStateLocked:    "is in use by another process",
	FindingStateLockedBy:  "is in use by process {process}",
	FindingStateNotClosed: "does not close: {reason}",
	FindingNotThere:       "does not exist yet; the first start creates it",
	FindingCannotMake:     "does not exist and cannot be created: {reason}",
	FindingNoFolder:       "is not a folder",
	FindingCannotWrite:    "cannot be written: {reason}",
	FindingOtherOwner:     "belongs to user {user}: run this check as the user who runs the gateway",

	FindingBudget:         "{parts}",
	FindingBudgetAmount:   "{left} of {limit} left",
	FindingBudgetCalls:    "{left} of {limit} calls left",
	FindingBudgetUntil:    "until {until}",
	FindingBudgetUsed:     "calls are refused",
	FindingBudgetNotGiven: "reserved amounts are not returned: {reason}",
	FindingNoPrice:        "its calls have no known price, so they never reduce the budget",

	FindingFree:              "{mebibytes} MiB are free",
	FindingFreeUnknown:       "the free space is unknown: {reason}",
	FindingRightsUnsupported: "doctor does not read access rights on this system: let only administrators change plugins",
	FindingFreeUnsupported:   "free space is not checked on this system",
	FindingFiles:             "at most {most}",
	FindingFilesUnknown:      "the limit is unknown: {reason}",
	FindingFilesUnsupported:  "the limit is not checked on this system",

	HelpOperations:     `see "When something happens" in docs/operations.md`,
	HelpInspect:        `see ocrmux plugin inspect, and "When something happens" in docs/operations.md`,
	HelpConfigure:      "configure one of the plugins in {folder}",
	HelpPluginFiles:    "check that all files of the plugin are in its folder",
	HelpConfine:        "load only subprocesses whose source you trust, run the gateway as a separate user, and see docs/security.md",
	HelpDelegate:       "under systemd, set Delegate=memory pids and DelegateSubgroup=gateway; see docs/operations.md",
	HelpNotRequired:    "without plugins.confine: required they start unconfined",
	HelpReadableFolder: "make the folder readable for the user who runs the gateway",
	HelpReadableFile:   "make it readable for the user who runs the gateway",
	HelpSecretMode:     "chmod 600, or 640 with the gateway's group",
	HelpCacheFolder:    `set plugins.cache_dir to another folder, or to "" for none`,
	HelpCacheMode:      "chmod 700, and remove its content",
	HelpPluginsMode:    "chmod o-w",
	HelpAddress:        "set an address that the provider may call",
	HelpTLS:            "use https, except in tests",
	HelpRenew:          "the operator of the host must renew it",
	HelpEndpoint:       "nothing, if the endpoint in the provider's config receives all calls",
	HelpName:           "check the name, and that this machine's DNS resolves it",
	HelpFirewall:       "check that a firewall allows the connection; proxy variables are not used",
	HelpTrust:          "check the clock, the ca-certificates package, and that nothing intercepts TLS",
	HelpClock:          "set the clock by NTP: vendors refuse signatures with a wrong time",
	HelpKeepState:      "set state.dir or state.url",
	HelpStateFolder:    "set state.dir to a folder",
	HelpDefaultState:   "set state.dir to a folder: the state is in memory, and budgets start again at every start",
	HelpLocked:         "nothing, if that is the gateway: it alone can report its budgets",
	HelpMakeFolder:     "create it for the user who runs the gateway",
	HelpOwnFolder:      "use a folder that belongs to the user who runs the gateway",
	HelpRaiseBudget:    "raise the budget, or wait",
	HelpLowBudget:      "raise the budget or buy more; otherwise further calls are refused or cost more",
	HelpSetPrice:       "set providers.{provider}.price, or limit the calls instead of the amount",
	HelpNoRoom:         "free some space: without it nothing can be reserved from budgets, and calls that need it are refused",
	HelpLittleRoom:     "free some space: the state may grow to 1.1 GiB",
	HelpOpenFiles:      "ulimit -n {enough}, or LimitNOFILE= of the service: every caller and every exchange with a vendor needs one",
}
