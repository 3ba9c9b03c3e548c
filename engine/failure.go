package engine

import (
	"maps"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Failure is why a call, or one attempt of it, gave no document. It holds no field value, picture or secret.
type Failure struct {
	Kind    FailureKind `json:"kind"`
	Message string      `json:"message,omitempty"`
	// Provider is empty when the call failed before any was tried.
	Provider string `json:"provider,omitempty"`
	// VendorCode and VendorMessage are verbatim.
	VendorCode    string `json:"vendor_code,omitempty"`
	VendorMessage string `json:"vendor_message,omitempty"`
	// Retryable: the same call may succeed later. FailOver: another provider might do better.
	Retryable bool   `json:"retryable"`
	FailOver  bool   `json:"fail_over"`
	Billed    Billed `json:"billed"`
	Fault     Fault  `json:"fault,omitempty"`
	// RetryAfterMs is how long the vendor asked to wait, in milliseconds.
	RetryAfterMs uint32            `json:"retry_after_ms,omitempty"`
	Signals      map[string]Signal `json:"signals,omitempty"`
}

// Error is what Recognize returns when no provider gave a document. Match it with errors.As; decide by Failure.Kind,
// Failure.Retryable and Failure.Fault, never by the text.
type Error struct {
	// Failure is of the last attempt, or of the call itself when none was made.
	Failure  Failure   `json:"failure"`
	Attempts []Attempt `json:"attempts"`
	err      error
}

func (e *Error) Error() string { return e.Failure.String() }

// Unwrap gives the cause when it is a Go error, such as a plugin's, a picture's or a context's.
func (e *Error) Unwrap() error { return e.err }

// clone is a copy that shares nothing that a caller may change.
func (f Failure) clone() Failure {
	f.Signals = maps.Clone(f.Signals)
	return f
}

// String is one line for a person.
func (f Failure) String() string {
	var b strings.Builder
	if f.Provider != "" {
		b.WriteString(f.Provider + ": ")
	}
	b.WriteString(f.Kind.String())
	if f.Message != "" {
		b.WriteString(": " + f.Message)
	}
	if f.VendorCode != "" || f.VendorMessage != "" {
		b.WriteString(" (vendor: " + strings.TrimSpace(f.VendorCode+" "+f.VendorMessage) + ")")
	}
	return b.String()
}

// failed couples a failure with its cause on the way up through an attempt.
type failed struct {
	Failure
	requestID string
	err       error
}

func failWith(kind FailureKind, fault Fault, message string, err error) *failed {
	return &failed{Failure: Failure{Kind: kind, Fault: fault, Message: message, Billed: abi.BilledNo}, err: err}
}
