package sdk

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// Leaves are the scalars of an answer, a request or a configuration, whether it was JSON, XML or a form. Each has an
// RFC 6901 JSON pointer, such as "/data/name". A look-up walks over all of them; they are few.
type Leaves []abi.Leaf

// Leaf returns the leaf at a pointer, or nil if there is none.
func (ls Leaves) Leaf(pointer string) *Leaf { return adapter.Leaves(ls).Leaf(pointer) }

// Text returns the text at a pointer. It is "" for null, for a text of more than 4096 bytes (see [Given]), and if there
// is no such leaf. Numbers and booleans are returned as they were written.
func (ls Leaves) Text(pointer string) string { return adapter.Leaves(ls).Text(pointer) }

// First returns the first of the texts at the pointers that is not empty.
func (ls Leaves) First(pointers ...string) string { return adapter.Leaves(ls).First(pointers...) }

// Has reports whether there is a leaf at a pointer or below it.
func (ls Leaves) Has(pointer string) bool { return adapter.Leaves(ls).Has(pointer) }

// Int returns the whole number at a pointer, written as a number or as a text.
func (ls Leaves) Int(pointer string) (n int64, ok bool) { return adapter.Leaves(ls).Int(pointer) }

// Float returns the number at a pointer, written as a number or as a text.
func (ls Leaves) Float(pointer string) (f float64, ok bool) { return adapter.Leaves(ls).Float(pointer) }

// Bool returns the boolean at a pointer. true, "true" and 1 are true; false, "false" and 0 are false; ok is false for
// everything else.
func (ls Leaves) Bool(pointer string) (b, ok bool) { return adapter.Leaves(ls).Bool(pointer) }

// Below returns the leaves under a pointer, with that pointer cut off their paths.
func (ls Leaves) Below(pointer string) Leaves { return Leaves(adapter.Leaves(ls).Below(pointer)) }

// Extras returns the texts whose first name is not in known, for [Done].Extras. The name of an extra is its pointer
// without the first slash.
func (ls Leaves) Extras(known ...string) []Extra { return adapter.Leaves(ls).Extras(known...) }

// Response is a vendor's answer.
type Response struct {
	*abi.Response
	Leaves
}

// HeaderText returns the first header with a name, in any case, or "" if there is none.
func (r *Response) HeaderText(name string) string {
	return adapter.HeaderText(r.Response.Headers, name)
}

// RetryAfterMillis returns the seconds of the header Retry-After in milliseconds, or 0 if it is missing or a date.
func (r *Response) RetryAfterMillis() uint32 { return adapter.RetryAfterMillis(r.Response) }

// InboundRequest is a request at a front door. Query and Leaves are its query and body.
type InboundRequest struct {
	*abi.InboundRequest
	Query Leaves
	Leaves
}

// HeaderText returns the first header with a name, in any case, or "" if there is none.
func (r *InboundRequest) HeaderText(name string) string {
	return adapter.HeaderText(r.InboundRequest.Headers, name)
}

// IsForm reports whether the host read the body as a form, regardless of its content type.
func (r *InboundRequest) IsForm() bool { return r.Format == abi.BodyFormatForm }

// IsJSON reports whether the host read the body as JSON, regardless of its content type.
func (r *InboundRequest) IsJSON() bool { return r.Format == abi.BodyFormatJSON }

// ReplyRequest is an outcome that a front door must say in its vendor's form. Either Recognition or Failure is set.
type ReplyRequest struct {
	*abi.ReplyRequest
	// Request is the inbound request, without leaves that have a handle. It is nil if the request could not be read.
	Request *InboundRequest
}
