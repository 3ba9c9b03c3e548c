package imaging

import (
	"encoding/base64"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Encoding is the form in which a picture's bytes are sent to a vendor. Pictures have no other forms than those below.
type Encoding = abi.Encoding

// The encodings of pictures.
const (
	EncodingRaw           = abi.EncodingRaw           // the bytes themselves
	EncodingBase64        = abi.EncodingBase64        // RFC 4648 section 4, padded, one line
	EncodingBase64Percent = abi.EncodingBase64Percent // base64 whose +, / and = are then written %2B, %2F and %3D
)

// EncodedSize returns exactly how many bytes data has once encoded, without encoding it.
func EncodedSize(e Encoding, data []byte) int64 {
	size := sizeBeforePercent(e, int64(len(data)))
	if e == EncodingBase64Percent {
		size += 2 * int64(escapes(data))
	}
	return size
}

func sizeBeforePercent(e Encoding, n int64) int64 {
	if e == EncodingBase64 || e == EncodingBase64Percent {
		return (n + 2) / 3 * 4
	}
	return n
}

// certainlyFits reports whether any n bytes fit in most, so that they need not be counted.
func certainlyFits(e Encoding, n, most int64) bool {
	size := sizeBeforePercent(e, n)
	if e == EncodingBase64Percent {
		size *= 3
	}
	return size <= most
}

// mostRaw returns the most bytes whose encoding could fit in most.
func mostRaw(e Encoding, most int64) int64 {
	if e == EncodingBase64 || e == EncodingBase64Percent {
		return most / 4 * 3
	}
	return most
}

// escapes counts the characters of data's base64 that percent-encoding triples: '+' and '/' are the six-bit values 62
// and 63, the only ones that carry over when two is added.
func escapes(data []byte) int {
	count := uint(0)
	for ; len(data) >= 3; data = data[3:] {
		v := uint(data[0])<<16 | uint(data[1])<<8 | uint(data[2])
		count += (v>>18+2)>>6 + (v>>12&63+2)>>6 + (v>>6&63+2)>>6 + (v&63+2)>>6
	}
	if len(data) == 0 {
		return int(count)
	}
	var tail [4]byte
	base64.StdEncoding.Encode(tail[:], data)
	for _, c := range tail {
		if c == '+' || c == '/' || c == '=' {
			count++
		}
	}
	return int(count)
}
