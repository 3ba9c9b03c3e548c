package engine

import (
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// Runtime loads one kind of plugin. Make one with wasm.New, process.New or declarative.New, or with package enginetest in tests.
// Its methods are for the engine.
type Runtime = catalog.Runtime

// PluginKind is the kind of a plugin, and so of the runtime that loads it.
type PluginKind = catalog.Kind

const (
	// WASM is a WebAssembly module: a file NAME.wasm that carries its manifest in a custom section.
	WASM PluginKind = catalog.WASM
	// Process is an executable NAME beside its manifest NAME.manifest.json.
	Process PluginKind = catalog.Process
	// Declarative is a file NAME.provider.yaml that describes a provider without a program.
	Declarative PluginKind = catalog.Declarative
)

// PluginState is the state of a provider's plugin.
type PluginState = catalog.State

const (
	// Ready plugins can be called.
	Ready PluginState = catalog.Ready
	// Restarting plugins are subprocesses that are being started again after a failure.
	Restarting PluginState = catalog.Restarting
	// Broken plugins are not called: they did not load, or they are subprocesses that failed too often and rest for a while.
	Broken PluginState = catalog.Broken
	// Closed plugins belong to an engine that is closed.
	Closed PluginState = catalog.Closed
	// NotConfigured plugins were found in the folder, but no provider of the configuration uses them.
	NotConfigured PluginState = "not_configured"
)

// PluginError is a failure of a plugin, as opposed to one of its vendor. Match it with errors.As. Its text names the plugin, what it
// did and what would help. It holds no content of a call.
//
//	type PluginError struct {
//		Plugin string      // its name
//		Cause  PluginCause // what went wrong
//		Detail Message
//		Err    error       // the cause, or nil
//	}
type PluginError = catalog.PluginError

// PluginCause says what went wrong with a plugin, for example "not_locked", "wrong_checksum", "out_of_fuel" or "crash_loop".
// docs/abi.md lists the causes.
type PluginCause = catalog.Cause

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

// EgressOp is a step of a request, for example "connect" or "read answer body".
type EgressOp = egress.Op

// Sent says whether the vendor can have seen a request: "no", "maybe" or "yes".
type Sent = egress.Sent

// PictureLimits bound which pictures the engine accepts, regardless of the provider. A field that is zero or less has its default.
//
//	type PictureLimits struct {
//		MaxBytes        int64 // of the file; default 32 MiB
//		MaxPixels       int64 // width × height; default 64,000,000
//		MaxSide         int   // pixels of the longest side; default 20,000
//		MaxDecodedBytes int64 // bytes of memory that decoding may take; default 512 MiB
//	}
type PictureLimits = imaging.Caps

// PictureError is a picture that the engine does not accept. Match it with errors.As and decide by Kind.
//
//	type PictureError struct {
//		Kind       PictureErrorKind
//		Format     PictureFormat // empty if unknown
//		LooksLike  string // for "not_an_image" and "unsupported": "pdf", "heic", …
//		Cap        string // the limit that is exceeded, such as "max_pixels"
//		Value, Max int64  // what the picture has and what the limit allows
//		Detail     string
//		Err        error
//	}
type PictureError = imaging.Error

// PictureFormat is "jpg", "png" and others.
type PictureFormat = imaging.Format

// PictureErrorKind says why a picture is not accepted, for example "not_an_image", "unsupported" or "too_large".
type PictureErrorKind = imaging.Kind
