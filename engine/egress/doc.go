// Package egress is the one guarded HTTP transport every provider call leaves through.
//
// A [Client] sends; a [Policy], one per provider, says where to. Every target is held against the policy before a
// name is looked up, again at each redirect, and a third time as an address: the address that was checked is the
// address that is dialled, so an answer of the name server that changes in between gains nothing.
//
// The package never sends a request twice once a byte of it may have left, and every [Error] says through
// [Error.Sent] whether the vendor could have seen it. That is what decides about money. net/http does neither:
// it repeats "idempotent" requests on its own, and it prints bytes of a vendor's answer that it did not expect to
// the standard log, where card data must never be. So HTTP/1.1 is spoken here, on net/http's own request writer and
// answer reader, and HTTP/2 on golang.org/x/net/http2's single connections, which do not retry.
//
// No text made here (errors, origins, redacted values) contains a path, a query, a header or a body.
package egress
