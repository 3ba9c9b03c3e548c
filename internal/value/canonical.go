package value

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxEntity bounds a character reference of HTML. The longest name has 33 bytes with & and ;.
const maxEntity = 33

// origin says which stretch of a text a canonical byte comes from.
type origin struct{ from, to int }

// canonical writes a text into buf, which has its length, in the form in which texts are compared, and returns the part of buf
// that it fills. Two texts that differ only in how they are escaped, however often, in white space, in the case of ASCII
// letters, or in the alphabet of base64, have the same form. Where places is not nil, it gets the origins of the bytes.
//
// It goes from the end to the start. So everything behind a character is unescaped when the character is looked at, and what
// an escape yields may begin another one. Each escape makes the text shorter, so that this takes one pass.
func canonical(buf, text []byte, places *[]origin) []byte {
	var at []origin
	if places != nil {
		at = make([]origin, len(text))
	}
	head := 0
	if bytes.ContainsAny(text, escapeLeads) {
		head = unescapeAll(buf, text, at)
	} else {
		copy(buf, text)
		for i := range at {
			at[i] = origin{i, i + 1}
		}
	}
	kept := 0
	for i := head; i < len(text); i++ {
		c := folded[buf[i]]
		if c == mark {
			continue
		}
		if at != nil {
			at[kept] = at[i]
		}
		buf[kept] = c
		kept++
	}
	if places != nil {
		*places = at[:kept]
	}
	return buf[:kept]
}

// unescapeAll writes text without its escapes to the end of buf, and returns where it starts. Where at is not nil, it gets the
// origins.
func unescapeAll(buf, text []byte, at []origin) int {
	head := len(text)
	slashed := -1 // what a backslash has just been read with
	for i := len(text) - 1; i >= 0; i-- {
		head--
		buf[head] = text[i]
		if at != nil {
			at[head] = origin{i, i + 1}
		}
		for head < len(text) && begins(buf[head]) {
			slash := buf[head] == '\\'
			if slash && head+1 == slashed { // of several backslashes, as of JSON within JSON, the last one counts
				if head++; at != nil {
					at[head].from = i
				}
				slashed = head
				break
			}
			var plain [utf8.UTFMax * 2]byte
			n, size := unescape(plain[:0], buf[head:])
			if size == 0 {
				break
			}
			slash = slash || head == slashed
			whole := head + size - n
			if at != nil {
				all := origin{at[head].from, at[head+size-1].to}
				for j := range n {
					at[whole+j] = all
				}
			}
			head = whole
			copy(buf[head:], plain[:n])
			if slash {
				slashed = head
			} else if slashed < head+n {
				slashed = -1
			}
		}
	}
	return head
}

// escapeLeads are the characters that an escape may begin with.
const escapeLeads = `%\&`

func begins(c byte) bool { return c == '%' || c == '\\' || c == '&' }

// mark stands for a character that says nothing: white space, control characters, and the characters that base64 and forms
// exchange or add: "+-/_=", where "+" is also a space, and the backslash.
const mark = 0

// folded says for each byte what it is compared as.
var folded = func() (table [256]byte) {
	for i := range table {
		c := byte(i)
		switch {
		case c <= ' ', c == 0x7f, strings.IndexByte(`+-/_=\`, c) >= 0:
			c = mark
		}
		table[i] = lower(c)
	}
	return table
}()

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// unescape appends what the escape at the start of b stands for to plain, which is empty. It returns how many bytes that are,
// at most as many as the escape has, and how many the escape has, or 0 if there is none.
func unescape(plain, b []byte) (n, size int) {
	switch {
	case len(b) < 2:
		return 0, 0
	case b[0] == '&':
		return unescapeHTML(plain, b)
	case lower(b[1]) == 'u':
		return unescapeUTF16(plain, b)
	case b[0] == '%':
		return unescapeByte(plain, b, 1)
	case lower(b[1]) == 'x':
		return unescapeByte(plain, b, 2)
	}
	// A backslash before anything else says nothing, but for "\n" and its like, which are white space.
	switch lower(b[1]) {
	case 'n', 'r', 't', 'b', 'f', 'v':
		plain = append(plain, ' ')
	default:
		plain = append(plain, b[1])
	}
	return len(plain), 2
}

// unescapeByte reads two hexadecimal digits behind some bytes.
func unescapeByte(plain, b []byte, behind int) (n, size int) {
	v, ok := hexDigits(b, behind, 2)
	if !ok {
		return 0, 0
	}
	return len(append(plain, byte(v))), behind + 2
}

// unescapeUTF16 reads %uHHHH or \uHHHH. A low surrogate is kept in the three bytes that UTF-8 would have for it, until the
// high one before it is read.
func unescapeUTF16(plain, b []byte) (n, size int) {
	const escape = len("%u0000")
	v, ok := hexDigits(b, 2, 4)
	if !ok {
		return 0, 0
	}
	r := rune(v)
	if !utf16.IsSurrogate(r) {
		return len(utf8.AppendRune(plain, r)), escape
	}
	if rest := b[escape:]; len(rest) >= 3 && rest[0] == 0xed {
		next := rune(rest[0]&0xf)<<12 | rune(rest[1]&0x3f)<<6 | rune(rest[2]&0x3f)
		if both := utf16.DecodeRune(r, next); both != utf8.RuneError {
			return len(utf8.AppendRune(plain, both)), escape + 3
		}
	}
	return len(append(plain, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)), escape
}

// unescapeHTML reads a character reference with its semicolon.
func unescapeHTML(plain, b []byte) (n, size int) {
	end := bytes.IndexByte(b[:min(len(b), maxEntity)], ';')
	if end < 0 {
		return 0, 0
	}
	said := string(b[:end+1])
	meant := html.UnescapeString(said)
	prefix := len(meant) > 1 && meant[len(meant)-1] == ';' // it begins with a name that HTML also knows without a semicolon
	if meant == said || prefix || len(meant) > min(len(said), cap(plain)) {
		return 0, 0
	}
	return len(append(plain, meant...)), end + 1
}

func hexDigits(b []byte, at, count int) (v uint64, ok bool) {
	if len(b) < at+count {
		return 0, false
	}
	for _, c := range b[at : at+count] {
		if c = lower(c); (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return 0, false
		}
	}
	v, err := strconv.ParseUint(string(b[at:at+count]), 16, 32)
	return v, err == nil
}
