package message

// A request that got no complete answer from a vendor.
const (
	// ExchangeFailed has the origin and the reason, a Message. ExchangeFailedPlain has the reason alone, for an address without an origin.
	ExchangeFailed      Code = "egress.failed"
	ExchangeFailedPlain Code = "egress.failed_plain"
	// ExchangeMayBeSent has the problem, one of the messages above.
	ExchangeMayBeSent Code = "egress.may_be_sent"
	// ExchangeCause adds to a reason what the system said. Parameters: reason (a Message), cause (a text in English).
	ExchangeCause Code = "egress.cause"
)

// How an exchange ended early.
const (
	ExchangeTimeOver Code = "egress.time_over"
	ExchangeGivenUp  Code = "egress.given_up"
	ExchangeClosed   Code = "egress.closed"
)

// Why a request is not sent, or not as a whole.
const (
	BadMethod         Code = "egress.request.method"
	BodyUnmeasured    Code = "egress.request.length_unknown"
	BodyMissing       Code = "egress.request.body_missing"
	AnswerCapNegative Code = "egress.request.answer_cap"
	RequestTooLarge   Code = "egress.request.too_large"
	BadHeaderName     Code = "egress.request.header_name"
	BadHeaderValue    Code = "egress.request.header_value"
	HeaderReserved    Code = "egress.request.header_reserved"
	HostHeader        Code = "egress.request.host_header"
	BodyFailed        Code = "egress.request.body_failed"
	URLMalformed      Code = "egress.url.malformed"
	URLRelative       Code = "egress.url.relative"
	URLUserinfo       Code = "egress.url.userinfo"
	URLHost           Code = "egress.url.host"
	URLPort           Code = "egress.url.port"
	URLUnescaped      Code = "egress.url.unescaped"
)

// Why a request may not go to its target.
const (
	HostUnlisted     Code = "egress.policy.host"
	PlainHTTPExposes Code = "egress.policy.plain_http"
	PlainHTTPLeaves  Code = "egress.policy.plain_http_leaves"
	AddressPrivate   Code = "egress.policy.address"
)

// Problems of the connection.
const (
	NameNotFound       Code = "egress.name.not_found"
	NameWithoutAddress Code = "egress.name.no_address"
	NotConnected       Code = "egress.connection.none"
	TLSUntrusted       Code = "egress.connection.tls"
	HTTP2NotSetUp      Code = "egress.connection.http2"
	HTTP2TakesNone     Code = "egress.connection.http2_full"
	WriteBroke         Code = "egress.connection.write"
	EndedUnanswered    Code = "egress.connection.unanswered"
	StreamUnanswered   Code = "egress.connection.stream_unanswered"
)

// Problems of an answer.
const (
	HTTP2Broken        Code = "egress.answer.http2"
	AnswerHeadersBad   Code = "egress.answer.headers_bad"
	AnswerHeadersLarge Code = "egress.answer.headers_large"
	AnswerNotHTTP      Code = "egress.answer.not_http"
	AnswerSwitches     Code = "egress.answer.switches"
	AnswerUnasked      Code = "egress.answer.unasked"
	AnswerInterim      Code = "egress.answer.interim"
	AnswerTooLong      Code = "egress.answer.too_long"
	AnswerTooLarge     Code = "egress.answer.too_large"
	AnswerEncoding     Code = "egress.answer.encoding"
	AnswerGzip         Code = "egress.answer.gzip"
	AnswerCutOff       Code = "egress.answer.cut_off"
)

// Why a redirect is not followed. RedirectTarget has the reason, a Message: what is wrong with its URL.
const (
	RedirectsTooMany  Code = "egress.redirect.too_many"
	RedirectMalformed Code = "egress.redirect.malformed"
	RedirectToPlain   Code = "egress.redirect.plain_http"
	RedirectToGET     Code = "egress.redirect.get"
	RedirectsBody     Code = "egress.redirect.body"
	RedirectOutside   Code = "egress.redirect.policy"
	RedirectTarget    Code = "egress.redirect.target"
)

