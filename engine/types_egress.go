package engine

import "github.com/ocrmux/ocrmux/internal/egress"

// Egress configures the transport through which providers reach their vendors and pictures are fetched. The zero value is right
// for production.
//
//	type Egress struct {
//		Resolver  Resolver       // looks up host names; nil means net.DefaultResolver
//		Dial      func(ctx context.Context, network, address string) (net.Conn, error) // nil means a net.Dialer
//		RootCAs   *x509.CertPool // trusted authorities; nil means the system's
//		Timeout   time.Duration  // of a request that states none, redirects and body included; default 60 s
//		ConnectTimeout, TLSTimeout       time.Duration // of looking up and connecting; of the handshake
//		IdleTimeout                      time.Duration // how long an unused connection is kept
//		Rest                             time.Duration // how long an HTTP/1.1 connection stays unused after an answer; default 20 ms
//		Distrusted                       func(origin string) // is told of a vendor that sent what nobody asked for
//		HTTP2PingAfter, HTTP2PingTimeout time.Duration // when a silent HTTP/2 connection is probed, and given up
//		MaxIdle, MaxIdlePerOrigin        int // unused HTTP/1.1 connections
//		MaxInFlightPerOrigin             int // exchanges with one origin at once; further ones wait
//		MaxHeaderBytes                   int // of an answer
//		MaxRedirects                     int // followed in one exchange; negative means none
//		DisableHTTP2                     bool
//		UserAgent                        string // sent if a request has none
//	}
type Egress = egress.Config

// Resolver looks up host names. *[net.Resolver] is one.
type Resolver = egress.Resolver

// EgressError is a request that got no complete answer. Match it with errors.As. Its text names the origin and the reason, and nothing
// else of the exchange.
//
//	type EgressError struct {
//		Kind    EgressErrorKind
//		Op      EgressOp // the step that failed, such as "connect"
//		Origin  string   // scheme://host[:port]
//		Sent    Sent     // whether the vendor can have seen the request
//		Timeout bool     // the failure was a deadline
//		Reason  Message  // what happened, and what would help
//		Err     error    // the cause, or nil
//	}
type EgressError = egress.Error

// EgressErrorKind says what went wrong with a request, for example "resolve", "connect", "timeout" or "host_refused". There may be more
// kinds in later versions.
type EgressErrorKind = egress.Kind

// Kinds of egress errors.
const (
	// EgressInvalidRequest: the method, a header or the length cannot be sent.
	EgressInvalidRequest EgressErrorKind = egress.KindInvalidRequest
	// EgressInvalidURL: the address is not an absolute http or https URL with a clear host.
	EgressInvalidURL EgressErrorKind = egress.KindInvalidURL
	// EgressSchemeRefused: the address is plain http where https is needed.
	EgressSchemeRefused EgressErrorKind = egress.KindSchemeRefused
	// EgressHostRefused: neither the manifest nor the operator allows the host.
	EgressHostRefused EgressErrorKind = egress.KindHostRefused
	// EgressRequestTooLarge: the request is larger than the limit.
	EgressRequestTooLarge EgressErrorKind = egress.KindRequestTooLarge
	// EgressClosed: the engine is closed.
	EgressClosed EgressErrorKind = egress.KindClosed
	// EgressResolve: the name could not be looked up.
	EgressResolve EgressErrorKind = egress.KindResolve
	// EgressAddressRefused: the name leads to an address that is not public.
	EgressAddressRefused EgressErrorKind = egress.KindAddressRefused
	// EgressConnect: there is no connection.
	EgressConnect EgressErrorKind = egress.KindConnect
	// EgressTLS: there is no trusted TLS session.
	EgressTLS EgressErrorKind = egress.KindTLS
	// EgressRequestBody: the body of the request failed, or has another length than stated.
	EgressRequestBody EgressErrorKind = egress.KindRequestBody
	// EgressWrite: the connection broke while the request was sent.
	EgressWrite EgressErrorKind = egress.KindWrite
	// EgressTimeout: the time was over.
	EgressTimeout EgressErrorKind = egress.KindTimeout
	// EgressCancelled: the call was canceled.
	EgressCancelled EgressErrorKind = egress.KindCancelled
	// EgressNoAnswer: the connection ended without an answer.
	EgressNoAnswer EgressErrorKind = egress.KindNoAnswer
	// EgressBadAnswer: the answer is malformed.
	EgressBadAnswer EgressErrorKind = egress.KindBadAnswer
	// EgressAnswerTooLarge: the answer is larger than the limit.
	EgressAnswerTooLarge EgressErrorKind = egress.KindAnswerTooLarge
	// EgressRedirectRefused: a redirect leads where the request may not go.
	EgressRedirectRefused EgressErrorKind = egress.KindRedirectRefused
	// EgressTooManyRedirects: there were more redirects than allowed.
	EgressTooManyRedirects EgressErrorKind = egress.KindTooManyRedirects
)

// EgressOp is a step of a request, for example "connect" or "read answer body".
type EgressOp = egress.Op

// Steps of a request, in their order.
const (
	// EgressOpStart: nothing was done yet.
	EgressOpStart EgressOp = "start"
	// EgressOpCheckRequest: the request is examined.
	EgressOpCheckRequest EgressOp = "check request"
	// EgressOpCheckTarget: the address is compared with what is allowed.
	EgressOpCheckTarget EgressOp = "check target"
	// EgressOpWait: the request waits until the host has room for it.
	EgressOpWait EgressOp = "wait for a slot"
	// EgressOpResolve: the name is looked up.
	EgressOpResolve EgressOp = "resolve"
	// EgressOpConnect: the connection is made.
	EgressOpConnect EgressOp = "connect"
	// EgressOpTLS: the TLS session is made.
	EgressOpTLS EgressOp = "tls handshake"
	// EgressOpReadBody: the body of the request is read.
	EgressOpReadBody EgressOp = "read request body"
	// EgressOpWrite: the request is sent.
	EgressOpWrite EgressOp = "write request"
	// EgressOpAwait: the request was sent, and no answer has begun.
	EgressOpAwait EgressOp = "await answer"
	// EgressOpReadHeaders: the headers of the answer are read.
	EgressOpReadHeaders EgressOp = "read answer headers"
	// EgressOpReadAnswer: the body of the answer is read.
	EgressOpReadAnswer EgressOp = "read answer body"
	// EgressOpRedirect: a redirect is followed.
	EgressOpRedirect EgressOp = "follow redirect"
)

// Sent says whether the vendor can have seen a request: "no", "maybe" or "yes".
type Sent = egress.Sent

// Whether the vendor can have seen a request.
const (
	// SentNo: the vendor has received nothing, or has said that it did not process it.
	SentNo Sent = egress.SentNo
	// SentMaybe: some of the request was sent, and no answer arrived.
	SentMaybe Sent = egress.SentMaybe
	// SentYes: the whole request was sent, and at least a part of an answer arrived.
	SentYes Sent = egress.SentYes
)
