package service

import (
	"errors"
	"net/http"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Denied returns the HTTP status of a *[Denial]. ok is false for any other error.
func Denied(err error) (status int, ok bool) {
	var denial *Denial
	if !errors.As(err, &denial) {
		return 0, false
	}
	return denial.Status, true
}

// Status returns the HTTP status of a tenant's failed call. Below 500 the caller can correct it.
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

// pictureStatus returns the status of a refused picture.
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
