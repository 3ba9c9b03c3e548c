package engine

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/value"
)

// redact makes a plugin's own words fit for logs and errors: it removes secrets, what vendors have answered and numbers of identity cards,
// and bounds the length. Answers that identify nobody stay, so that the words can still be read: short ones, such as a status or 男, and
// words of ASCII letters without digits, such as "blurred", since no card has any.
func (c *pluginCall) redact(text string) string { return c.without(text, c.answers()) }

// redactVendor makes a vendor's own words, such as its message about a failure, fit for logs, errors and the caller. It removes the same as
// redact, but not the answer's text that the words themselves are, and what a provider has read.
func (c *pluginCall) redactVendor(words string, read ...string) string {
	if words == "" {
		return ""
	}
	own := strings.TrimSpace(words)
	others := slices.DeleteFunc(c.answers(), func(a []byte) bool { return string(a) == own })
	for _, r := range read {
		if r = strings.TrimSpace(r); identifies(r) {
			others = append(others, []byte(r))
		}
	}
	return c.without(words, others)
}

// redactRequestID makes a vendor's number of a request fit for logs, the ledger and the caller. It is ASCII without blanks: anything else in
// it, such as a name, is removed.
func (c *pluginCall) redactRequestID(id string, read ...string) string {
	id = c.redactVendor(id, read...)
	var out strings.Builder
	foreign := false
	for _, r := range id {
		if was := foreign; r > ' ' && r < 0x7f {
			foreign = false
			out.WriteRune(r)
		} else if foreign = true; !was {
			out.WriteString(value.Masked)
		}
	}
	return out.String()
}

// without removes secrets, some values and numbers of identity cards from a text, and bounds its length.
func (c *pluginCall) without(text string, values [][]byte) string {
	if text == "" {
		return text
	}
	// A text that is cut within a value would hide the value from the search: what may be a part of one is left out.
	const enough = abi.MaxLogBytes + abi.MaxInlineLeafBytes
	long := len(text) > enough
	if long {
		text = text[:enough]
	}
	text = value.NewTextMask(append(values, cardNumbers(text)...)...).String(text)
	text = c.secrets.mask().String(text)
	if long {
		text = text[:max(0, len(text)-abi.MaxInlineLeafBytes)] + "…"
	}
	return clip(text)
}

// answers returns the texts that vendors have given and that may identify somebody.
func (c *pluginCall) answers() [][]byte {
	var out [][]byte
	for _, l := range c.shown {
		if v := strings.TrimSpace(l.Value); identifies(v) {
			out = append(out, []byte(v))
		}
	}
	return out
}

// identifies reports whether a text may say who somebody is.
func identifies(text string) bool {
	runes := utf8.RuneCountInString(text)
	if ascii := runes == len(text); ascii {
		return runes >= 6 && strings.ContainsAny(text, "0123456789")
	}
	return runes >= 2
}

// readings returns the texts and values of the fields and extras that a provider has read.
func readings(r *Recognition, done *abi.Done) []string {
	out := make([]string, 0, 2*len(done.Fields)+len(done.Extras))
	for _, f := range done.Fields {
		out = append(out, f.Text)
	}
	for _, f := range r.Fields {
		out = append(out, f.Value)
	}
	for _, x := range done.Extras {
		out = append(out, x.Value)
	}
	return out
}

// cardNumbers returns what a text has that may be the number of an identity card, wherever it came from: 17 digits and one more or an X,
// with the code of a region and a date of birth. The checksum does not matter, since the number may be misread.
func cardNumbers(text string) [][]byte {
	const length = 18
	var out [][]byte
	for from := 0; from+length <= len(text); from++ {
		found := text[from : from+length]
		n, err := idcard.ParseNumber(strings.ReplaceAll(found, "x", "X"))
		var wrong *idcard.NumberError
		if errors.As(err, &wrong) && wrong.Problem != idcard.NumberChecksum || n.Birth.Year < 1850 || n.Birth.Year >= 2150 {
			continue
		}
		if _, known := idcard.LookupRegion(n.Region); known {
			out = append(out, []byte(found))
		}
	}
	return out
}

// clip bounds a text that ends up in logs and errors.
func clip(text string) string {
	if len(text) > abi.MaxLogBytes {
		text = text[:abi.MaxLogBytes] + "…"
	}
	return strings.ToValidUTF8(text, "")
}
