package fuel

import "fmt"

// reader walks a part of the module. Its first failure sticks: from then on every read gives zero and nothing is left,
// so callers check err once a step instead of once a byte.
type reader struct {
	module   []byte
	pos, end int
	err      error
}

func (r *reader) fail(at int, reason error, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Reason: reason, Offset: at, Detail: fmt.Sprintf(format, args...)}
	}
	r.pos = r.end
}

func (r *reader) more() bool { return r.pos < r.end }

// part takes the next n bytes as a reader of their own.
func (r *reader) part(n uint32) reader {
	at := r.pos
	r.skip(n)
	if r.err != nil {
		return reader{err: r.err}
	}
	return reader{module: r.module, pos: at, end: r.pos}
}

func (r *reader) bytes() []byte { return r.module[r.pos:r.end] }

func (r *reader) byte() byte {
	if r.pos >= r.end {
		r.fail(r.pos, ErrMalformed, "ends too early")
		return 0
	}
	b := r.module[r.pos]
	r.pos++
	return b
}

func (r *reader) skip(n uint32) {
	if uint64(n) > uint64(r.end-r.pos) {
		r.fail(r.pos, ErrMalformed, "needs %d more bytes, %d are left", n, r.end-r.pos)
		return
	}
	r.pos += int(n)
}

// u32 reads an unsigned LEB128 number of at most 5 bytes; padded ones are common in linked code.
func (r *reader) u32() uint32 {
	if r.pos < r.end && r.module[r.pos] < 0x80 {
		r.pos++
		return uint32(r.module[r.pos-1])
	}
	at := r.pos
	var n uint32
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		if shift == 28 && b > 0x0f {
			break
		}
		n |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	r.fail(at, ErrMalformed, "number does not fit 32 bits")
	return 0
}

// count reads the length of a vector whose elements take at least one byte each. A length that the bytes cannot hold is
// refused here: runtimes allocate by it.
func (r *reader) count() uint32 {
	at := r.pos
	n := r.u32()
	if uint64(n) > uint64(r.end-r.pos) {
		r.fail(at, ErrMalformed, "list of %d elements in %d bytes", n, r.end-r.pos)
		return 0
	}
	return n
}

// skipLEB passes over a number of at most limit bytes whose value does not matter here.
func (r *reader) skipLEB(limit int) {
	at := r.pos
	for range limit {
		if r.byte() < 0x80 {
			return
		}
	}
	r.fail(at, ErrMalformed, "number is longer than %d bytes", limit)
}

// name reads a length-prefixed name.
func (r *reader) name() []byte {
	p := r.part(r.u32())
	return p.bytes()
}

// valueType reads one of the one-byte value types of WebAssembly 2.0.
func (r *reader) valueType() byte {
	at := r.pos
	t := r.byte()
	if !isValueType(t) {
		r.fail(at, ErrUnsupported, "value type %#x", t)
	}
	return t
}

// valueTypes reads a list of value types and returns how many there are.
func (r *reader) valueTypes() uint32 {
	n := r.count()
	for range n {
		r.valueType()
	}
	return n
}

func isValueType(t byte) bool {
	// i32 i64 f32 f64 v128, funcref externref
	return t >= 0x7b && t <= 0x7f || t == 0x70 || t == 0x6f
}

// zero reads a reserved byte: the index of the only memory.
func (r *reader) zero() {
	at := r.pos
	if b := r.byte(); b != 0 {
		r.fail(at, ErrUnsupported, "memory index %#x", b)
	}
}

// limits reads the least and greatest size of a table or memory, and returns the least.
func (r *reader) limits() (least uint32) {
	at := r.pos
	flag := r.byte()
	if flag > 1 {
		r.fail(at, ErrUnsupported, "limits of kind %#x", flag)
	}
	least = r.u32()
	if flag == 1 {
		r.u32()
	}
	return least
}

// atEnd refuses bytes that nothing claimed.
func (r *reader) atEnd() {
	if r.err == nil && r.more() {
		r.fail(r.pos, ErrMalformed, "%d bytes too many in a section", r.end-r.pos)
	}
}
