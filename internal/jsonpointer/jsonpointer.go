// Package jsonpointer writes and reads JSON pointers (RFC 6901): "/data/items/0" leads to a value within a JSON document.
//
// A pointer is a list of names, each after a slash. A name's own "~" is written "~0", and its own "/" is written "~1".
package jsonpointer

import (
	"errors"
	"strings"
)

// Errors of [Validate].
var (
	// ErrNoSlash means that a pointer does not begin with a slash.
	ErrNoSlash = errors.New("want a / at its beginning")
	// ErrEscape means that a "~" is followed by neither 0 nor 1.
	ErrEscape = errors.New("want ~0 for ~ and ~1 for / within a name")
)

// Join returns the pointer to what has the given names below a pointer. The empty pointer is the whole document.
func Join(pointer string, names ...string) string {
	for _, name := range names {
		pointer += "/" + Escape(name)
	}
	return pointer
}

// Escape returns a name as it is written in a pointer.
func Escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// AppendEscaped appends a name as it is written in a pointer.
func AppendEscaped(pointer, name []byte) []byte {
	for _, c := range name {
		switch c {
		case '~':
			pointer = append(pointer, "~0"...)
		case '/':
			pointer = append(pointer, "~1"...)
		default:
			pointer = append(pointer, c)
		}
	}
	return pointer
}

// Unescape returns the name that is written in a pointer. What [Validate] rejects is returned as it is.
func Unescape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
}

// Split returns the names in a pointer, none for the whole document.
func Split(pointer string) []string {
	if pointer == "" {
		return nil
	}
	names := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, name := range names {
		names[i] = Unescape(name)
	}
	return names
}

// Validate returns [ErrNoSlash] or [ErrEscape] for a text that is no pointer.
func Validate(pointer string) error {
	if pointer != "" && pointer[0] != '/' {
		return ErrNoSlash
	}
	for {
		_, rest, found := strings.Cut(pointer, "~")
		switch {
		case !found:
			return nil
		case rest == "" || rest[0] != '0' && rest[0] != '1':
			return ErrEscape
		}
		pointer = rest
	}
}
