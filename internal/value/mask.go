package value

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"slices"
)

// Masked replaces each secret.
const Masked = "***"

// minFormBytes is the shortest secret whose other forms are masked too. Of a shorter one they would hit innocent text.
const minFormBytes = 6

// Mask replaces secrets in texts that leave the engine's hands: answers before a provider sees them, logs, explanations.
// It is immutable and safe for concurrent use; the zero Mask masks nothing.
type Mask struct {
	exact   [][]byte // as they are
	needles [][]byte // in canonical form
	// shortest is the length of the shortest needle. A text is never shorter than its canonical form.
	shortest int
}

// NewMask returns a Mask for secrets: their texts as they are and, from 6 bytes on, however they are escaped (percent signs,
// JSON, JavaScript, HTML, also one within the other), in any case of ASCII letters, with or without white space, as base64
// (both alphabets, broken into lines, also in the middle of a longer base64 text such as Basic credentials) and as
// hexadecimal. White space around a secret does not count. Empty secrets are ignored.
func NewMask(secrets ...[]byte) Mask { return newMask(secrets, forms) }

// NewTextMask returns a Mask for texts that are no secrets, such as the fields of a card: as NewMask, but without base64 and
// hexadecimal.
func NewTextMask(texts ...[]byte) Mask {
	return newMask(texts, func(s []byte) [][]byte { return [][]byte{canonical(make([]byte, len(s)), s, nil)} })
}

func newMask(texts [][]byte, forms func([]byte) [][]byte) Mask {
	var m Mask
	exact, needles := make(map[string]bool, len(texts)), make(map[string]bool, len(texts))
	for _, s := range texts {
		for _, text := range [][]byte{s, bytes.TrimSpace(s)} {
			if len(text) > 0 && !exact[string(text)] {
				exact[string(text)] = true
				m.exact = append(m.exact, bytes.Clone(text))
			}
		}
		if s = bytes.TrimSpace(s); len(s) < minFormBytes {
			continue
		}
		for _, form := range forms(s) {
			if len(form) >= minFormBytes && !needles[string(form)] {
				needles[string(form)] = true
				m.needles = append(m.needles, form)
			}
		}
	}
	for i, n := range m.needles {
		if i == 0 || len(n) < m.shortest {
			m.shortest = len(n)
		}
	}
	return m
}

// forms returns the canonical forms of a secret and of its encodings.
func forms(s []byte) [][]byte {
	// What a backslash means depends on how many layers are around it, so a secret that has one is known without it, too.
	out := [][]byte{s, bytes.ReplaceAll(s, []byte(`\`), nil), hex.AppendEncode(nil, s)}
	for shift := range 3 {
		out = append(out, shifted(s, shift))
	}
	for i, form := range out {
		out[i] = canonical(make([]byte, len(form)), form, nil)
	}
	return out
}

// shifted returns what base64 makes of s after shift other bytes, without the characters that its neighbours have a part in.
func shifted(s []byte, shift int) []byte {
	text := base64.StdEncoding.AppendEncode(nil, append(make([]byte, shift), s...))
	first := (shift*8 + 5) / 6
	last := (shift + len(s)) * 8 / 6
	return text[first:last]
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
	if len(m.exact) == 0 {
		return s
	}
	return string(m.Bytes([]byte(s)))
}

type span struct{ from, to int }

// find returns the stretches of b that hold secrets, in order and apart.
func (m Mask) find(b []byte) []span {
	spans := search(nil, b, m.exact)
	if len(b) >= m.shortest && len(m.needles) > 0 {
		spans = append(spans, m.findForms(b)...)
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

// findForms returns the stretches of b whose canonical form is that of a secret. Few texts hold one: only for these it finds
// out where.
func (m Mask) findForms(b []byte) []span {
	var short [512]byte
	buf := short[:]
	if len(b) > len(buf) {
		buf = make([]byte, len(b))
	}
	plain := canonical(buf, b, nil)
	if !slices.ContainsFunc(m.needles, func(n []byte) bool { return bytes.Contains(plain, n) }) {
		return nil
	}
	var places []origin
	spans := search(nil, canonical(buf, b, &places), m.needles)
	for i, s := range spans {
		s = span{places[s.from].from, places[s.to-1].to}
		for s.to < len(b) && b[s.to] == '=' { // what pads base64
			s.to++
		}
		spans[i] = s
	}
	return spans
}

// search appends the stretches of b that are one of some texts; those of one text are merged where they overlap.
func search(spans []span, b []byte, texts [][]byte) []span {
	for _, text := range texts {
		first := len(spans)
		for at := 0; ; {
			i := bytes.Index(b[at:], text)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(text)
			if n := len(spans); n > first && from < spans[n-1].to {
				spans[n-1].to = to
			} else {
				spans = append(spans, span{from, to})
			}
			at = from + 1 // a text may overlap itself
		}
	}
	return spans
}
