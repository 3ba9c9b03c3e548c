package service

import (
	"errors"
	"net/http"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Denied is the HTTP status of what a tenant cannot have, such as [ErrNoRoute]; ok is false for any other error.
func Denied(err error) (status int, ok bool) {
	switch {
	case errors.Is(err, ErrNotAdmin):
		return http.StatusForbidden, true
	case errors.Is(err, ErrNoRoute), errors.Is(err, ErrNoProvider):
		return http.StatusNotFound, true
	case errors.Is(err, ErrBoth), errors.Is(err, ErrPast):
		return http.StatusBadRequest, true
	}
	return 0, false
}

// Status says with an HTTP status whose turn it is to do something about a call that a tenant made: below 500 the caller's.
func Status(err *engine.Error, tenant string) int {
	f := &err.Failure
	switch f.Kind {
	case abi.FailureKindInvalidRequest:
		if f.Fault == abi.FaultCaller {
			return http.StatusBadRequest
		}
		return http.StatusBadGateway
	case abi.FailureKindInvalidImage:
		return pictureStatus(err)
	case abi.FailureKindNoDocument, abi.FailureKindUnreadable:
		return http.StatusUnprocessableEntity
	case abi.FailureKindQuotaExhausted:
		var budget *money.BudgetError
		if errors.As(err, &budget) && budget.Scope == money.ScopeTenant && budget.Name == tenant {
			return http.StatusTooManyRequests
		}
		return http.StatusServiceUnavailable
	case abi.FailureKindRateLimited, abi.FailureKindUnavailable:
		return http.StatusServiceUnavailable
	case abi.FailureKindTimeout, abi.FailureKindOutcomeUnknown:
		return http.StatusGatewayTimeout
	case abi.FailureKindUnauthenticated, abi.FailureKindPermissionDenied, abi.FailureKindProviderError:
		return http.StatusBadGateway
	default:
		return http.StatusInternalServerError
	}
}

// pictureStatus of a picture that was refused.
func pictureStatus(err *engine.Error) int {
	var wrong *imaging.Error
	if !errors.As(err, &wrong) {
		return http.StatusUnprocessableEntity
	}
	switch wrong.Kind {
	case imaging.KindTooLarge, imaging.KindTooManyPixels:
		return http.StatusRequestEntityTooLarge
	case imaging.KindNotAnImage, imaging.KindUnsupported, imaging.KindAnimated:
		return http.StatusUnsupportedMediaType
	default:
		return http.StatusUnprocessableEntity
	}
}
