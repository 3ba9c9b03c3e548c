package value

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind says what is wrong with a tree.
type Kind string

// The kinds of [Error].
const (
	KindUnknownPart     Kind = "unknown_part"      // a part, body or JSON value with no member, or one this host does not know
	KindUnknownSecret   Kind = "unknown_secret"    // neither configured nor captured
	KindSecretUseDenied Kind = "secret_use_denied" // the manifest does not list this use of the secret
	KindUnknownBlob     Kind = "unknown_blob"      // no bytes under this handle
	KindBadAlgorithm    Kind = "bad_algorithm"     // not an algorithm of this host
	KindBadKey          Kind = "bad_key"           // missing, too long, or no usable RSA private key
	KindBadEncoding     Kind = "bad_encoding"      // not an encoding of this host, or not for digests
	KindTooDeep         Kind = "too_deep"          // Limits.Depth
	KindTooLarge        Kind = "too_large"         // a limit in bytes
	KindTooManyParts    Kind = "too_many_parts"    // Limits.Parts
	KindCycle           Kind = "cycle"             // the body's bytes inside the body, or where there is no request
	KindBadJSON         Kind = "bad_json"          // a literal that is no number, true, false or null
	KindBadText         Kind = "bad_text"          // bytes where text is required, or control characters in a header
	KindBadName         Kind = "bad_name"          // a method, URL, name or boundary that may not be sent
)

// Error is every error of an Evaluator. Its text says where in the tree and what would help; it holds no literals,
// secrets or pictures.
type Error struct {
	Kind Kind
	// Path leads to the place: "headers[2].value.parts[0].digest.key.parts[0]", with the names of provider.proto.
	Path string
	// Secret is the secret's name, as the provider wrote it, for KindUnknownSecret and KindSecretUseDenied.
	Secret string
	// Use is what the secret would have needed, for KindSecretUseDenied: "plain", "hmac-sha256" …
	Use string
	// Reason is a sentence without anything of the tree's content.
	Reason string
}

// Error returns kind, place and reason. The name of a secret that does not exist is text of the provider's, so it is quoted
// only if it looks like a name.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "value: %s", e.Kind)
	if e.Path != "" {
		fmt.Fprintf(&b, " at %s", e.Path)
	}
	if isName(e.Secret) {
		fmt.Fprintf(&b, ": secret %q", e.Secret)
	}
	fmt.Fprintf(&b, ": %s", e.Reason)
	return b.String()
}

// isName reports whether s can be shown: a short identifier, and not a number that could be somebody's.
func isName(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == '-':
		default:
			return false
		}
	}
	return s != "" && len(s) <= 64 && digits < 6
}

func fail(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Reason: fmt.Sprintf(format, args...)}
}

// in puts a step in front of an error's path. Paths are built on the way out, so that the good case pays nothing.
func in(err error, step string) error {
	e, ok := err.(*Error) // every error here is a bare *Error of this package
	if !ok {
		return err
	}
	if e.Path == "" {
		e.Path = step
	} else {
		e.Path = step + "." + e.Path
	}
	return e
}

// inItem is in for "step[i]".
func inItem(err error, step string, i int) error {
	return in(err, step+"["+strconv.Itoa(i)+"]")
}
