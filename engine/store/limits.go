package store

import (
	"fmt"
	"strings"
)

const (
	// MaxValueBytes bounds a value and a record.
	MaxValueBytes = 512 << 10
	// MaxKeyBytes bounds a key and a topic.
	MaxKeyBytes = 200
)

// CheckKey returns a *[KeyError] if a key or topic is not valid. Implementations of [Store] call it first.
func CheckKey(key string) error {
	switch {
	case key == "":
		return &KeyError{key, "it is empty"}
	case len(key) > MaxKeyBytes:
		return &KeyError{key, fmt.Sprintf("it is longer than %d bytes", MaxKeyBytes)}
	case key[0] == '/' || key[len(key)-1] == '/' || strings.Contains(key, "//"):
		return &KeyError{key, "it has an empty segment"}
	}
	for i := range len(key) {
		if !inKey(key[i]) {
			return &KeyError{key, "it has a byte other than ASCII letters, digits, '-', '_', '=' and '/'"}
		}
	}
	return nil
}

// CheckPrefix is like CheckKey, but also accepts an empty prefix, which means everything.
func CheckPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	return CheckKey(prefix)
}

// CheckWrite returns a *[KeyError] or a *[SizeError] if a value cannot be written.
func CheckWrite(key string, data []byte) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if len(data) > MaxValueBytes {
		return &SizeError{key, len(data)}
	}
	return nil
}

// Under reports whether a key is under a prefix, by whole segments.
func Under(key, prefix string) bool {
	rest, ok := strings.CutPrefix(key, prefix)
	return ok && (prefix == "" || rest == "" || rest[0] == '/')
}

func inKey(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '=' || c == '/'
}
