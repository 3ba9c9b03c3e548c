package value

import "bytes"

// escape is how text is written into what surrounds it.
type escape uint8

const (
	escapeNone  escape = iota
	escapeForm         // application/x-www-form-urlencoded, as url.QueryEscape does
	escapeQuery        // the same with "%20" for a space, which every server reads alike
	escapeJSON         // inside a JSON string, as encoding/json does without its HTML escaping
)

// append writes the escaped text. For escapeJSON src is whole runes of UTF-8.
func (e escape) append(dst, src []byte) []byte {
	switch e {
	case escapeForm, escapeQuery:
		return appendPercent(dst, src, e == escapeForm)
	case escapeJSON:
		return appendJSON(dst, src)
	default:
		return append(dst, src...)
	}
}

// size returns how many bytes append would write.
func (e escape) size(src []byte) (n int) {
	n = len(src)
	switch e {
	case escapeForm, escapeQuery:
		for _, c := range src {
			n += int(growth[c] - '0')
		}
		if e == escapeForm {
			n -= 2 * bytes.Count(src, []byte(" ")) // '+'
		}
	case escapeJSON:
		for i, c := range src {
			n += growJSON(c, src[i+1:])
		}
	}
	return n
}

// growth says by how many bytes each byte grows when it is percent-encoded: not at all if it is unreserved (RFC 3986
// section 2.3: letters, digits and "-._~"). A text of constants is a table that nobody can change.
const growth = "2222222222222222" + "2222222222222222" + "2222222222222002" + "0000000000222222" +
	"2000000000000000" + "0000000000022220" + "2000000000000000" + "0000000000022202" +
	"2222222222222222" + "2222222222222222" + "2222222222222222" + "2222222222222222" +
	"2222222222222222" + "2222222222222222" + "2222222222222222" + "2222222222222222"

func appendPercent(dst, src []byte, plus bool) []byte {
	const hex = "0123456789ABCDEF"
	start := 0
	for i, c := range src {
		if growth[c] == '0' {
			continue
		}
		dst = append(dst, src[start:i]...)
		start = i + 1
		if c == ' ' && plus {
			dst = append(dst, '+')
			continue
		}
		dst = append(dst, '%', hex[c>>4], hex[c&15])
	}
	return append(dst, src[start:]...)
}

// growJSON returns by how much c grows inside a JSON string; rest is what follows it.
func growJSON(c byte, rest []byte) int {
	switch {
	case c == '"' || c == '\\' || c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t':
		return 1
	case c < 0x20:
		return 5
	case c == 0xe2 && isLineSeparator(rest):
		return 3
	default:
		return 0
	}
}

// isLineSeparator reports whether rest continues 0xe2 to U+2028 or U+2029, which encoding/json escapes for the sake of
// JavaScript.
func isLineSeparator(rest []byte) bool {
	return len(rest) >= 2 && rest[0] == 0x80 && rest[1]&^1 == 0xa8
}

func appendJSON(dst, src []byte) []byte {
	const hex = "0123456789abcdef"
	start := 0
	for i, c := range src {
		if growJSON(c, src[i+1:]) == 0 {
			continue
		}
		dst = append(dst, src[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		case 0xe2:
			dst = append(dst, `\u202`...)
			dst = append(dst, hex[src[i+2]&15])
			start = i + 3
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(dst, src[start:]...)
}
