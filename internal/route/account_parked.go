package route

import (
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Parked is an account that is not asked for a time, because somebody has to mend it first or an operator wants it so.
type Parked struct {
	// Since when; zero means that it is not parked.
	Since time.Time `json:"since"`
	// Until when; zero means until somebody unparks it.
	Until time.Time `json:"until,omitzero"`
	// Kind of the failure that led to it; unspecified when an operator did.
	Kind   abi.FailureKind `json:"kind,omitempty"`
	Reason string          `json:"reason,omitempty"`
}

// at reports whether the parking holds at a time.
func (p Parked) at(now time.Time) bool {
	return !p.Since.IsZero() && (p.Until.IsZero() || now.Before(p.Until))
}

// byOperator reports whether somebody parked it, and not a failure.
func (p Parked) byOperator() bool {
	return !p.Since.IsZero() && p.Kind == abi.FailureKindUnspecified
}

// String completes "the provider …".
func (p Parked) String() string {
	s := "is parked"
	if !p.Until.IsZero() {
		s += clock(p.Until)
	}
	if p.Kind != abi.FailureKindUnspecified {
		s += " after " + p.Kind.String()
	}
	if p.Reason != "" {
		s += ": " + p.Reason
	}
	return s
}
