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

// KeyHash is the SHA-256 of a key, as it is configured.
type KeyHash [sha256.Size]byte

// String returns "sha256:" and 64 hexadecimal digits.
func (h KeyHash) String() string { return "sha256:" + hex.EncodeToString(h[:]) }

// Hash returns the hash of a key.
func Hash(key string) KeyHash { return sha256.Sum256([]byte(key)) }

// NewKey returns a key of 256 random bits. Show it once and do not store it.
func NewKey(random io.Reader) (string, error) {
	var b [keyBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("no random bytes for a key: %w", err)
	}
	return keyPrefix + base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// ParseHash parses what [KeyHash.String] returns. The error does not contain text, since it may be a key instead of a hash.
func ParseHash(text string) (h KeyHash, err error) {
	digits, ok := strings.CutPrefix(text, "sha256:")
	b, err := hex.DecodeString(digits)
	if !ok || err != nil || len(b) != len(h) {
		return h, errors.New(`is not the hash of a key: "sha256:" and 64 hexadecimal digits, as ocrmux key new prints it`)
	}
	copy(h[:], b)
	return h, nil
}
