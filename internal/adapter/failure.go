package adapter

import (
	"math"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// HeaderText returns the first header of this name, without regard to case, or "" if there is none.
func HeaderText(headers []abi.Header, name string) string {
	for i := range headers {
		if strings.EqualFold(headers[i].Name, name) {
			return headers[i].Value
		}
	}
	return ""
}

// RetryAfterMillis returns what the header Retry-After asks for in seconds, or 0 if it is absent or a date.
func RetryAfterMillis(r *abi.Response) uint32 {
	seconds, err := strconv.ParseUint(strings.TrimSpace(HeaderText(r.Headers, "Retry-After")), 10, 32)
	if err != nil || seconds > math.MaxUint32/1000 {
		return 0
	}
	return uint32(seconds) * 1000
}

// Unlisted returns the failure for a code that the vendor's table does not list. Nobody knows whether such a call was billed.
func Unlisted() abi.Fail {
	return abi.Fail{
		Kind: abi.FailureKindProviderError, FailOver: true, Billed: abi.BilledUnknown, Fault: abi.FaultVendor,
		Message: "the vendor's document does not list this code",
	}
}

// NoAnswer returns the failure of an answer that is not in the vendor's form: a proxy's error page, for example. What it lacks
// is named; whether it was billed is unknown unless the status says that the request was turned away.
func NoAnswer(r *abi.Response, lacks string) abi.Fail {
	f := abi.Fail{
		Kind: abi.FailureKindProviderError, FailOver: true, Billed: abi.BilledUnknown, Fault: abi.FaultVendor,
		RetryAfterMs: RetryAfterMillis(r), Message: Lacks(r, lacks),
	}
	switch {
	case r.Status == 401 || r.Status == 403:
		f.Kind, f.Billed, f.Fault = abi.FailureKindPermissionDenied, abi.BilledNo, abi.FaultOperator
	case r.Status == 404:
		f.Billed, f.Fault = abi.BilledNo, abi.FaultOperator
	case r.Status == 429:
		f.Kind, f.Retryable, f.Billed, f.Fault = abi.FailureKindRateLimited, true, abi.BilledNo, abi.FaultOperator
	case r.Status == 503:
		f.Kind, f.Retryable, f.Billed = abi.FailureKindUnavailable, true, abi.BilledNo
	case r.Status == 502 || r.Status == 504: // a proxy had no answer from the vendor, who may have read the card
		f.Kind = abi.FailureKindOutcomeUnknown
	}
	return f
}

// TurnedAway reports whether a status says that a request was refused before anything was done, so that it was not billed.
func TurnedAway(status uint32) bool {
	return status == 401 || status == 403 || status == 404 || status == 429 || status == 503
}

// Lacks says in words that an answer does not have what every answer of the vendor has.
func Lacks(r *abi.Response, what string) string {
	return "the answer (" + r.Format.String() + ", status " + strconv.Itoa(int(r.Status)) + ") has no " + what
}

// Box returns the polygon of an upright rectangle given by its top left corner and its size.
func Box(x, y, w, h float64) *abi.Polygon {
	return &abi.Polygon{Points: []float64{x, y, x + w, y, x + w, y + h, x, y + h}}
}
