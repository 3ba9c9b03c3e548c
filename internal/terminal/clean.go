package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Clean makes untrusted text fit for one line of a terminal or a log. It keeps characters that people can see, and spaces. Line ends
// and tabs become spaces, and everything else becomes U+FFFD: control characters, those that change the direction of text or have no
// width, and bytes that are not UTF-8.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case !visible(r):
			return unicode.ReplacementChar
		default:
			return r
		}
	}, s)
}

// Visible reports whether a text has nothing that [Clean] would change.
func Visible(s string) bool { return utf8.ValidString(s) && Clean(s) == s }

// visible reports whether a character shows as itself, wherever it stands.
func visible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return false
	case unicode.IsGraphic(r), unicode.Is(unicode.Co, r): // names of people have characters for private use
		return true
	default:
		return r >= 0x20000 && r < 0x3fffe && r&0xfffe != 0xfffe // Chinese characters that are newer than this program's tables
	}
}

// form is how a [Writer] writes what is not visible.
type form int

const (
	replaced form = iota // by U+FFFD
	escaped              // as in JSON
	ascii                // as in JSON, and so is everything outside ASCII
)

// Writer passes visible text and line ends through. It is safe for concurrent use.
type Writer struct {
	to   io.Writer
	form form

	mu  sync.Mutex
	cut []byte // the beginning of a character
}

// NewWriter returns a writer for a terminal. It passes lines through and replaces everything in them that [Clean] replaces, so that no
// text can control the terminal, whichever way it comes. It keeps the last bytes of a write that are the beginning of a character for
// the next write.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to, form: replaced} }

// NewJSONWriter is a [NewWriter] for JSON. It escapes instead of replacing, so that a reader of the JSON gets every character.
func NewJSONWriter(to io.Writer) *Writer { return &Writer{to: to, form: escaped} }

// NewASCIIWriter is a [NewJSONWriter] that also escapes everything outside ASCII. It is for JSON that people review and that has no
// words: a letter of another script can look like one of ASCII.
func NewASCIIWriter(to io.Writer) *Writer { return &Writer{to: to, form: ascii} }

// Unwrap returns the writer behind it.
func (w *Writer) Unwrap() io.Writer { return w.to }

// Write returns len(p), unless the writer behind it fails.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := p
	if len(w.cut) > 0 {
		text = append(w.cut, p...)
		w.cut = nil
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1 && !utf8.FullRune(text):
			w.cut = append([]byte(nil), text...)
			n = len(text)
		case w.passes(r) && (r != utf8.RuneError || n > 1):
			out = append(out, text[:n]...)
		case w.form != replaced && (r != utf8.RuneError || n > 1):
			out = appendEscape(out, r)
		default:
			out = utf8.AppendRune(out, unicode.ReplacementChar)
		}
		text = text[n:]
	}
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *Writer) passes(r rune) bool {
	return r == '\n' || r == '\t' || visible(r) && (w.form != ascii || r < utf8.RuneSelf)
}

// ASCII returns a text in which everything but the visible characters of ASCII is escaped as in JSON, for text that people review.
func ASCII(s string) string {
	var b strings.Builder
	_, _ = io.WriteString(NewASCIIWriter(&b), Clean(s)) // a Builder takes everything
	return b.String()
}

// appendEscape appends the escape of a character in a string of JSON.
func appendEscape(out []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(out, `\u%04x`, r)
}
