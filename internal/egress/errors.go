package egress

import (
	"context"
	"errors"
	"os"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Kind says what went wrong. The set may grow; treat an unknown kind as KindNoAnswer.
type Kind string

// The kinds of failure, in the order in which a call can meet them.
const (
	KindInvalidRequest   Kind = "invalid_request"    // method, header or length the transport will not send
	KindInvalidURL       Kind = "invalid_url"        // not an absolute http or https URL with a clear host
	KindSchemeRefused    Kind = "scheme_refused"     // plain http where the policy wants https
	KindHostRefused      Kind = "host_refused"       // origin that neither manifest nor operator names
	KindRequestTooLarge  Kind = "request_too_large"  // over PolicyConfig.MaxRequestBytes
	KindClosed           Kind = "closed"             // the Client was closed
	KindResolve          Kind = "resolve"            // the name could not be looked up
	KindAddressRefused   Kind = "address_refused"    // the name leads to an address that is not public
	KindConnect          Kind = "connect"            // no TCP connection
	KindTLS              Kind = "tls"                // no trusted TLS session
	KindRequestBody      Kind = "request_body"       // Request.Body failed or has another length than stated
	KindWrite            Kind = "write"              // the connection broke while the request was written
	KindTimeout          Kind = "timeout"            // Request.Timeout or the caller's deadline passed
	KindCancelled        Kind = "cancelled"          // the caller's context was cancelled
	KindNoAnswer         Kind = "no_answer"          // connection lost before the first byte of an answer
	KindBadAnswer        Kind = "bad_answer"         // malformed HTTP, wrong length, corrupt encoding
	KindAnswerTooLarge   Kind = "answer_too_large"   // over the answer cap, also once decompressed
	KindRedirectRefused  Kind = "redirect_refused"   // a redirect that would change method, origin or scheme unsafely
	KindTooManyRedirects Kind = "too_many_redirects" // more than Config.MaxRedirects
)

// Sent says whether the vendor can have seen the request, and so whether it can have billed it.
type Sent string

const (
	// SentNo means that no byte of the request was written, or that the vendor declared (HTTP/2 REFUSED_STREAM or GOAWAY) that
	// it did not process it. Nothing was billed.
	SentNo Sent = "no"
	// SentMaybe means that some of the request was written and no answer arrived.
	SentMaybe Sent = "maybe"
	// SentYes means that the whole request was written and at least a part of an answer arrived.
	SentYes Sent = "yes"
)

// Op is the step that failed, such as "connect" or "read answer body".
type Op string

// Error is the type of all errors of [Client.Do]. Its text has the origin and the reason, and nothing else of the exchange.
type Error struct {
	Kind   Kind
	Op     Op
	Origin string // scheme://host[:port], or "" where the URL has none
	Sent   Sent   // over all hops: a hop that failed after a followed redirect still counts the first one
	// Timeout is set if a deadline passed: Request.Timeout, that of the caller, or a connect or TLS timeout.
	Timeout bool
	// Reason says what happened and, if something would help, that.
	Reason message.Message
	// Err is the cause, or nil: a network, TLS or context error, or that of Request.Body. Errors of the HTTP parser are left out
	// because they quote the answer.
	Err error
}

// Error returns the English text of Message.
func (e *Error) Error() string { return e.Message().String() }

// Message returns the origin and the reason, and whether the vendor may have received the request where that is uncertain.
func (e *Error) Message() message.Message {
	reason := e.Reason
	if e.Err != nil && e.causeIsPlain() {
		reason = message.New(message.ExchangeCause, "reason", reason, "cause", e.Err.Error())
	}
	problem := message.New(message.ExchangeFailed, "origin", e.Origin, "reason", reason)
	if e.Origin == "" {
		problem = message.New(message.ExchangeFailedPlain, "reason", reason)
	}
	if e.Sent == SentMaybe {
		return message.New(message.ExchangeMayBeSent, "problem", problem)
	}
	return problem
}

// Refusal reports whether the target or a redirect was refused, so that nothing was sent there.
func (e *Error) Refusal() bool {
	switch e.Kind {
	case KindInvalidURL, KindSchemeRefused, KindHostRefused, KindAddressRefused, KindRedirectRefused, KindTooManyRedirects:
		return true
	default:
		return false
	}
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// causeIsPlain reports whether the cause comes from the network, so that its text has only hosts and addresses.
func (e *Error) causeIsPlain() bool {
	switch e.Kind {
	case KindResolve, KindConnect, KindTLS:
		return true
	default:
		return false
	}
}

// fail returns an Error. Do sets Origin and Sent.
func fail(kind Kind, op Op, reason message.Code, err error) *Error {
	return &Error{Kind: kind, Op: op, Reason: message.New(reason), Err: err, Sent: SentNo, Timeout: isTimeout(err)}
}

// ended returns the Error for a context that has ended, or nil.
func ended(ctx context.Context, op Op) *Error {
	err := ctx.Err()
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fail(KindTimeout, op, message.ExchangeTimeOver, err)
	case errors.Is(cause, context.DeadlineExceeded): // the deadline of an outer caller
		return fail(KindTimeout, op, message.ExchangeTimeOver, cause)
	default:
		return fail(KindCancelled, op, message.ExchangeGivenUp, err)
	}
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
