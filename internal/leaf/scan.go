package leaf

import (
	"encoding/binary"
	"math/bits"
)

// plainPrefix is the length of what a JSON string can hold as it is: everything before the first quote, backslash or
// control character. ascii says that all of it is ASCII; false may also mean "not looked at closely".
//
// It looks at eight bytes at once, because a picture of megabytes in base64 is one such prefix: each test below sets the
// top bit of a byte that it finds. A borrow can set bits above a found byte but never below, so the lowest bit is right.
func plainPrefix(s []byte) (n int, ascii bool) {
	const (
		ones  = 0x0101010101010101
		tops  = 0x8080808080808080
		quote = ones * '"'
		slash = ones * '\\'
		space = ones * ' '
	)
	var seen uint64
	for len(s)-n >= 8 {
		w := binary.LittleEndian.Uint64(s[n:])
		q, b := w^quote, w^slash
		found := ((q-ones)&^q | (b-ones)&^b | (w-space)&^w) & tops
		seen |= w
		if found != 0 {
			return n + bits.TrailingZeros64(found)/8, seen&tops == 0
		}
		n += 8
	}
	for ; n < len(s); n++ {
		c := s[n]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		seen |= uint64(c)
	}
	return n, seen&tops == 0
}
