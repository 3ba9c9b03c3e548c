// Package egress is the one guarded HTTP transport every provider call leaves through.
//
// A [Client] sends; a [Policy], one per provider, says where to. Every target is held against the policy before a
// name is looked up, again at each redirect, and a third time as an address: the address that was checked is the
// address that is dialled, so an answer of the name server that changes in between gains nothing.
//
// The package never sends a request twice once a byte of it may have left, and every [Error] says through
// [Error.Sent] whether the vendor could have seen it. That is what decides about money. [http.Transport] says neither:
// it repeats "idempotent" requests on its own. So its connections are kept here, and HTTP/2 goes over single ones,
// [http.ClientConn], which do not retry.
//
// HTTP/1.1 cannot. A ClientConn of it prints bytes of an answer that it did not expect to the standard log, where card
// data must never be. It sends the headers before it has asked for the body, so that a body that fails at once can no
// longer count as not sent. And when the vendor hangs up on a large request, it loses the answer that says why (413 and
// the like) to the error of writing. That exchange is our own, on net/http's request writer and answer reader.
//
// No text made here (errors, origins, redacted values) contains a path, a query, a header or a body.
package egress
