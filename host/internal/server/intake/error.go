package intake

import (
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Error is the error for a request that cannot be read. It holds no value of the request.
type Error struct {
	// Status is the HTTP status: 400, 408, 413 or 415.
	Status int
	// Reason says what is wrong and how to correct it.
	Reason message.Message
	// Picture is true if the picture is refused, false if the request around it is.
	Picture bool
}

// Error returns the reason in English.
func (e *Error) Error() string { return e.Reason.String() }

// Message returns the reason.
func (e *Error) Message() message.Message { return e.Reason }

func malformed(code message.Code, pairs ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Reason: message.New(code, pairs...)}
}

func tooLarge(limit int64) *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Picture: true, Reason: message.New(message.RefusedTooLarge, "limit", limit)}
}

// unread returns the error for a body that could not be read to its end.
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
		return &Error{Status: http.StatusRequestTimeout, Reason: message.New(message.RefusedSlow)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return malformed(message.RefusedCutOff)
	default:
		return malformed(message.RefusedUnreadable)
	}
}
