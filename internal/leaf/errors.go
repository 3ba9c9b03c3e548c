package leaf

import (
	"errors"
	"fmt"
)

// Kind says why a body was refused.
type Kind string

// The kinds of [Error].
const (
	KindTooManyLeaves Kind = "too_many_leaves" // more than Options.MaxLeaves
	KindTooDeep       Kind = "too_deep"        // nested deeper than Options.MaxDepth
	KindTooLarge      Kind = "too_large"       // over Options.MaxBytes or Options.MaxTotal
	KindBadMultipart  Kind = "bad_multipart"   // the content type says multipart/form-data, the body does not keep to it
)

// Error is every error of this package. Match it with errors.As and decide by Kind.
type Error struct {
	Kind Kind
	// Reason is a fixed sentence about what is wrong, without content of the body.
	Reason string
	// Limit is the field of Options that was passed and Max what it allowed; empty and 0 for KindBadMultipart.
	Limit string
	Max   int
}

// Error says what is wrong, and which limit it was.
func (e *Error) Error() string {
	if e.Limit == "" {
		return "leaf: " + e.Reason
	}
	return fmt.Sprintf("leaf: %s (%s is %d)", e.Reason, e.Limit, e.Max)
}

// Not errors of the package but answers between its parts: the body is of another format.
var (
	errSyntax  = errors.New("not well formed")
	errNotUTF8 = errors.New("not UTF-8")
)

func badMultipart(reason string) error {
	return &Error{Kind: KindBadMultipart, Reason: "the multipart body " + reason}
}
