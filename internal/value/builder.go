package value

import (
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// inlineBytes is the longest piece that is copied into the text around it instead of standing alone.
const inlineBytes = 512

// builder collects the pieces of a stream and counts its length.
type builder struct {
	esc    escape // what values are put through; framing is not
	limit  int64
	name   string // of the limit, for errors
	pieces []piece
	size   int64

	text    []byte // framing and small pieces that are not yet among pieces
	partial []byte // under escapeJSON: the beginning of a rune that the next part completes
	room    scratch
}

// reserve takes n bytes of the limit.
func (b *builder) reserve(n int64) error {
	if err := b.fits(n); err != nil {
		return err
	}
	b.size += n
	return nil
}

func (b *builder) fits(n int64) error {
	if n > b.limit-b.size {
		return fail(KindTooLarge, "it passes %s, of which %d bytes are left", b.name, b.limit-b.size)
	}
	return nil
}

// frame writes text between values.
func (b *builder) frame(s string) error {
	if err := b.reserve(int64(len(s))); err != nil {
		return err
	}
	b.text = append(b.text, s...)
	return nil
}

// escaped writes a name, or anything else short, through an escape.
func (b *builder) escaped(s string, esc escape) error {
	return b.put(piece{data: []byte(s), esc: [2]escape{esc}})
}

// add writes part of a value through the builder's escape.
func (b *builder) add(data []byte, enc abi.Encoding) error {
	if b.esc == escapeJSON {
		return b.addText(data, enc)
	}
	return b.put(encodedPiece(data, enc, b.esc))
}

// addBase64 is add for text that is base64 already. In a JSON string it needs no escaping, nor a look at each byte for that.
func (b *builder) addBase64(text []byte) error {
	if b.esc != escapeJSON {
		return b.add(text, abi.EncodingRaw)
	}
	if len(b.partial) > 0 {
		return errNotUTF8()
	}
	return b.put(piece{data: text})
}

// addText writes part of a JSON string. Parts need not end where runes end; pieces do.
func (b *builder) addText(data []byte, enc abi.Encoding) error {
	if enc != abi.EncodingRaw {
		if len(b.partial) > 0 {
			return errNotUTF8()
		}
		return b.put(encodedPiece(data, enc, escapeNone)) // base64 and hex need no escaping in a string
	}
	if len(b.partial) > 0 {
		for len(data) > 0 && !utf8.FullRune(b.partial) {
			b.partial, data = append(b.partial, data[0]), data[1:]
		}
		if !utf8.FullRune(b.partial) {
			return nil
		}
		whole := string(b.partial)
		b.partial = b.partial[:0]
		if !utf8.ValidString(whole) {
			return errNotUTF8()
		}
		if err := b.escaped(whole, escapeJSON); err != nil {
			return err
		}
	}
	end := len(data)
	for i := end - 1; i >= 0 && i >= len(data)-utf8.UTFMax; i-- {
		if utf8.RuneStart(data[i]) {
			if !utf8.FullRune(data[i:]) {
				end = i
			}
			break
		}
	}
	b.partial = append(b.partial, data[end:]...)
	if !utf8.Valid(data[:end]) {
		return errNotUTF8()
	}
	return b.put(encodedPiece(data[:end], enc, escapeJSON))
}

// endText ends a JSON string's value.
func (b *builder) endText() error {
	if len(b.partial) > 0 {
		return errNotUTF8()
	}
	return nil
}

func errNotUTF8() error {
	return fail(KindBadText, "a JSON string must be UTF-8; bytes go in as base64")
}

// encodedPiece returns a piece. base64 then percent is base64 with an escape of its own.
func encodedPiece(data []byte, enc abi.Encoding, esc escape) piece {
	if enc == abi.EncodingBase64Percent {
		return piece{data: data, enc: abi.EncodingBase64, esc: [2]escape{escapeForm, esc}}
	}
	return piece{data: data, enc: enc, esc: [2]escape{esc}}
}

func (b *builder) put(p piece) error {
	least := p.encodedLen()
	if err := b.fits(least); err != nil { // before the pass that size would take
		return err
	}
	if len(p.data) <= inlineBytes {
		if len(p.data) == 0 {
			return nil
		}
		out, _ := p.render(0, &b.room)
		if err := b.reserve(int64(len(out))); err != nil {
			return err
		}
		b.text = append(b.text, out...)
		return nil
	}
	n := least
	if !p.plain() {
		n = p.size(&b.room)
	}
	if err := b.reserve(n); err != nil {
		return err
	}
	b.flush()
	b.pieces = append(b.pieces, p)
	return nil
}

// splice puts another stream in, unescaped.
func (b *builder) splice(s Stream) error {
	if err := b.reserve(s.Len); err != nil {
		return err
	}
	b.flush()
	b.pieces = append(b.pieces, s.pieces...)
	return nil
}

// flush makes a piece of the text so far. What follows goes on in the same array.
func (b *builder) flush() {
	if n := len(b.text); n > 0 {
		b.pieces = append(b.pieces, piece{data: b.text[:n:n]})
		b.text = b.text[n:]
	}
}

// stream gives what was built. The builder is done with.
func (b *builder) stream() Stream {
	b.flush()
	return Stream{Len: b.size, pieces: b.pieces}
}
