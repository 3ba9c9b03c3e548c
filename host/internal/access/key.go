package access

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// keyPrefix lets people and secret scanners recognise a key.
const keyPrefix = "ocrmux_"

const keyBytes = 32

// KeyHash is a key as it is configured: the SHA-256 of its text.
type KeyHash [sha256.Size]byte

// String is "sha256:" and the hash in hexadecimal digits.
func (h KeyHash) String() string { return "sha256:" + hex.EncodeToString(h[:]) }

// Hash of a key's text.
func Hash(key string) KeyHash { return sha256.Sum256([]byte(key)) }

// NewKey makes a key of 256 random bits, to be shown once and kept by nobody but its user.
func NewKey(random io.Reader) (string, error) {
	var b [keyBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("no randomness for a key: %w", err)
	}
	return keyPrefix + base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// ParseHash reads what [KeyHash.String] gives. The error does not repeat it: it may be a key that was put in its place.
func ParseHash(text string) (h KeyHash, err error) {
	digits, ok := strings.CutPrefix(text, "sha256:")
	b, err := hex.DecodeString(digits)
	if !ok || err != nil || len(b) != len(h) {
		return h, errors.New(`is not the hash of a key: "sha256:" and 64 hexadecimal digits, as ocrmux key new prints it`)
	}
	copy(h[:], b)
	return h, nil
}
