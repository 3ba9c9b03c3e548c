package value

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"unicode/utf8"

	simd "github.com/segmentio/asm/base64"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// chunkBytes is how much of a piece is encoded at a time; a multiple of 3, so that base64 needs no padding inside.
const chunkBytes = 6 << 10

// piece is a run of a Stream: bytes somebody else holds and how they come out. First they are encoded (raw, base64 or hex),
// then escaped for their place.
type piece struct {
	data []byte
	enc  abi.Encoding
	esc  [2]escape
}

// scratch is room for one chunk at each stage.
type scratch [3][]byte

// plain reports whether the piece comes out as its data.
func (p *piece) plain() bool { return p.enc == abi.EncodingRaw && p.esc == [2]escape{} }

// encodedLen returns the length before escaping, which only adds to it.
func (p *piece) encodedLen() int64 {
	switch p.enc {
	case abi.EncodingBase64:
		return int64(base64.StdEncoding.EncodedLen(len(p.data)))
	case abi.EncodingHex, abi.EncodingHexUpper:
		return 2 * int64(len(p.data))
	default:
		return int64(len(p.data))
	}
}

// size returns the length of what comes out. It costs a pass over the data if there is escaping to do.
func (p *piece) size(s *scratch) (n int64) {
	if p.esc == [2]escape{} {
		return p.encodedLen()
	}
	last := p.esc[0]
	before := piece{data: p.data, enc: p.enc}
	if p.esc[1] != escapeNone {
		last = p.esc[1]
		before.esc[0] = p.esc[0]
	}
	for at := 0; at < len(p.data); {
		var text []byte
		text, at = before.render(at, s)
		n += int64(last.size(text))
	}
	return n
}

// render returns the output for data from at on, or a first chunk of it, and where to continue. The result is valid until s is
// used again.
func (p *piece) render(at int, s *scratch) (out []byte, next int) {
	if p.plain() {
		return p.data[at:], len(p.data)
	}
	next = p.chunkEnd(at)
	out = p.data[at:next]
	if p.enc != abi.EncodingRaw {
		s[0] = appendEncoded(s[0][:0], p.enc, out)
		out = s[0]
	}
	for i, esc := range p.esc {
		if esc != escapeNone {
			s[i+1] = esc.append(s[i+1][:0], out)
			out = s[i+1]
		}
	}
	return out, next
}

// chunkEnd keeps runes whole, because escapeJSON looks at them.
func (p *piece) chunkEnd(at int) int {
	if len(p.data)-at <= chunkBytes {
		return len(p.data)
	}
	end := at + chunkBytes
	for p.esc[0] == escapeJSON && !utf8.RuneStart(p.data[end]) {
		end--
	}
	return end
}

// appendEncoded writes data in an encoding; base64 then percent counts as two steps and is not one of them.
func appendEncoded(dst []byte, enc abi.Encoding, data []byte) []byte {
	switch enc {
	case abi.EncodingBase64:
		n := base64.StdEncoding.EncodedLen(len(data))
		dst = slices.Grow(dst, n)[:len(dst)+n]
		simd.StdEncoding.Encode(dst[len(dst)-n:], data)
		return dst
	case abi.EncodingHex:
		return hex.AppendEncode(dst, data)
	case abi.EncodingHexUpper:
		n := len(dst)
		dst = hex.AppendEncode(dst, data)
		for i, c := range dst[n:] {
			if c >= 'a' {
				dst[n+i] = c - 'a' + 'A'
			}
		}
		return dst
	default:
		return append(dst, data...)
	}
}
