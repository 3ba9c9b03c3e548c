package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Failure says why a call, or one attempt of it, has no document. It holds no field value, picture or secret.
type Failure struct {
	// Kind says what went wrong, in the same words for every vendor.
	Kind FailureKind `json:"kind"`
	// Message is for people. It may hold words of the provider, without card data and secrets.
	Message Message `json:"message,omitzero"`
	// Provider is empty when the call failed before any provider was asked.
	Provider string `json:"provider,omitempty"`
	// VendorCode and VendorMessage are the vendor's own words, without secrets and without what else its answer says of a person.
	VendorCode    string `json:"vendor_code,omitempty"`
	VendorMessage string `json:"vendor_message,omitempty"`
	// Retryable means that the same call may succeed later.
	Retryable bool `json:"retryable"`
	// FailOver means that another provider may succeed.
	FailOver bool `json:"fail_over"`
	// Billed says whether the vendor charged for what failed.
	Billed Billed `json:"billed"`
	// Fault says who can resolve it; zero if that is unknown.
	Fault Fault `json:"fault,omitempty"`
	// RetryAfter is how long the vendor, or what refused the call, asks to wait; 0 when it does not say. JSON has it in milliseconds.
	RetryAfter time.Duration     `json:"retry_after_ms,omitempty"`
	Signals    map[string]Signal `json:"signals,omitempty"`
}

// failureFields are the fields of a Failure without its methods.
type failureFields Failure

// failureJSON is a Failure in JSON. Its own fields hide those of the same names.
type failureJSON struct {
	*failureFields
	RetryAfter uint32            `json:"retry_after_ms,omitempty"`
	Signals    map[string]Signal `json:"signals,omitempty"`
}

// MarshalJSON writes RetryAfter in milliseconds.
func (f Failure) MarshalJSON() ([]byte, error) {
	return marshalJSON(failureJSON{(*failureFields)(&f), milliseconds(f.RetryAfter), f.Signals})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (f *Failure) UnmarshalJSON(text []byte) error {
	j := failureJSON{failureFields: (*failureFields)(f)}
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	f.RetryAfter, f.Signals = time.Duration(j.RetryAfter)*time.Millisecond, j.Signals
	return nil
}

// marshalJSON writes <, > and & as they are, and leaves it to the encoder around to escape them.
func marshalJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// Error is the error of [Engine.Recognize] when there is no document. Match it with errors.As, and decide by Failure.Kind, Failure.Retryable
// and Failure.Fault, never by the text.
type Error struct {
	// Failure of the last attempt, or of the call itself when no attempt was made.
	Failure  Failure   `json:"failure"`
	Attempts []Attempt `json:"attempts"`

	requestID string // the vendor's, for the attempt
	err       error
}

func (e *Error) Error() string { return e.Failure.String() }

// Unwrap returns the cause when it is a Go error, such as [ErrClosed] or the error of a plugin, a picture or a context. When the caller's
// context has ended, errors.Is finds its error: context.DeadlineExceeded or context.Canceled.
func (e *Error) Unwrap() error { return e.err }

// ErrClosed is wrapped by the errors of an engine that is closed.
var ErrClosed = errors.New("the engine is closed")

// clone returns a copy that shares nothing that a caller may change.
func (f Failure) clone() Failure {
	f.Signals = maps.Clone(f.Signals)
	return f
}

// String returns one line for a person.
func (f Failure) String() string {
	var b strings.Builder
	if f.Provider != "" {
		b.WriteString(f.Provider + ": ")
	}
	b.WriteString(f.Kind.String())
	if !f.Message.IsZero() {
		b.WriteString(": " + f.Message.String())
	}
	if f.VendorCode != "" || f.VendorMessage != "" {
		b.WriteString(" (vendor: " + strings.TrimSpace(f.VendorCode+" "+f.VendorMessage) + ")")
	}
	return b.String()
}

func failWith(kind FailureKind, fault Fault, m Message, err error) *Error {
	return &Error{Failure: Failure{Kind: kind, Fault: fault, Message: m, Billed: abi.BilledNo}, err: err}
}

// noAttempt makes a failure the error of a call for which no provider was asked.
func noAttempt(e *Error) *Error {
	e.Attempts = []Attempt{}
	return e
}

// closed is the failure of a call that comes after Close.
func closed() *Error {
	return failWith(abi.FailureKindUnavailable, abi.FaultOperator, message.New(message.EngineClosed), ErrClosed)
}

// expired is the failure of a call that ran out of time or whose caller gave up, or of an attempt that has used its share of the time.
func expired(ctx context.Context) *Error {
	cause, err := context.Cause(ctx), endOf(ctx)
	switch {
	case errors.Is(cause, route.ErrShare):
		e := failWith(abi.FailureKindTimeout, abi.FaultVendor, message.New(message.ShareOver), err)
		e.Failure.FailOver = true
		return e
	case errors.Is(err, context.Canceled):
		return failWith(abi.FailureKindTimeout, abi.FaultCaller, message.New(message.CallerGaveUp), err)
	}
	e := failWith(abi.FailureKindTimeout, abi.FaultOperator, message.New(message.TimeOver), err)
	e.Failure.Retryable = true
	return e
}

// endOf returns context.DeadlineExceeded or context.Canceled once a context has ended, before that nil. A context that was cancelled since a
// deadline passed elsewhere, such as that of the caller of a shared call, has ended by the deadline.
func endOf(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if deadline, ok := ctx.Deadline(); err == nil && ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded // a timer is about to end it
	}
	if err != nil && errors.Is(cause, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}

// endedBy makes sure that errors.Is finds the end of a context in the error of a call, even if it failed for another reason too.
func (e *Error) endedBy(ctx context.Context) *Error {
	if ended := endOf(ctx); ended != nil && !errors.Is(e, ended) {
		e.err = errors.Join(e.err, ended)
	}
	return e
}

// milliseconds of a duration, as the contract and JSON have them.
func milliseconds(d time.Duration) uint32 {
	return uint32(min(max(d.Milliseconds(), 0), 1<<32-1))
}
