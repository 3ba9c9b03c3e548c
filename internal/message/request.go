package message

// Reasons for which a request is refused before a provider is asked. The comments name the parameters.
const (
	RefusedKey         Code = "refused.key"         // none
	RefusedCaller      Code = "refused.caller"      // none
	RefusedAddress     Code = "refused.address"     // none
	RefusedRemote      Code = "refused.remote"      // none
	RefusedOrigin      Code = "refused.origin"      // none
	RefusedConcurrency Code = "refused.concurrency" // most
	RefusedRate        Code = "refused.rate"        // most, per
	RefusedBusy        Code = "refused.busy"        // none
	RefusedCanceled    Code = "refused.canceled"    // none
	RefusedInternal    Code = "refused.internal"    // none

	RefusedNoPath         Code = "refused.no_path"         // none
	RefusedMethod         Code = "refused.method"          // none
	RefusedIdempotencyKey Code = "refused.idempotency_key" // most
	RefusedKeyReused      Code = "refused.key_reused"      // none
	RefusedDays           Code = "refused.days"            // none
	RefusedLedger         Code = "refused.ledger"          // none

	RefusedNoRoute    Code = "refused.no_route"    // none
	RefusedNoProvider Code = "refused.no_provider" // none
	RefusedBoth       Code = "refused.both"        // none
	RefusedNotAdmin   Code = "refused.not_admin"   // none
	RefusedPast       Code = "refused.past"        // none

	RefusedContentType Code = "refused.content_type"  // none
	RefusedTooLarge    Code = "refused.too_large"     // limit
	RefusedSlow        Code = "refused.slow"          // none
	RefusedCutOff      Code = "refused.cut_off"       // none
	RefusedUnreadable  Code = "refused.unreadable"    // none
	RefusedNotJSON     Code = "refused.not_json"      // none
	RefusedNotForm     Code = "refused.not_form"      // none
	RefusedNotBase64   Code = "refused.not_base64"    // name
	RefusedDataURL     Code = "refused.data_url"      // name
	RefusedPictures    Code = "refused.pictures"      // base64, url, part: names
	RefusedQuery       Code = "refused.query"         // limit
	RefusedInQuery     Code = "refused.in_query"      // name
	RefusedTwice       Code = "refused.twice"         // name
	RefusedUnknown     Code = "refused.unknown"       // known: names
	RefusedMisspelt    Code = "refused.misspelt"      // near
	RefusedRest        Code = "refused.rest"          // limit
	RefusedLong        Code = "refused.long"          // name, limit
	RefusedMany        Code = "refused.many"          // name, limit
	RefusedLongWord    Code = "refused.long_word"     // name, limit
	RefusedNotText     Code = "refused.not_text"      // name
	RefusedNotSide     Code = "refused.not_side"      // name
	RefusedNotWords    Code = "refused.not_words"     // name
	RefusedNotSwitch   Code = "refused.not_switch"    // name
	RefusedNotObject   Code = "refused.not_an_object" // name
)

var request = map[Code]string{
	RefusedKey:         "a valid key is required: Authorization: Bearer KEY, or X-API-Key: KEY",
	RefusedCaller:      "the caller is unknown",
	RefusedAddress:     "too many requests without a valid key came from this address",
	RefusedRemote:      "no tenants are configured, so this server answers only this machine, as localhost or a loopback address",
	RefusedOrigin:      "the request comes from a page of another origin",
	RefusedConcurrency: "at most {most} requests may be served at once",
	RefusedRate:        "at most {most} requests may be sent within {per}",
	RefusedBusy:        "the server is serving as many requests as it can",
	RefusedCanceled:    "the caller gave up",
	RefusedInternal:    "the server failed",

	RefusedNoPath:         "there is nothing at this address; see /docs",
	RefusedMethod:         "this address does not accept the method; see the header Allow",
	RefusedIdempotencyKey: "the idempotency key is invalid: write 1 to {most} printable ASCII characters, such as a UUID",
	RefusedKeyReused:      "the idempotency key was used for another request; use a new one for each request",
	RefusedDays:           "from and to must be days such as 2026-11-01, or times such as 2026-11-01T00:00:00+08:00",
	RefusedLedger:         "the ledger cannot be read now",

	RefusedNoRoute:    "there is no such route",
	RefusedNoProvider: "there is no such provider",
	RefusedBoth:       "the request names both a route and a provider; name only one",
	RefusedNotAdmin:   "only an admin may do this",
	RefusedPast:       "until is in the past",

	RefusedContentType: "Content-Type must be application/json, multipart/form-data, or the type of the picture, such as image/jpeg",
	RefusedTooLarge:    "the picture is larger than {limit} bytes",
	RefusedSlow:        "the body arrived too slowly",
	RefusedCutOff:      "the body ends too early",
	RefusedUnreadable:  "the body cannot be read",
	RefusedNotJSON:     "the body is not a JSON object",
	RefusedNotForm:     "the body is not a multipart form, although its Content-Type says so",
	RefusedNotBase64:   "{name} is not valid base64: use the standard alphabet with padding",
	RefusedDataURL:     "{name} begins like a data URL but is not one",
	RefusedPictures:    "send exactly one picture: {base64} or {url} in JSON, {part} or {url} in a form, or the picture as the body",
	RefusedQuery:       "the query is longer than {limit} bytes",
	RefusedInQuery:     "{name} is in the query; send it in the body",
	RefusedTwice:       "{name} is given twice",
	RefusedUnknown:     "a parameter is unknown; the parameters are {known}",
	RefusedMisspelt:    "a parameter is unknown; did you mean {near}?",
	RefusedRest:        "all parameters except the picture are together longer than {limit} bytes",
	RefusedLong:        "{name} is longer than {limit} bytes",
	RefusedMany:        "{name} has more than {limit} words",
	RefusedLongWord:    "{name} has a word longer than {limit} bytes",
	RefusedNotText:     "{name} is invalid: write a text",
	RefusedNotSide:     "{name} is invalid: write front or back",
	RefusedNotWords:    "{name} is invalid: write a list of texts",
	RefusedNotSwitch:   "{name} is invalid: write true or false",
	RefusedNotObject:   "{name} is invalid: write a JSON object",
}
