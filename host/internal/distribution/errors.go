package distribution

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// Cause is why a push or pull failed.
type Cause string

const (
	// NotFound means that the registry has no such repository, tag or digest.
	NotFound Cause = "not_found"
	// Unauthenticated means that credentials are missing or refused.
	Unauthenticated Cause = "unauthenticated"
	// NotAPlugin means that the reference is something else, or has an invalid form or size.
	NotAPlugin Cause = "not_a_plugin"
	// Damaged means that the content does not match its digest or size.
	Damaged Cause = "damaged"
	// MovedTag means that the tag no longer refers to the pinned plugin.
	MovedTag Cause = "moved_tag"
	// WrongPlatform means that the executable is for another platform.
	WrongPlatform Cause = "wrong_platform"
	// Conflict means that the folder contains the plugin as another kind.
	Conflict Cause = "conflict"
	// Refused means that the registry led to an address that this program does not go to.
	Refused Cause = "refused"
	// Unreachable means that the registry did not answer or failed.
	Unreachable Cause = "unreachable"
)

// Error is the error of a failed push or pull. For a plugin that is itself invalid, the error is a *catalog.PluginError instead.
type Error struct {
	Reference Reference
	Cause     Cause
	// Detail says what is wrong and what helps.
	Detail string
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %s", e.Reference, e.Cause, e.Detail) }

func (e *Error) Unwrap() error { return e.Err }

func (r Reference) fail(cause Cause, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Reference: r, Cause: cause, Detail: terminal.Clean(err.Error()), Err: errors.Unwrap(err)}
}

// speaksHTTP reports whether the answer to a TLS handshake was HTTP.
func speaksHTTP(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/"
}

// failed returns the Error for an error of the registry's client.
func (r Reference) failed(doing string, err error) error {
	var answer *errcode.ErrorResponse
	var stopped *egress.Error
	if at := (*url.Error)(nil); errors.As(err, &at) {
		err = at.Err // without the address, which may have a token
	}
	switch {
	case errors.As(err, &stopped) && stopped.Refusal():
		return r.fail(Refused, "%s: %w; allow an origin inside your network with --allow-origin", doing, err)
	case errors.Is(err, errdef.ErrNotFound):
		return r.fail(NotFound, "%s: not found in the registry: %w", doing, err)
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return r.fail(Unauthenticated, "%s: the registry requires credentials: log in with docker or podman, or use --username and --password-stdin: %w", doing, err)
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return r.fail(Unauthenticated, "%s: the registry refuses the credentials: %w", doing, err)
	case errors.Is(err, content.ErrMismatchedDigest), errors.Is(err, content.ErrTrailingData), errors.Is(err, content.ErrInvalidDescriptorSize), errors.Is(err, io.ErrUnexpectedEOF):
		return r.fail(Damaged, "%s: the content does not match its digest: %w", doing, err)
	case speaksHTTP(err):
		return r.fail(Unreachable, "%s: the registry uses http; use --plain-http, which is allowed for this machine only: %w", doing, err)
	}
	return r.fail(Unreachable, "%s: %w", doing, err)
}
