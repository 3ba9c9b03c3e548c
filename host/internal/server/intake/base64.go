package intake

import (
	"bytes"
	"encoding/base64"
	"io"

	simd "github.com/segmentio/asm/base64"
)

// decoder decodes a stream of base64, the standard alphabet with padding. It skips line breaks. It does the same as
// base64.NewDecoder in a tenth of the time, since it decodes large pieces with SIMD instructions.
type decoder struct {
	from  io.Reader
	text  []byte // read but not decoded, less than 4 bytes between two pieces
	room  []byte // holds a decoded piece
	out   []byte // decoded but not returned yet
	ended bool   // padding was read; nothing may follow it
	err   error
}

const decodeChunk = 16 << 10

func newDecoder(from io.Reader) *decoder {
	return &decoder{from: from, text: make([]byte, 0, decodeChunk), room: make([]byte, decodeChunk)}
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.out) == 0 && d.err == nil {
		d.err = d.fill()
	}
	if len(d.out) == 0 {
		return 0, d.err
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// fill reads and decodes the next piece.
func (d *decoder) fill() error {
	n, err := d.from.Read(d.text[len(d.text):cap(d.text)])
	d.text = d.text[:len(d.text)+n]
	for _, lineBreak := range []byte("\r\n") {
		if bytes.IndexByte(d.text, lineBreak) >= 0 {
			d.text = append(d.text[:0], bytes.ReplaceAll(d.text, []byte{lineBreak}, nil)...)
		}
	}
	whole := len(d.text) / 4 * 4
	if len(d.text) > 0 && d.ended || err == io.EOF && whole < len(d.text) {
		return base64.CorruptInputError(whole)
	}
	decoded, wrong := simd.StdEncoding.Decode(d.room, d.text[:whole])
	if wrong != nil {
		return wrong
	}
	d.ended = d.ended || whole > 0 && d.text[whole-1] == '='
	d.out = d.room[:decoded]
	d.text = append(d.text[:0], d.text[whole:]...)
	return err
}
