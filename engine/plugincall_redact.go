package engine

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

// redact makes a provider's own words fit for logs and errors: without secrets, without what vendors answered, and not
// long. Answers that tell nobody apart stay, so that the words can still be read: short ones (a status, 男), and words of
// ASCII letters (blurred), which on a card nothing is.
func (a *attempt) redact(text string) string {
	if text == "" {
		return text
	}
	// A text may be cut within a value, which then would not be recognised: what may be part of one is left out.
	const enough = abi.MaxLogBytes + abi.MaxInlineLeafBytes
	long := len(text) > enough
	if long {
		text = text[:enough]
	}
	for _, a := range a.answers() {
		text = strings.ReplaceAll(text, a, value.Masked)
	}
	text = a.mask().String(text)
	if long {
		text = text[:max(0, len(text)-abi.MaxInlineLeafBytes)] + "…"
	}
	return clip(text)
}

// answers are the texts that vendors gave, the longest first: a date stands before the year in it.
func (a *attempt) answers() []string {
	var out []string
	for _, l := range a.shown {
		v := strings.TrimSpace(l.Value)
		runes := utf8.RuneCountInString(v)
		if ascii := runes == len(v); ascii && runes >= 6 && strings.ContainsAny(v, "0123456789") || !ascii && runes >= 2 {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// clip bounds a text that ends up in logs and errors.
func clip(text string) string {
	if len(text) > abi.MaxLogBytes {
		text = text[:abi.MaxLogBytes] + "…"
	}
	return strings.ToValidUTF8(text, "")
}
