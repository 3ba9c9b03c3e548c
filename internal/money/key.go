package money

import (
	"encoding/base64"
	"strings"
)

// segment encodes a name as one segment of a key: unchanged if possible, otherwise as '=' with its base64. The store refuses
// segments that are too long.
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
