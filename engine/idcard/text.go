package idcard

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readable reports whether text is fit to be looked at: short enough, valid, and without the mark of a lost character.
func readable(text string) bool {
	return len(text) <= MaxTextBytes && utf8.ValidString(text) && !strings.ContainsRune(text, utf8.RuneError)
}

func blank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !isGap(r) }) < 0
}

// isGap reports whether a character takes no ink: spaces of every width, line ends, zero-width and other invisible marks.
func isGap(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf)
}

// narrow returns the ASCII form of a full-width one (U+FF01 to U+FF5E).
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// narrowAlphanumeric narrows letters and digits and leaves punctuation, which Chinese text prints full-width, as it is.
func narrowAlphanumeric(r rune) rune {
	if n := narrow(r); n >= '0' && n <= '9' || n >= 'A' && n <= 'Z' || n >= 'a' && n <= 'z' {
		return n
	}
	return r
}

// compact returns text without gaps and in ASCII where it can be: the form in which dates, numbers and words are compared.
func compact(text string) string {
	return strings.Map(func(r rune) rune {
		if isGap(r) {
			return -1
		}
		return narrow(r)
	}, text)
}

// isDot reports whether a character is read for the dot between the parts of a transcribed name (U+00B7).
func isDot(r rune) bool {
	switch r {
	case '·', '•', '・', '･', '‧', '∙', '⋅', '．', '.':
		return true
	}
	return false
}

// normalizeName drops the spaces of a Chinese name and writes its dots as U+00B7. A name in another script keeps single
// spaces, and its full stops.
func normalizeName(text string) Field {
	if strings.ContainsAny(text, "*＊") {
		return masked(text)
	}
	chinese := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	value := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && !chinese:
			return ' '
		case isGap(r):
			return -1
		case isDot(r) && (chinese || narrow(r) != '.'):
			return '·'
		}
		return narrowAlphanumeric(r)
	}, text)
	if len(value) > MaxTextBytes {
		return unnormalized(text) // all dots: U+00B7 is longer than a full stop
	}
	return Field{Text: text, Value: strings.Join(strings.Fields(value), " ")}
}

// normalizeProse normalizes the address and the issuing authority: no spaces, letters and digits in ASCII.
func normalizeProse(text string) Field {
	if strings.ContainsAny(text, "*＊") {
		return masked(text)
	}
	return Field{Text: text, Value: strings.Map(func(r rune) rune {
		if isGap(r) {
			return -1
		}
		return narrowAlphanumeric(r)
	}, text)}
}
