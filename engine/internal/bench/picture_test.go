package bench

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
)

// picture is a JPEG of about size bytes: noise, cut to measure with a comment segment, so that it is a real picture within
// every vendor's limits.
func picture(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	side := 64
	var b bytes.Buffer
	for {
		m := image.NewGray(image.Rect(0, 0, side, side))
		for y := range side {
			for x := range side {
				m.SetGray(x, y, color.Gray{Y: uint8(r.UintN(256))})
			}
		}
		var next bytes.Buffer
		if err := jpeg.Encode(&next, m, &jpeg.Options{Quality: 90}); err != nil {
			panic(err)
		}
		if next.Len() > size {
			return b.Bytes()
		}
		b = next
		side += 16
	}
}
