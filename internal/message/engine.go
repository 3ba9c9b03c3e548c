package message

// Why a call has no document, where the engine says so itself. Parameters: reason (a Message), limit (a number).
const (
	EngineClosed     Code = "engine.closed"
	NoRandomness     Code = "engine.no_randomness"
	ShareOver        Code = "engine.share_over"
	PictureMissing   Code = "engine.picture.missing"
	PictureUnread    Code = "engine.picture.unread"
	PictureRefused   Code = "engine.picture.refused"
	PictureUnfetched Code = "engine.picture.unfetched"
	PictureUnfit     Code = "engine.picture.unfit"
	// PictureEndsEarly, PictureNoURL, PictureStatus (parameter: status) and PictureAllow say why a picture is not fetched or read.
	// PictureAllow (parameter: origin) also says what an operator can do.
	PictureEndsEarly Code = "engine.picture.ends_early"
	PictureNoURL     Code = "engine.picture.no_url"
	PictureStatus    Code = "engine.picture.status"
	PictureAllow     Code = "engine.picture.allow"
	// PictureURLOnly and PictureURLOnlyShort are for a provider that takes a picture by its URL only; the second has a limit.
	PictureURLOnly      Code = "engine.picture.url_only"
	PictureURLOnlyShort Code = "engine.picture.url_only_short"
	// NothingRead is an attempt whose provider has read no field.
	NothingRead Code = "engine.nothing_read"
)

// How a provider or its plugin breaks the contract. Parameters: count, limit and handle (numbers), secret (a name), reason.
const (
	ActionOfNoKind     Code = "engine.provider.action"
	FailedWithoutWords Code = "engine.provider.failed_without_words"
	StateTooLarge      Code = "engine.provider.state_too_large"
	NoRequest          Code = "engine.provider.no_request"
	CaptureWithoutRule Code = "engine.provider.capture_without_rule"
	CaptureUndeclared  Code = "engine.provider.capture_undeclared"
	CacheKeyTooLong    Code = "engine.provider.cache_key_too_long"
	RequestUnmakeable  Code = "engine.provider.request_unmakeable"
	SecretStrayed      Code = "engine.provider.secret_strayed"
	AnswerUnreadable   Code = "engine.provider.answer_unreadable"
	RequestNotSent     Code = "engine.provider.request_not_sent"
	TooManyExchanges   Code = "engine.provider.too_many_exchanges"
	HandleUnknown      Code = "engine.provider.handle_unknown"
)

// Reasons why a front door does not serve a request. Parameters: reason, limit.
const (
	DoorNoDecision    Code = "engine.door.no_decision"
	DoorNoProof       Code = "engine.door.no_proof"
	DoorEmptyPicture  Code = "engine.door.empty_picture"
	DoorNoPicture     Code = "engine.door.no_picture"
	DoorBody          Code = "engine.door.body"
	DoorBodyTooLarge  Code = "engine.door.body_too_large"
	DoorQuery         Code = "engine.door.query"
	DoorNotBase64     Code = "engine.door.not_base64"
	DoorAddressLength Code = "engine.door.address_length"
)

// Why a plugin serves no provider, or not with its newer file. Parameters: secrets (a Message), first (a List), rest (a Message), reason.
const (
	NeedsSecrets   Code = "engine.plugin.needs_secrets"
	SecretsOr      Code = "engine.plugin.secrets_or"
	SecretsAnd     Code = "engine.plugin.secrets_and"
	NoProviderUses Code = "engine.plugin.unused"
	NewerRefused   Code = "engine.plugin.newer_refused"
)

var engine = map[Code]string{
	EngineClosed:        "the engine is closed",
	NoRandomness:        "no randomness: {reason}",
	ShareOver:           "the attempt has used its share of the call's time",
	PictureMissing:      "the request has no picture: give bytes, a file or a URL",
	PictureUnread:       "the picture cannot be read: {reason}",
	PictureRefused:      "the picture is refused: {reason}",
	PictureUnfetched:    "the picture cannot be fetched: {reason}",
	PictureUnfit:        "the picture does not meet the provider's limits: {reason}",
	PictureEndsEarly:    "it ends too early",
	PictureNoURL:        "its address is not an http or https URL without user information",
	PictureStatus:       "its address answered with status {status}",
	PictureAllow:        "{origin}: the host has only private addresses; an operator can allow it with fetch.allow",
	PictureURLOnly:      "the provider takes a picture by its URL only: give one, without fetch",
	PictureURLOnlyShort: "the provider takes a picture by its URL only: give one of at most {limit} bytes, without fetch",
	NothingRead:         "the provider read no field",

	ActionOfNoKind:     "the provider's action must be one of exchange, done and fail; it has {count} of them",
	FailedWithoutWords: "the provider failed without saying how",
	StateTooLarge:      "the provider's state is larger than the contract allows",
	NoRequest:          "the provider's exchange has no request",
	CaptureWithoutRule: "the provider captures a secret without a cache rule that says for how long",
	CaptureUndeclared:  "the manifest does not declare the secret that the provider captures",
	CacheKeyTooLong:    "the provider's cache key has more than {limit} bytes",
	RequestUnmakeable:  "the provider's request cannot be made: {reason}",
	SecretStrayed:      "the provider may not send the secret {secret} to this host",
	AnswerUnreadable:   "the vendor's answer cannot be read: {reason}",
	RequestNotSent:     "the request was not sent",
	TooManyExchanges:   "the provider wanted more than {limit} exchanges for one picture",
	HandleUnknown:      "there are no bytes under the handle {handle}",

	DoorNoDecision:    "the plugin neither admitted nor answered the request",
	DoorNoProof:       "the plugin admitted a request without a key or proof of its sender",
	DoorEmptyPicture:  "the plugin admitted a request with an empty picture",
	DoorNoPicture:     "the request has no picture",
	DoorBody:          "the body cannot be read: {reason}",
	DoorBodyTooLarge:  "it has {size} bytes, at most {limit} are allowed",
	DoorQuery:         "the query cannot be read: {reason}",
	DoorNotBase64:     "the picture is not valid base64",
	DoorAddressLength: "the picture's address is longer than {limit} bytes",

	NeedsSecrets:   "needs {secrets}",
	SecretsOr:      "{first}, or {rest}",
	SecretsAnd:     "{first} and {rest}",
	NoProviderUses: "no provider of the configuration uses this plugin",
	NewerRefused:   "a newer file was refused: {reason}",
}
