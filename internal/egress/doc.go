// Package egress sends every HTTP request to a vendor.
//
// A [Client] sends requests to the targets that a [Policy] allows; each provider has a policy of its own. A target is checked
// before its name is looked up, after each redirect, and again as an address. The checked address is the one that is dialled,
// so a name server that changes its answer in between gains nothing.
//
// The package never sends a request again once a byte of it may have left, and [Error.Sent] says whether the vendor can have
// seen it. Whether a request may be billed depends on that. [http.Transport] repeats "idempotent" requests by itself, so the
// package keeps the connections and uses single ones: [http.ClientConn] for HTTP/2, and an exchange of its own on net/http's
// request writer and response reader for HTTP/1.1. The section "Why not net/http's Transport?" of docs/RATIONALE.md says what
// a ClientConn lacks for HTTP/1.1.
//
// No text made here (errors, origins, redacted values) contains a path, a query, a header or a body.
package egress
