package intake

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// Error is a request that cannot be taken in. It holds no value of the request.
type Error struct {
	// Status is the HTTP status that says so: 400, 408, 413 or 415.
	Status int
	// Reason says what is wrong and what would be right.
	Reason string
	// Picture: it is the picture that is refused, and not the request around it.
	Picture bool
}

func (e *Error) Error() string { return e.Reason }

func malformed(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Reason: fmt.Sprintf(format, args...)}
}

func tooLarge(limit int64) *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Picture: true, Reason: fmt.Sprintf("the picture has more than the %d bytes that are allowed", limit)}
}

// unread is why a body could not be read to its end. Errors of this package stay as they are.
func unread(err error, limit int64) error {
	var own *Error
	var cut *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &cut):
		return tooLarge(limit)
	case errors.As(err, &network) && network.Timeout():
		return &Error{Status: http.StatusRequestTimeout, Reason: "the body came too slowly"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return malformed("the body ends too early")
	default:
		return malformed("the body cannot be read")
	}
}
