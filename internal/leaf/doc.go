// Package leaf reads a body once, natively, and flattens it to leaves: a JSON pointer and a text each.
//
// JSON, XML, form and multipart bodies look alike afterwards, so that a provider finds a name under a path and never
// parses anything. [Flatten] takes a vendor's answer or the body of a front-door request, [FlattenQuery] a query string,
// [FromMap] a configuration. What the paths look like is said at Leaf in engine/abi/provider.proto.
//
// Which format a body has is decided by its content; the content type is a hint only (vendors send JSON as text/html). A
// body that is not well formed is no error: it is TEXT or BINARY, without leaves. Errors are for limits, and for a multipart
// body that is broken, since that can be nothing else.
//
// # Names that repeat
//
// A JSON object's repeated name: the last one wins, with everything below it, as in encoding/json. XML elements, form fields
// and multipart fields that repeat are all kept, numbered like an array ("/a/0", "/a/1"): "/a" alone then does not exist, so
// no two readers can pick different ones.
//
// # Long texts
//
// A text over [abi.MaxInlineLeafBytes], a file part, and a form value that is not UTF-8 stay here as blobs; the leaf has a
// handle. A JSON string without escapes, a form value without escapes and a multipart part are then sub-slices of the
// body, however long: nothing is copied.
//
// Everything in this package is safe for concurrent use. No error holds a byte of what was read.
package leaf
