package sdk

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// maxJSONDepth is the limit of nested arrays and objects in FlattenJSON. The host has the same limit.
const maxJSONDepth = 64

// FlattenJSON returns the leaves of a JSON text (RFC 8259) that is inside an answer. They are as the host makes them of
// a body: one for each scalar, and the last of members with the same name. ok is false if the text is not JSON or nests
// more than 64 deep. It does not use encoding/json, which would double the size of a module.
func FlattenJSON(text string) (ls Leaves, ok bool) {
	r := jsonReader{text: text}
	if !r.value("", 1) {
		return nil, false
	}
	r.space()
	return r.out, r.at == len(text)
}

// jsonReader reads a JSON text. Its methods return false if the text is not what they read.
type jsonReader struct {
	text string
	at   int
	out  Leaves
}

func (r *jsonReader) value(path string, depth int) bool {
	r.space()
	switch c := r.peek(); c {
	case '"':
		s, ok := r.string()
		return ok && r.leaf(path, abi.LeafTypeString, s)
	case '{':
		return depth <= maxJSONDepth && r.object(path, depth)
	case '[':
		return depth <= maxJSONDepth && r.array(path, depth)
	case 't':
		return r.word("true") && r.leaf(path, abi.LeafTypeBool, "true")
	case 'f':
		return r.word("false") && r.leaf(path, abi.LeafTypeBool, "false")
	case 'n':
		return r.word("null") && r.leaf(path, abi.LeafTypeNull, "")
	default:
		start := r.at
		return r.number() && r.leaf(path, abi.LeafTypeNumber, r.text[start:r.at])
	}
}

func (r *jsonReader) leaf(path string, t abi.LeafType, value string) bool {
	r.out = append(r.out, abi.Leaf{Path: path, Type: t, Value: value, Size: uint64(len(value))})
	return true
}

func (r *jsonReader) object(path string, depth int) bool {
	r.at++
	if r.skip('}') {
		return r.leaf(path, abi.LeafTypeEmptyObject, "")
	}
	for {
		r.space()
		name, ok := r.string()
		if !ok || !r.skip(':') {
			return false
		}
		member := jsonpointer.Join(path, name)
		r.drop(member)
		if !r.value(member, depth+1) {
			return false
		}
		if r.skip('}') {
			return true
		}
		if !r.skip(',') {
			return false
		}
	}
}

// drop removes the leaves of an earlier member with the same path.
func (r *jsonReader) drop(path string) {
	if !r.out.Has(path) {
		return
	}
	kept := r.out[:0]
	for _, l := range r.out {
		if rest, below := strings.CutPrefix(l.Path, path); !below || rest != "" && rest[0] != '/' {
			kept = append(kept, l)
		}
	}
	r.out = kept
}

func (r *jsonReader) array(path string, depth int) bool {
	r.at++
	if r.skip(']') {
		return r.leaf(path, abi.LeafTypeEmptyArray, "")
	}
	for i := 0; ; i++ {
		if !r.value(path+"/"+strconv.Itoa(i), depth+1) {
			return false
		}
		if r.skip(']') {
			return true
		}
		if !r.skip(',') {
			return false
		}
	}
}

// string reads a string with its quotes.
func (r *jsonReader) string() (string, bool) {
	if r.peek() != '"' {
		return "", false
	}
	r.at++
	var b strings.Builder
	for r.at < len(r.text) {
		c := r.text[r.at]
		r.at++
		switch {
		case c == '"':
			s := b.String()
			return s, utf8.ValidString(s)
		case c < ' ':
			return "", false
		case c != '\\':
			b.WriteByte(c)
		case !r.escape(&b):
			return "", false
		}
	}
	return "", false
}

// escape reads the rest of an escape sequence, after the backslash.
func (r *jsonReader) escape(b *strings.Builder) bool {
	c := r.peek()
	r.at++
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		return true
	}
	if c != 'u' {
		return false
	}
	first, ok := r.hex()
	if !ok {
		return false
	}
	if utf16.IsSurrogate(first) && strings.HasPrefix(r.text[r.at:], `\u`) {
		back := r.at
		r.at += 2
		second, ok := r.hex()
		if !ok {
			return false
		}
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			b.WriteRune(pair)
			return true
		}
		r.at = back // the second escape is a character of its own
	}
	b.WriteRune(first) // half a pair becomes U+FFFD
	return true
}

func (r *jsonReader) hex() (rune, bool) {
	if len(r.text)-r.at < 4 {
		return 0, false
	}
	digits := r.text[r.at : r.at+4]
	if strings.ContainsAny(digits, "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	r.at += 4
	return rune(n), err == nil
}

func (r *jsonReader) number() bool {
	if r.peek() == '-' {
		r.at++
	}
	if r.peek() == '0' {
		r.at++
	} else if !r.digits() {
		return false
	}
	if r.peek() == '.' {
		r.at++
		if !r.digits() {
			return false
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		return r.digits()
	}
	return true
}

func (r *jsonReader) digits() bool {
	start := r.at
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.at++
	}
	return r.at > start
}

func (r *jsonReader) word(w string) bool {
	if !strings.HasPrefix(r.text[r.at:], w) {
		return false
	}
	r.at += len(w)
	return true
}

// skip skips white space and then c. It returns false if c does not follow.
func (r *jsonReader) skip(c byte) bool {
	r.space()
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *jsonReader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

// peek returns the next byte, or 0 at the end. JSON has no 0 outside a string.
func (r *jsonReader) peek() byte {
	if r.at >= len(r.text) {
		return 0
	}
	return r.text[r.at]
}
