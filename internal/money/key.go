package money

import (
	"encoding/base64"
	"strings"
)

// segment writes any name as one segment of a key: as it is where it can be, and otherwise as '=' with its base64. Names
// that a key cannot hold even so are refused by the store.
func segment(name string) string {
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' {
			continue
		}
		return "=" + base64.RawURLEncoding.EncodeToString([]byte(name))
	}
	if name == "" {
		return "="
	}
	return name
}

func key(segments ...string) string { return strings.Join(segments, "/") }
