package abi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"unicode/utf8"
	"unsafe"
)

// Message is any message of the contract.
type Message interface {
	// AppendWire appends the message in protobuf wire format.
	AppendWire(b []byte) []byte
	// UnmarshalWire reads a message; it keeps referring to b, which must not change afterwards.
	UnmarshalWire(b []byte) error
}

// ErrWire is wrapped by every error of UnmarshalWire: the bytes are not such a message, or pass MaxDepth or MaxMessages.
var ErrWire = errors.New("bad wire format")

// NameError says that a text is no name of an enumeration.
type NameError struct{ Type, Name string }

func (e *NameError) Error() string { return fmt.Sprintf("%q is no %s", e.Name, e.Type) }

// RawJSON is JSON text that is copied unchanged into a JSON document.
type RawJSON []byte

// MarshalJSON returns the text itself, or null.
func (r RawJSON) MarshalJSON() ([]byte, error) {
	if r == nil {
		return []byte("null"), nil
	}
	return r, nil
}

// UnmarshalJSON keeps a copy of the text.
func (r *RawJSON) UnmarshalJSON(b []byte) error {
	*r = append((*r)[:0], b...)
	return nil
}

// ---- writing

func appendTag(b []byte, field, wireType int) []byte {
	return binary.AppendUvarint(b, uint64(field)<<3|uint64(wireType))
}

func appendVarint(b []byte, field int, v uint64) []byte {
	return binary.AppendUvarint(appendTag(b, field, 0), v)
}

func appendDouble(b []byte, field int, v float64) []byte {
	return binary.LittleEndian.AppendUint64(appendTag(b, field, 1), math.Float64bits(v))
}

func appendString(b []byte, field int, s string) []byte {
	return append(binary.AppendUvarint(appendTag(b, field, 2), uint64(len(s))), s...)
}

func appendBytes(b []byte, field int, s []byte) []byte {
	return append(binary.AppendUvarint(appendTag(b, field, 2), uint64(len(s))), s...)
}

func appendPackedDouble(b []byte, field int, vs []float64) []byte {
	if len(vs) == 0 {
		return b
	}
	b = binary.AppendUvarint(appendTag(b, field, 2), uint64(8*len(vs)))
	for _, v := range vs {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func appendPackedVarint[T ~uint32](b []byte, field int, vs []T) []byte {
	if len(vs) == 0 {
		return b
	}
	b, p := openMessage(b, field)
	for _, v := range vs {
		b = binary.AppendUvarint(b, uint64(v))
	}
	return closeMessage(b, p)
}

// openMessage begins a length-delimited field and leaves one byte for its length. Most messages are shorter than 128
// bytes; closeMessage moves the longer ones.
func openMessage(b []byte, field int) ([]byte, int) {
	b = append(appendTag(b, field, 2), 0)
	return b, len(b)
}

func closeMessage(b []byte, start int) []byte {
	n := len(b) - start
	if n < 0x80 {
		b[start-1] = byte(n)
		return b
	}
	var length [binary.MaxVarintLen64]byte
	k := binary.PutUvarint(length[:], uint64(n))
	b = append(b, length[1:k]...) // grow by what the length needs beyond its one byte
	copy(b[start-1+k:], b[start:start+n])
	copy(b[start-1:], length[:k])
	return b
}

// ---- reading

// decoder walks over one message and, with enter and leave, over the messages in it. The first error sticks and ends
// every loop.
type decoder struct {
	buf      []byte
	pos, end int
	tag      uint64 // of the field at hand: number<<3 | wire type
	depth    int
	messages int
	err      error
}

func newDecoder(b []byte) decoder { return decoder{buf: b, end: len(b)} }

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w at byte %d: %s", ErrWire, d.pos, fmt.Sprintf(format, args...))
	}
	d.pos = d.end
}

