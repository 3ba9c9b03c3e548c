package engine

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

// redact makes a plugin's own words fit for logs and errors: it removes secrets and what vendors have answered, and bounds the length.
// Answers that identify nobody stay, so that the words can still be read: short ones, such as a status or 男, and words of ASCII letters
// without digits, such as "blurred", since no card has any.
func (c *pluginCall) redact(text string) string {
	if text == "" {
		return text
	}
	// A text that is cut within a value would hide the value from the search: what may be a part of one is left out.
	const enough = abi.MaxLogBytes + abi.MaxInlineLeafBytes
	long := len(text) > enough
	if long {
		text = text[:enough]
	}
	for _, a := range c.answers() {
		text = strings.ReplaceAll(text, a, value.Masked)
	}
	text = c.secrets.mask().String(text)
	if long {
		text = text[:max(0, len(text)-abi.MaxInlineLeafBytes)] + "…"
	}
	return clip(text)
}

// answers returns the texts that vendors have given, the longest first, so that a date is removed before the year in it.
func (c *pluginCall) answers() []string {
	var out []string
	for _, l := range c.shown {
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
