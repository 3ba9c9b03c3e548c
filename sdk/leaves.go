package sdk

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// Leaves are the scalars of a flattened body by JSON pointer, and what can be asked of them.
type Leaves = adapter.Leaves

// Response is a vendor's answer.
type Response struct {
	*abi.Response
	Leaves
}

// HeaderText is the first header of this name, without regard to case; "" when there is none.
func (r *Response) HeaderText(name string) string {
	return adapter.HeaderText(r.Response.Headers, name)
}

// RetryAfterMillis is what the header Retry-After asks for in seconds; 0 when it is absent or a date.
func (r *Response) RetryAfterMillis() uint32 { return adapter.RetryAfterMillis(r.Response) }

// InboundRequest is a request at a front door.
type InboundRequest struct {
	*abi.InboundRequest
	Query Leaves
	Leaves
}

// HeaderText is the first header of this name, without regard to case; "" when there is none.
func (r *InboundRequest) HeaderText(name string) string {
	return adapter.HeaderText(r.InboundRequest.Headers, name)
}

// ReplyRequest is an outcome to be said in the vendor's words.
type ReplyRequest struct {
	*abi.ReplyRequest
	// The inbound request; nil when it could not be read at all.
	Request *InboundRequest
}