// next reads the tag of the next field, if there is one.
func (d *decoder) next() bool {
	if d.pos < d.end { // then there was no error
		if c := d.buf[d.pos]; c >= 1<<3 && c < 0x80 { // most field numbers fit in one byte
			d.pos++
			d.tag = uint64(c)
			return true
		}
	}
	if d.err != nil || d.pos >= d.end {
		return false
	}
	d.tag = d.varint()
	if d.err == nil && (d.tag < 1<<3 || d.tag > math.MaxUint32) {
		d.fail("field number out of range")
	}
	return d.err == nil
}

func (d *decoder) varint() uint64 {
	if d.pos < d.end && d.buf[d.pos] < 0x80 {
		d.pos++
		return uint64(d.buf[d.pos-1])
	}
	v, n := binary.Uvarint(d.buf[d.pos:d.end])
	if n <= 0 {
		d.fail("varint is cut short or too long")
		return 0
	}
	d.pos += n
	return v
}

func (d *decoder) double() float64 {
	if d.end-d.pos < 8 {
		d.fail("double is cut short")
		return 0
	}
	d.pos += 8
	return math.Float64frombits(binary.LittleEndian.Uint64(d.buf[d.pos-8:]))
}

func (d *decoder) length() int {
	if d.pos < d.end {
		if c := d.buf[d.pos]; c < 0x80 && int(c) < d.end-d.pos { // and most lengths
			d.pos++
			return int(c)
		}
	}
	n := d.varint()
	if d.err == nil && n > uint64(d.end-d.pos) {
		d.fail("length %d passes the end", n)
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

// bytes is never nil: a oneof member is set even when it is empty.
func (d *decoder) bytes() []byte {
	n := d.length()
	d.pos += n
	return d.buf[d.pos-n : d.pos : d.pos]
}

func (d *decoder) string() string {
	b := d.bytes()
	if runtime.GOOS != "wasip1" && !utf8.Valid(b) { // a guest takes its host's word
		d.fail("text is not UTF-8")
	}
	if len(b) == 0 || d.err != nil {
		return ""
	}
	return unsafe.String(&b[0], len(b)) // b does not change: the contract of UnmarshalWire
}

func (d *decoder) packedDouble(vs []float64) []float64 {
	n := d.length()
	for end := d.pos + n; d.pos < end && d.err == nil; {
		vs = append(vs, d.double())
	}
	return vs
}

func packedVarint[T ~uint32](d *decoder, vs []T) []T {
	n := d.length()
	for end := d.pos + n; d.pos < end && d.err == nil; {
		vs = append(vs, T(d.varint()))
	}
	return vs
}

// enter begins an embedded message and returns what leave needs.
func (d *decoder) enter() (end int) {
	n := d.length()
	if d.depth++; d.depth > MaxDepth {
		d.fail("nested deeper than %d messages", MaxDepth)
	}
	if d.messages++; d.messages > MaxMessages {
		d.fail("more than %d messages in one", MaxMessages)
	}
	end = d.end
	if d.err == nil {
		d.end = d.pos + n
	}
	return end
}

func (d *decoder) leave(end int) {
	d.depth--
	d.end = end
	if d.err != nil {
		d.pos = end
	}
}

// skip passes over a field this version does not know.
func (d *decoder) skip() {
	switch d.tag & 7 {
	case 0:
		d.varint()
	case 1:
		d.fixed(8)
	case 2:
		d.pos += d.length()
	case 5:
		d.fixed(4)
	default:
		d.fail("wire type %d is not used in this contract", d.tag&7)
	}
}

func (d *decoder) fixed(n int) {
	if d.end-d.pos < n {
		d.fail("fixed-size number is cut short")
		return
	}
	d.pos += n
}

// another appends an element to a repeated message field. The first time it makes room for all that follow.
func another[T any](d *decoder, list []T) []T {
	if list == nil {
		list = make([]T, 0, d.count())
	}
	var zero T
	return append(list, zero)
}

// count looks ahead for how many fields of the tag at hand follow each other, this one included.
func (d *decoder) count() int {
	pos, tag, err := d.pos, d.tag, d.err
	n := 1
	d.skip()
	for d.next() && d.tag == tag {
		n++
		d.skip()
	}
	d.pos, d.tag, d.err = pos, tag, err
	return min(n, MaxMessages-d.messages+1)
}
