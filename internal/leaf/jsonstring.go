package leaf

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string, whose opening quote comes next. Without escapes the text is a sub-slice of the body; with some it
// lies in scratch, until the next string.
func (r *jsonReader) string() ([]byte, error) {
	rest := r.s[r.i+1:]
	n, ascii := plainPrefix(rest)
	if n == len(rest) {
		return nil, errSyntax
	}
	if rest[n] == '"' {
		r.i += n + 2
		return checked(rest[:n], ascii)
	}

	// The distance to the next quote is nearly always the length of the string, and never much too long for what the
	// body is.
	if n := bytes.IndexByte(rest, '"'); n > cap(r.scratch) {
		r.scratch = make([]byte, 0, n)
	}
	out := r.scratch[:0]
	for {
		out = append(out, rest[:n]...)
		rest = rest[n:]
		switch {
		case len(rest) == 0:
			return nil, errSyntax
		case rest[0] == '"':
			r.i = len(r.s) - len(rest) + 1
			r.scratch = out
			return checked(out, ascii)
		case rest[0] != '\\':
			return nil, errSyntax // a control character
		}
		var used int
		if out, used = appendUnescaped(out, rest); used == 0 {
			return nil, errSyntax
		}
		rest = rest[used:]
		var more bool
		n, more = plainPrefix(rest)
		ascii = ascii && more
	}
}

// checked answers errNotUTF8 for text that is none. Escapes always decode to UTF-8.
func checked(text []byte, ascii bool) ([]byte, error) {
	if !ascii && !utf8.Valid(text) {
		return nil, errNotUTF8
	}
	return text, nil
}

// appendUnescaped decodes the escape that s begins with; used is 0 if it is none.
func appendUnescaped(out, s []byte) (_ []byte, used int) {
	if len(s) < 2 {
		return out, 0
	}
	switch c := s[1]; c {
	case '"', '\\', '/':
		return append(out, c), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	case 'u':
		r, ok := hex4(s)
		if !ok {
			return out, 0
		}
		used = 6
		if utf16.IsSurrogate(r) {
			low, _ := hex4(s[6:])
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				used = 12
			}
		}
		return utf8.AppendRune(out, r), used
	}
	return out, 0
}

// hex4 reads \uXXXX.
func hex4(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s[2:6] {
		digit, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}
