package bench

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
)

const (
	startOfImage = 2     // bytes before the first segment of a JPEG
	commentHead  = 4     // marker and length
	mostComment  = 65533 // bytes of text in one segment
)

// picture returns a JPEG of exactly size bytes: noise, filled up with comments. It is within every vendor's limits, so it is not
// fitted.
func picture(size int) []byte {
	drawn := noise(size - commentHead - 8)
	b := append(make([]byte, 0, size), drawn[:startOfImage]...)
	for missing := size - len(drawn); missing > 0; {
		n := min(missing-commentHead, mostComment)
		if left := missing - commentHead - n; left > 0 && left < commentHead {
			n -= commentHead // room for the head of the last segment
		}
		b = append(b, 0xff, 0xfe)
		b = binary.BigEndian.AppendUint16(b, uint16(n+2))
		b = append(b, make([]byte, n)...)
		missing -= commentHead + n
	}
	return append(b, drawn[startOfImage:]...)
}

// number writes a number into the first comment, which makes it a different picture.
func number(picture []byte, n uint64) {
	binary.BigEndian.PutUint64(picture[startOfImage+commentHead:], n)
}

// noise returns the largest square of noise with at most size bytes, in steps of 16 pixels.
func noise(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var last []byte
	for side := 64; ; side += 16 {
		m := image.NewGray(image.Rect(0, 0, side, side))
		for y := range side {
			for x := range side {
				m.SetGray(x, y, color.Gray{Y: uint8(r.UintN(256))})
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
			panic(err)
		}
		if b.Len() > size {
			return last
		}
		last = b.Bytes()
	}
}
