package distribution

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// Cause says why a plugin could not be pushed or pulled.
type Cause string

const (
	// NotFound: the registry has no such repository, tag or digest.
	NotFound Cause = "not_found"
	// Unauthenticated: the registry wants credentials, or others.
	Unauthenticated Cause = "unauthenticated"
	// NotAPlugin: what is there is something else, or has an impossible form or size.
	NotAPlugin Cause = "not_a_plugin"
	// Damaged: what came is not what its digest or size says.
	Damaged Cause = "damaged"
	// MovedTag: the tag names another plugin than the one it was pinned to.
	MovedTag Cause = "moved_tag"
	// WrongPlatform: the executable runs elsewhere.
	WrongPlatform Cause = "wrong_platform"
	// Conflict: the folder holds the plugin in another form.
	Conflict Cause = "conflict"
	// Unreachable: the registry could not be asked, or failed.
	Unreachable Cause = "unreachable"
)

// Error is a push or pull that failed. Plugins that are refused for what they are fail with a *catalog.PluginError instead.
type Error struct {
	Reference Reference
	Cause     Cause
	// Detail says what is wrong and what would help.
	Detail string
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %s", e.Reference, e.Cause, e.Detail) }

func (e *Error) Unwrap() error { return e.Err }

func (r Reference) fail(cause Cause, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Reference: r, Cause: cause, Detail: err.Error(), Err: errors.Unwrap(err)}
}

// failed makes sense of an error of the registry's client.
func (r Reference) failed(doing string, err error) error {
	var answer *errcode.ErrorResponse
	switch {
	case errors.Is(err, errdef.ErrNotFound):
		return r.fail(NotFound, "%s: the registry has no such thing: %w", doing, err)
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return r.fail(Unauthenticated, "%s: the registry wants credentials and none are known for it: log in with docker or podman, or give --username and --password-stdin: %w", doing, err)
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return r.fail(Unauthenticated, "%s: the registry does not take these credentials: %w", doing, err)
	case errors.Is(err, content.ErrMismatchedDigest), errors.Is(err, content.ErrTrailingData), errors.Is(err, content.ErrInvalidDescriptorSize), errors.Is(err, io.ErrUnexpectedEOF):
		return r.fail(Damaged, "%s: what came is not what its digest says: %w", doing, err)
	case errors.Is(err, http.ErrSchemeMismatch):
		return r.fail(Unreachable, "%s: the registry speaks http; --plain-http takes it, on this machine only: %w", doing, err)
	}
	return r.fail(Unreachable, "%s: %w", doing, err)
}
