package value

import (
	"errors"
	"io"

	simd "github.com/segmentio/asm/base64"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// ErrClosed is what reading from a closed reader of a Stream gives.
var ErrClosed = errors.New("value: stream is closed")

// Stream is an evaluated Value or Body: bytes of known length that are put together while they are read. It is immutable
// and safe for concurrent use; it refers to what [Sources] gave and to the literals of the tree. The zero Stream is empty.
type Stream struct {
	// Len is exactly how many bytes Open's reader gives.
	Len    int64
	pieces []piece
}

// Open starts a reading from the beginning; there may be any number of them. The reader is an io.WriterTo too, is not safe
// for concurrent use, and need not be closed. The error is always nil.
func (s Stream) Open() (io.ReadCloser, error) { return &reader{pieces: s.pieces}, nil }

// WriteTo writes the whole stream. The only errors are w's.
func (s Stream) WriteTo(w io.Writer) (int64, error) {
	r := reader{pieces: s.pieces}
	return r.WriteTo(w)
}

type reader struct {
	pieces []piece
	at     int    // where in the data of pieces[0]
	out    []byte // rendered and not yet handed out
	room   scratch
	closed bool
}

func (r *reader) Read(dst []byte) (n int, err error) {
	if r.closed {
		return 0, ErrClosed
	}
	if len(dst) == 0 {
		return 0, nil
	}
	for n < len(dst) {
		switch {
		case len(r.out) > 0:
			k := copy(dst[n:], r.out)
			r.out, n = r.out[k:], n+k
		case len(r.pieces) == 0:
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		default:
			k := r.direct(dst[n:])
			if n += k; k == 0 {
				r.advance()
			}
		}
	}
	return n, nil
}

// direct encodes base64 straight into dst, as far as whole groups go, which saves the copy of the commonest large piece.
func (r *reader) direct(dst []byte) int {
	p := &r.pieces[0]
	if p.enc != abi.EncodingBase64 || p.esc != [2]escape{} {
		return 0
	}
	groups := min(len(dst)/4, (len(p.data)-r.at)/3)
	simd.StdEncoding.Encode(dst[:4*groups], p.data[r.at:r.at+3*groups])
	r.at += 3 * groups
	return 4 * groups
}

// advance renders the next chunk into out.
func (r *reader) advance() {
	if p := &r.pieces[0]; r.at < len(p.data) {
		r.out, r.at = p.render(r.at, &r.room)
	} else {
		r.pieces, r.at = r.pieces[1:], 0
	}
}

func (r *reader) WriteTo(w io.Writer) (n int64, err error) {
	if r.closed {
		return 0, ErrClosed
	}
	for len(r.out) > 0 || len(r.pieces) > 0 {
		if len(r.out) == 0 {
			r.advance()
			continue
		}
		k, err := w.Write(r.out)
		r.out, n = r.out[k:], n+int64(k)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Close lets go of everything.
func (r *reader) Close() error {
	*r = reader{closed: true}
	return nil
}