var egress = map[Code]string{
	ExchangeFailed:      "{origin}: {reason}",
	ExchangeFailedPlain: "{reason}",
	ExchangeMayBeSent:   "{problem}; the vendor may have received the request",
	ExchangeCause:       "{reason}: {cause}",
	RedirectTarget:      "the Location cannot be followed: {reason}",

	ExchangeTimeOver:   "the time for the call ran out",
	ExchangeGivenUp:    "the caller gave up",
	ExchangeClosed:     "the client was closed",
	BadMethod:          "the method must not be sent",
	BodyUnmeasured:     "the length of the body is unknown; set ContentLength",
	BodyMissing:        "there is a length but no body",
	AnswerCapNegative:  "the answer cap is negative",
	RequestTooLarge:    "URL, headers and body together are larger than the limit",
	BadHeaderName:      "the name of a header is not valid",
	BadHeaderValue:     "the value of a header is not valid",
	HeaderReserved:     "a header of the connection is set; the transport sets these",
	HostHeader:         "the Host header differs from the URL's host",
	BodyFailed:         "the request body failed or has another length than stated",
	URLMalformed:       "the text is not a URL",
	URLRelative:        "the URL is not an absolute http or https URL",
	URLUserinfo:        "the URL has user information; credentials belong in secrets",
	URLHost:            "the URL's host is not a clear name or IP address",
	URLPort:            "the URL's port is not a number from 1 to 65535",
	URLUnescaped:       "path or query has a byte that must be percent-encoded",
	HostUnlisted:       "this host is allowed neither by the plugin's manifest nor by the configured endpoint",
	PlainHTTPExposes:   "plain http would show card data to the network; use https or set allow_plain_http",
	PlainHTTPLeaves:    "plain http would leave this machine; use https or set allow_plain_http",
	AddressPrivate:     "the host has only private addresses; to allow it, set it as the provider's endpoint",
	NameNotFound:       "the name could not be looked up",
	NameWithoutAddress: "the name has no address",
	NotConnected:       "no connection to any address of the host",
	TLSUntrusted:       "no trusted TLS session with the host",
	HTTP2NotSetUp:      "the HTTP/2 connection could not be set up",
	HTTP2TakesNone:     "the HTTP/2 connection takes no request",
	WriteBroke:         "the connection broke while the request was written",
	EndedUnanswered:    "the connection ended without an answer",
	StreamUnanswered:   "the HTTP/2 stream ended without an answer",
	HTTP2Broken:        "the vendor broke the HTTP/2 protocol",
	AnswerHeadersBad:   "the answer's headers are malformed or larger than the limit",
	AnswerHeadersLarge: "the answer's headers are larger than the limit",
	AnswerNotHTTP:      "the answer is not HTTP or ends within its headers",
	AnswerSwitches:     "the answer changes the protocol without being asked",
	AnswerUnasked:      "the vendor answered before the request had reached it, so that the answer is not this call's",
	AnswerInterim:      "too many interim answers",
	AnswerTooLong:      "the answer states a length above the limit",
	AnswerTooLarge:     "the answer is larger than the limit",
	AnswerEncoding:     "the answer has an encoding that was not asked for",
	AnswerGzip:         "the answer claims to be gzip but is not, or is corrupt",
	AnswerCutOff:       "the answer breaks off before its stated end or is chunked wrongly",
	RedirectsTooMany:   "the vendor redirects more often than allowed",
	RedirectMalformed:  "the Location is not a URL",
	RedirectToPlain:    "it leads from https to plain http",
	RedirectToGET:      "it would turn the request into a GET; set the provider's endpoint to the right URL",
	RedirectsBody:      "it would send the request's body to another origin",
	RedirectOutside:    "it leads to an origin the policy does not allow",
}
