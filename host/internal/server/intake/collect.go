package intake

import (
	"errors"
	"io"
)

// beginning is how much of a picture must arrive before memory for all of it is allocated, so that a caller that only announces a
// large picture costs little.
const beginning = 256 << 10

// collect reads a picture of at most limit bytes into one piece of memory. expect is its largest possible size, or negative if that is
// unknown.
func collect(r io.Reader, expect, limit int64) ([]byte, error) {
	most := limit + 1 // one more shows that it is too large
	if expect >= 0 {
		most = min(expect, most)
	}
	b := make([]byte, 0, min(most, beginning)+1) // one more finds the end without growing
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			return nil, tooLarge(limit)
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return nil, err
		case len(b) == cap(b):
			b = grown(b, most, expect >= 0)
		}
	}
}

// grown returns b with more room: for everything that is expected, or twice as much.
func grown(b []byte, most int64, known bool) []byte {
	size := most + 1
	if !known {
		size = min(2*int64(cap(b)), size)
	}
	size = max(size, int64(len(b))+512) // the announced length may be too small
	return append(make([]byte, 0, size), b...)
}
