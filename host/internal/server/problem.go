package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
)

const problemType = "application/problem+json"

// Problem is a problem document (RFC 9457) with the members of a failure. It says why a request failed.
type Problem struct {
	Type   string `json:"type" format:"uri" doc:"urn:ocrmux:failure: and the kind"`
	Title  string `json:"title" doc:"The kind in words"`
	Status int    `json:"status" doc:"HTTP status"`
	Detail string `json:"detail" doc:"What went wrong"`
	engine.Failure
	Attempts []engine.Attempt `json:"attempts,omitempty" doc:"The providers that were asked or skipped"`

	retryAfter time.Duration
}

// failure is an engine.Failure without its methods.
type failure engine.Failure

// MarshalJSON writes the problem and the members of its failure as one object.
func (p *Problem) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // the encoder around escapes, if it is to
	err := encoder.Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		*failure
		RetryAfter uint32                   `json:"retry_after_ms,omitempty"` // instead of the failure's
		Signals    map[string]engine.Signal `json:"signals,omitempty"`
		Attempts   []engine.Attempt         `json:"attempts,omitempty"`
	}{p.Type, p.Title, p.Status, p.Detail, (*failure)(&p.Failure), uint32(min(p.RetryAfter.Milliseconds(), 1<<32-1)), p.Signals, p.Attempts})
	return b.Bytes(), err
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status. It, ContentType and GetHeaders implement interfaces of huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns application/problem+json.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders returns the headers of the answer.
func (p *Problem) GetHeaders() http.Header {
	h := make(http.Header)
	if p.retryAfter > 0 {
		h.Set("Retry-After", seconds(p.retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// seconds returns a wait in seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(p) // an error means that the client is gone
}

// problem returns the problem of a failure.
func problem(status int, f engine.Failure) *Problem {
	p := &Problem{Type: "urn:ocrmux:failure:" + f.Kind.String(), Title: title(f.Kind), Status: status, Detail: f.String(), Failure: f}
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		p.retryAfter = f.RetryAfter
	}
	return p
}

// title describes a kind.
func title(k abi.FailureKind) string {
	switch k {
	case abi.FailureKindInvalidRequest:
		return "the request is invalid"
	case abi.FailureKindInvalidImage:
		return "the picture cannot be used"
	case abi.FailureKindNoDocument:
		return "the picture shows no document"
	case abi.FailureKindUnreadable:
		return "the document cannot be read"
	case abi.FailureKindUnauthenticated:
		return "credentials are missing or wrong"
	case abi.FailureKindPermissionDenied:
		return "this is not allowed"
	case abi.FailureKindQuotaExhausted:
		return "a budget or quota is used up"
	case abi.FailureKindRateLimited:
		return "too many requests"
	case abi.FailureKindUnavailable:
		return "temporarily unavailable"
	case abi.FailureKindTimeout:
		return "timeout"
	case abi.FailureKindOutcomeUnknown:
		return "the outcome of the call is unknown"
	case abi.FailureKindProviderError:
		return "the provider failed"
	default:
		return "internal error"
	}
}

// callerFault returns the problem of an invalid request for which no provider was asked.
func callerFault(status int, reason message.Message) *Problem {
	return problem(status, engine.Failure{Kind: abi.FailureKindInvalidRequest, Message: reason, Fault: abi.FaultCaller, Billed: abi.BilledNo})
}

// refusalProblem returns the problem of a *access.Refusal, the error for a request that is refused before it is read.
func refusalProblem(err error) *Problem {
	var r *access.Refusal
	if !errors.As(err, &r) {
		return internalProblem()
	}
	f := engine.Failure{Message: message.Error(r), Fault: abi.FaultCaller, Billed: abi.BilledNo, Retryable: r.RetryAfter > 0, RetryAfter: r.RetryAfter}
	switch r.Status {
	case http.StatusUnauthorized:
		f.Kind = abi.FailureKindUnauthenticated
	case http.StatusForbidden:
		f.Kind = abi.FailureKindPermissionDenied
	case http.StatusTooManyRequests:
		f.Kind = abi.FailureKindRateLimited
	default:
		f.Kind, f.Fault = abi.FailureKindUnavailable, abi.FaultOperator
	}
	return problem(r.Status, f)
}

// denialProblem returns the problem of a *service.Denial.
func denialProblem(err error) *Problem {
	switch status, ok := service.Denied(err); {
	case !ok:
		return internalProblem() // not reached
	case status == http.StatusForbidden:
		return refusalProblem(&access.Refusal{Status: status, Reason: message.Error(err)})
	default:
		return callerFault(status, message.Error(err))
	}
}

// intakeProblem returns the problem of an *intake.Error.
func intakeProblem(err error) *Problem {
	var wrong *intake.Error
	if !errors.As(err, &wrong) {
		return internalProblem()
	}
	p := callerFault(wrong.Status, wrong.Reason)
	if wrong.Picture {
		p = problem(wrong.Status, engine.Failure{Kind: abi.FailureKindInvalidImage, Message: message.Error(wrong), Fault: abi.FaultCaller, Billed: abi.BilledNo})
	}
	return p
}

// internalProblem returns a problem without details. The log has them.
func internalProblem() *Problem {
	return problem(http.StatusInternalServerError, engine.Failure{Kind: abi.FailureKindInternal, Message: message.New(message.RefusedInternal), Fault: abi.FaultOperator, Billed: abi.BilledUnknown})
}

// failureProblem returns the problem of an *engine.Error, for a tenant.
func failureProblem(err *engine.Error, tenant string) *Problem {
	p := problem(service.Status(err, tenant), err.Failure)
	p.Attempts = err.Attempts
	return p
}
