package value

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Masked replaces each secret.
const Masked = "***"

// minFormBytes is the shortest secret whose other forms are masked too. Of a shorter one they would hit innocent text.
const minFormBytes = 6

// Mask replaces secrets in texts that leave the engine's hands: answers before a provider sees them, logs, explanations.
// It is immutable and safe for concurrent use; the zero Mask masks nothing.
type Mask struct {
	forms [][]byte
}

// NewMask returns a Mask for secrets: their texts as they are and, from 6 bytes on, as base64 (both alphabets, also in the
// middle of a longer base64 text such as Basic credentials), as hexadecimal, percent-encoded and inside a JSON string.
// White space around a secret does not count. Empty secrets are ignored.
func NewMask(secrets ...[]byte) Mask {
	var m Mask
	for _, s := range secrets {
		m.add(s)
		if s = bytes.TrimSpace(s); len(s) < minFormBytes {
			m.add(s)
			continue
		}
		for _, form := range forms(s) {
			m.add(form)
		}
	}
	return m
}

func (m *Mask) add(form []byte) {
	if len(form) > 0 && !slices.ContainsFunc(m.forms, func(f []byte) bool { return bytes.Equal(f, form) }) {
		m.forms = append(m.forms, bytes.Clone(form))
	}
}

func forms(s []byte) [][]byte {
	query := url.QueryEscape(string(s))
	out := [][]byte{
		s,
		hex.AppendEncode(nil, s),
		appendEncoded(nil, abi.EncodingHexUpper, s),
		[]byte(query),
		[]byte(strings.ReplaceAll(query, "+", "%20")),
		[]byte(url.PathEscape(string(s))),
		[]byte(lowerPercent(query)),
		escapeJSON.append(nil, s),
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		out = append(out, enc.AppendEncode(nil, s))
		for shift := range 3 {
			out = append(out, shifted(enc, s, shift))
		}
		padded := enc.EncodeToString(s)
		out = append(out, []byte(url.QueryEscape(padded)))
	}
	return out
}

// shifted returns what base64 makes of s after shift other bytes, without the characters that its neighbours have a part in.
func shifted(enc *base64.Encoding, s []byte, shift int) []byte {
	text := enc.AppendEncode(nil, append(make([]byte, shift), s...))
	first := (shift*8 + 5) / 6
	last := (shift + len(s)) * 8 / 6
	return text[first:last]
}

// lowerPercent writes the digits of percent escapes in lower case.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// Bytes returns b with every secret replaced by [Masked], overlapping ones by a single one. It returns b itself if there is
// none, and never changes b.
func (m Mask) Bytes(b []byte) []byte {
	spans := m.find(b)
	if len(spans) == 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	at := 0
	for _, s := range spans {
		out = append(out, b[at:s.from]...)
		out = append(out, Masked...)
		at = s.to
	}
	return append(out, b[at:]...)
}

// String does the same as Bytes for a string.
func (m Mask) String(s string) string {
	if len(m.forms) == 0 {
		return s
	}
	return string(m.Bytes([]byte(s)))
}

type span struct{ from, to int }

// find returns the stretches of b that hold secrets, in order and apart.
func (m Mask) find(b []byte) []span {
	var spans []span
	for _, form := range m.forms {
		first := len(spans)
		for at := 0; ; {
			i := bytes.Index(b[at:], form)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(form)
			if n := len(spans); n > first && from < spans[n-1].to {
				spans[n-1].to = to
			} else {
				spans = append(spans, span{from, to})
			}
			at = from + 1 // a form may overlap itself
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := spans[:0]
	for _, s := range spans {
		if n := len(merged); n > 0 && s.from < merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}
