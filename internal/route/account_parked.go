package route

import (
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Parked describes why and until when an account is not asked: it needs repair, or an operator wants it so.
type Parked struct {
	// Since is when the parking began; zero means that the account is not parked.
	Since time.Time `json:"since"`
	// Until is when it ends; zero means that somebody must unpark the account.
	Until time.Time `json:"until,omitzero"`
	// Kind of the failure that caused it; unspecified if an operator parked the account.
	Kind   abi.FailureKind `json:"kind,omitempty"`
	Reason message.Message `json:"reason,omitzero"`
}

// at reports whether the account is parked at a time.
func (p Parked) at(now time.Time) bool {
	return !p.Since.IsZero() && (p.Until.IsZero() || now.Before(p.Until))
}

// byOperator reports whether an operator parked the account.
func (p Parked) byOperator() bool {
	return !p.Since.IsZero() && p.Kind == abi.FailureKindUnspecified
}

// message continues a sentence that begins with the provider's name, with times in a zone.
func (p Parked) message(zone *time.Location) message.Message {
	var until, after, reason message.Message
	if !p.Until.IsZero() {
		until = message.New(message.ParkedUntil, "until", p.Until.In(zone))
	}
	if p.Kind != abi.FailureKindUnspecified {
		after = message.New(message.ParkedAfter, "kind", p.Kind)
	}
	if !p.Reason.IsZero() {
		reason = message.New(message.ParkedReason, "reason", p.Reason)
	}
	return message.New(message.ProviderParked, "until", until, "after", after, "reason", reason)
}
